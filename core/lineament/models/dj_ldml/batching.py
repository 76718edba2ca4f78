"""Batches of clips of many videos: the histogram loss needs pairs of different persons, not of one video's moments."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

MOST_CLIPS = 2
"""Of one video in one batch."""


def video_batches(videos: int, per_batch: int, batches: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """`batches` times int64[min(per_batch, videos)], different videos each, in random order; every video comes equally
    often, to within one, and at most once in a batch."""
    size = min(per_batch, videos)
    waiting: list[int] = []
    for _ in range(batches):
        chosen: list[int] = []
        passed: list[int] = []
        while len(chosen) < size:
            if not waiting:
                waiting = [int(v) for v in rng.permutation(videos)]
            video = waiting.pop()
            (passed if video in chosen else chosen).append(video)
        waiting.extend(passed)
        yield np.array(chosen, dtype=np.int64)


def batches_of_epoch(videos: int, per_batch: int, clips_per_video: int, clips: int) -> int:
    """How many batches show each of `videos` about `clips` times; at least one."""
    return max(round(videos * clips / (min(per_batch, videos) * clips_per_video)), 1)
