"""Bringing the decoder to one frame exactly, wherever the container's own seek lands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av.video.frame
import numpy as np

from lineament.video.decoding import PacketDecoder, Picture
from lineament.video.indexing import SeekTable

_NEAR = 6
"""A target so few frames ahead is reached by decoding on, even past a keyframe: cheaper than a seek (our choice)."""

_ENTRIES_BACK = (0, 1, 3, 7)
"""Which earlier keyframes are tried in turn where a picture does not decode from the nearest."""

_LONGEST_RUN = 600
"""As a last resort decoding starts at the beginning, but in a file with keyframes only for targets up to this frame."""


class Interrupted(Exception):
    """Decoding was asked to stop before it reached its target; the next call goes on from there if that is nearer."""


RankedFrame = tuple[int, av.video.frame.VideoFrame]


class FrameCursor:
    """Decodes forward through the frames of an index and jumps between them. For one thread.

    interrupt: asked before every picture on the way; where it says True, `Interrupted` is raised.
    """

    def __init__(self, path: Path, table: SeekTable, interrupt: Callable[[], bool] | None = None) -> None:
        self._interrupt = interrupt
        self._table = table
        self._ranks = {stamp: rank for rank, stamp in enumerate(table.stamps.tolist())}
        self._decoder = PacketDecoder(path, table.stamping)
        self._pictures: Iterator[Picture] = iter(())
        self._position = len(table.index)
        """Rank of the frame decoded last; past the end, so that the first use seeks."""
        self._whole_from = 0
        """Rank from which on no frame was left out since decoding last started anew."""

    def close(self) -> None:
        self._pictures = iter(())
        self._decoder.close()

    def cheap_ahead(self, rank: int) -> bool:
        """Whether `rank` is reached sooner by decoding on than by a seek."""
        if rank <= self._position or rank < self._whole_from:
            return False
        return rank - self._position <= _NEAR or self._entry(rank) <= self._entry(self._position)

    def exactly(self, rank: int) -> av.video.frame.VideoFrame | None:
        """The frame `rank`, or None where it decodes from nowhere."""
        for _ in self._approaches(rank):
            found = self._decode_to(rank)
            if found is not None and found[0] == rank:
                return found[1]
        return None

    def at_or_after(self, rank: int) -> RankedFrame | None:
        """The frame `rank`, or the next that decodes where it is damaged; None where none is left."""
        for _ in self._approaches(rank):
            found = self._decode_to(rank)
            if found is not None:
                return found
        return None

    def _approaches(self, rank: int) -> Iterator[None]:
        """Each step puts the decoder somewhere before `rank`, from the cheapest place to the surest."""
        if self.cheap_ahead(rank):
            yield
        entry = self._entry(rank)
        for number in (entry - back for back in _ENTRIES_BACK if entry >= back):
            stamp = int(self._table.entry_stamps[number])
            self._restart(self._decoder.from_keyframe(stamp))
            yield
        if entry < 0 or rank <= _LONGEST_RUN:
            self._restart(self._decoder.from_start())
            yield

    def _entry(self, rank: int) -> int:
        """Number of the entry point that `rank` decodes from: the last not after it; -1 where there is none."""
        return int(np.searchsorted(self._table.entry_ranks, rank, side="right")) - 1

    def _restart(self, pictures: Iterator[Picture]) -> None:
        self._pictures = pictures
        self._position = -1
        self._whole_from = 0

    def _decode_to(self, rank: int) -> RankedFrame | None:
        self._whole_from = max(self._whole_from, rank)
        self._decoder.wanted_from = int(self._table.stamps[rank])
        while True:
            if self._interrupt is not None and self._interrupt():
                raise Interrupted
            picture = next(self._pictures, None)
            if picture is None:
                self._position = len(self._ranks)
                return None
            reached = -1 if picture.stamp is None else self._ranks.get(picture.stamp, -1)
            self._position = max(self._position, reached)
            if reached >= rank:
                return reached, picture.raw
