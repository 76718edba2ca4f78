"""Plain statistics of a video's crops for the ridge control: how light each part of the face is and how much it moves.

A network that is no better has learnt looks and restlessness, not the course of expressions."""

import numpy as np

from lineament.models.dj_ldml.clips import ClipPlaces, read_clips
from lineament.models.pixels import CropSource, FloatArray, UInt8Array, spread_rows

CELLS = 8
"""The crop is cut into 8 x 8 cells (our choice)."""


def clip_statistics(clips: UInt8Array) -> FloatArray:
    """float64[2 CELLS^2] of uint8[n, T, S, S, 3], at least one: the cells' mean grey values, and the mean absolute
    change of their grey values from frame to frame."""
    side = clips.shape[2] // CELLS
    grey = clips[:, :, : side * CELLS, : side * CELLS].mean(axis=4)
    cells = grey.reshape(*grey.shape[:2], CELLS, side, CELLS, side).mean(axis=(3, 5))
    moving = np.abs(np.diff(cells, axis=1)).mean(axis=(0, 1))
    return np.concatenate([cells.mean(axis=(0, 1)).ravel(), moving.ravel()])


def video_statistics(source: CropSource, places: ClipPlaces, clips: int) -> FloatArray:
    """float64[2 CELLS^2] of a video, from a few clips spread over it."""
    starts = places.in_order()
    return clip_statistics(read_clips(source, places.rows(starts[spread_rows(len(starts), clips)])))
