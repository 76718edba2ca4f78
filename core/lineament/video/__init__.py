"""Video by presentation time stamp: index, exact frames, cache, writing."""

from lineament.video.reader import VideoReader
from lineament.video.server import FrameServer
from lineament.video.types import Frame, FrameIndex, VideoInfo
from lineament.video.writer import VideoWriter

__all__ = ["Frame", "FrameIndex", "FrameServer", "VideoInfo", "VideoReader", "VideoWriter"]
