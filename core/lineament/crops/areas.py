"""Parts of the face by name, and where they lie in every crop: boxes round landmarks of the template's frontal face.

A face that moves or turns carries its landmarks a little out of them; `MARGIN_MM` allows for that (our choice).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from lineament.crops.alignment import CROP_MM, to_crop
from lineament.face import LANDMARKS_68, load_template

AREAS: Mapping[str, tuple[int, ...]] = {
    "brows": tuple(range(17, 27)),
    "eyes": tuple(range(36, 48)),
    "nose": tuple(range(27, 36)),
    "mouth": (*range(6, 11), *range(48, 68)),
}
"""Landmarks of the 68-point scheme; the mouth goes down to the chin."""
MARGIN_MM = 10.0

Box = tuple[float, float, float, float]


def area_box(name: str) -> Box:
    """Left, top, right and bottom of an area, in shares of the crop's side, inside 0 to 1.

    Raises `KeyError` for an area that is not in `AREAS`.
    """
    points = to_crop(load_template().vertices[LANDMARKS_68][list(AREAS[name])], 1)
    margin = MARGIN_MM / CROP_MM
    left, top = (float(v) for v in np.clip(points.min(axis=0) - margin, 0, 1))
    right, bottom = (float(v) for v in np.clip(points.max(axis=0) + margin, 0, 1))
    return left, top, right, bottom


def cells_of(name: str, cells: int) -> npt.NDArray[np.bool_]:
    """bool[cells, cells] of a crop cut into so many rows and columns: those whose middle lies in the area."""
    left, top, right, bottom = area_box(name)
    middles = (np.arange(cells) + 0.5) / cells
    inside = np.outer((middles >= top) & (middles <= bottom), (middles >= left) & (middles <= right))
    return np.asarray(inside, dtype=np.bool_)
