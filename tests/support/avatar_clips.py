"""Clips of the avatar that go on for as long as wanted: a few seconds of seamless movement, over and over."""

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from lineament.face import AU_NAMES
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.renderer import AvatarRenderer
from lineament.simulation.avatar.state import AvatarState
from lineament.video import VideoWriter

FPS = 30
Image = npt.NDArray[np.uint8]


def moment(phase: float) -> AvatarState:
    """The avatar at a phase 0..1 of its round: it smiles, raises its brows, talks, looks around and blinks twice."""
    turn = 2 * np.pi * phase
    units = np.zeros(len(AU_NAMES))
    units[AU_NAMES.index("AU12")] = 3.0 * max(np.sin(turn), 0.0)
    units[AU_NAMES.index("AU06")] = 2.0 * max(np.sin(turn), 0.0)
    units[AU_NAMES.index("AU01")] = 2.5 * max(-np.sin(turn), 0.0)
    for blink in (0.2, 0.6):
        units[AU_NAMES.index("AU45")] += 5.0 * np.exp(-(((phase - blink) / 0.012) ** 2))
    return AvatarState(
        au=np.clip(units, 0.0, 5.0),
        gaze=(0.2 * np.sin(2 * turn), 0.1 * np.cos(turn)),
        rotation=(0.1 * np.sin(turn), 0.25 * np.sin(turn + 1.0), 0.05 * np.cos(turn)),
        translation=(25.0 * np.sin(turn), 10.0 + 6.0 * np.cos(2 * turn), 520.0),
        mouth_open=0.5 * max(np.sin(5 * turn), 0.0),
    )


def pictures(width: int, height: int, round_frames: int, person: AvatarPerson | None = None) -> list[Image]:
    """One round, uint8[height, width, 3] each."""
    renderer = AvatarRenderer(width, height, person=person)
    return [np.asarray(renderer.render(moment(i / round_frames)), dtype=np.uint8) for i in range(round_frames)]


def beside(left: list[Image], right: list[Image]) -> list[Image]:
    """Two persons in one picture."""
    return [np.concatenate(pair, axis=1) for pair in zip(left, right, strict=True)]


def wall(width: int, height: int) -> Image:
    """A picture of nobody."""
    return np.full((height, width, 3), (158, 166, 170), dtype=np.uint8)


def looped(images: list[Image], frames: int) -> Iterator[Image]:
    return islice(cycle(images), frames)


def write_clip(path: Path, images: Iterator[Image] | list[Image], *, crf: int = 20) -> Path:
    """An mp4 of these pictures at 30 frames a second; returns its path."""
    writer: VideoWriter | None = None
    for image in images:
        if writer is None:
            writer = VideoWriter(path, image.shape[1], image.shape[0], fps=FPS, crf=crf)
        writer.add(image)
    if writer is None:
        raise ValueError("a clip needs at least one picture")
    writer.close()
    return path


def lengthened(source: Path, path: Path, times: int) -> Path:
    """The same clip over and over, its packets copied and not encoded again; returns the new clip's path."""
    with av.open(str(path), "w") as target:
        stream = None
        offset = 0
        for _ in range(times):
            with av.open(str(source)) as clip:
                film = clip.streams.video[0]
                stream = stream or target.add_stream_from_template(film)
                step = 0
                for packet in clip.demux(film):
                    if packet.pts is None or packet.dts is None:
                        continue
                    step = max(step, packet.pts + (packet.duration or 0))
                    packet.pts, packet.dts, packet.stream = packet.pts + offset, packet.dts + offset, stream
                    target.mux(packet)
            offset += step
    return path
