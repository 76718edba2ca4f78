"""The player of the Review workspace: video with overlay, transport bar, seek bar, clock and sound."""

from lineament_desktop.review.player.actions import player_actions
from lineament_desktop.review.player.player import ReviewPlayer
from lineament_desktop.review.player.seek_bar import SeekBar
from lineament_desktop.review.player.stats import PlaybackStats
from lineament_desktop.review.player.timecode import format_time
from lineament_desktop.review.player.transport_bar import TransportBar
from lineament_desktop.review.player.video_view import VideoView

__all__ = [
    "PlaybackStats",
    "ReviewPlayer",
    "SeekBar",
    "TransportBar",
    "VideoView",
    "format_time",
    "player_actions",
]
