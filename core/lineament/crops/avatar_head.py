"""The avatar's head for small pictures: as many triangles and texels as a crop can show, and no more."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from lineament.crops.alignment import CROP_MM, CROP_TOP_MM
from lineament.face import AU_NAMES
from lineament.face.displacement import AU_MAX
from lineament.simulation.avatar.head import FACE_SIZE, PIXELS_PER_MM, HeadMesh
from lineament.simulation.avatar.wrinkles import light_loss

Float32Array = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_BEYOND_MM = 30.0
"""How far outside the crop a part may lie on the upright head and still come into view when it turns."""
_BACK = -0.75
"""Parts that face away from the camera by more than this (cosine) never turn into view."""


def light_head(head: HeadMesh) -> HeadMesh:
    """The same head with the face subdivided once instead of twice, without what a crop never shows.

    The coarser face's vertices are those of the finer one that were there before its last subdivision, so they lie
    exactly where they lay; template vertices stay first.
    """
    fine = len(head.spread)
    on_face = (head.triangles < fine).all(axis=1)
    face = _before_last_subdivision(head.triangles[on_face])
    kept = int(face.max()) + 1
    parts = head.triangles[~on_face]
    parts = parts[_may_be_seen(head, parts)]
    used = np.unique(parts)
    rows = np.concatenate([np.arange(kept), used])
    triangles = np.vstack([face, kept + np.searchsorted(used, parts)])
    flat = triangles.ravel()
    owner = np.repeat(np.arange(len(triangles)), 3)
    gather = csr_matrix((np.ones(len(flat), np.float32), (flat, owner)), shape=(len(rows), len(triangles)))
    per_vertex = {name: getattr(head, name)[rows] for name in ("rest", "uv", "occlusion", "gloss", "lift", "follow")}
    openings = {name: ring[ring < kept] for name, ring in head.openings.items()}
    spread = head.spread[:kept]
    return replace(head, spread=spread, triangles=triangles, gather=gather, openings=openings, **per_vertex)


def _before_last_subdivision(triangles: IndexArray) -> IndexArray:
    """Each triangle was cut in four: one at each corner, block after block, and the middle one."""
    block = len(triangles) // 4
    corners = [triangles[k * block : (k + 1) * block, k] for k in range(3)]
    return np.stack(corners, axis=1)


def _may_be_seen(head: HeadMesh, triangles: IndexArray) -> npt.NDArray[np.bool_]:
    y = head.rest[:, 1][triangles]
    low, high = CROP_TOP_MM - CROP_MM - _BEYOND_MM, CROP_TOP_MM + _BEYOND_MM
    near = (y.max(axis=1) > low) & (y.min(axis=1) < high)
    a, b, c = (head.rest[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    return np.asarray(near & (normal[:, 2] > _BACK * np.linalg.norm(normal, axis=1)))


@dataclass(frozen=True, eq=False)
class SmallTextures:
    """The atlas and the folds of the face at 1 / `factor` of their size, each texel the mean of those it stands for."""

    factor: int
    atlas: Bytes
    folds: dict[int, tuple[slice, slice, Float32Array]]
    fold_size: tuple[int, int]

    @classmethod
    def of(cls, atlas: Bytes, age: float, pixels_per_mm: float) -> "SmallTextures":
        """Textures that have at least one texel for each pixel at this resolution."""
        factor = int(2 ** max(np.floor(np.log2(PIXELS_PER_MM / pixels_per_mm)), 0))
        folds = {}
        for unit in range(len(AU_NAMES)):
            whole = np.zeros(len(AU_NAMES))
            whole[unit] = AU_MAX
            fold = _shrunk(light_loss(whole, age), factor)
            where = np.abs(fold) > 1e-4
            if not where.any():
                continue
            rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
            area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            folds[unit] = (*area, np.ascontiguousarray(fold[area]))
        size = -(-FACE_SIZE[1] // factor), -(-FACE_SIZE[0] // factor)
        return cls(factor, np.asarray(_shrunk(atlas, factor), np.uint8), folds, size)

    def light_loss(self, intensities: npt.NDArray[np.float64]) -> Float32Array:
        """`wrinkles.light_loss` of intensities 0..5, shrunk."""
        loss = np.zeros(self.fold_size, np.float32)
        for unit, (rows, columns, fold) in self.folds.items():
            share = float(np.clip(intensities[unit] / AU_MAX, 0.0, 1.0))
            if share > 0.01:
                loss[rows, columns] += np.float32(share**0.9) * fold
        return loss

    def places(self, uv: Float32Array) -> Float32Array:
        """Texels of places in the full atlas."""
        return np.asarray((uv + 0.5) / self.factor - 0.5, np.float32)


def _shrunk(image: npt.NDArray[np.uint8] | Float32Array, factor: int) -> npt.NDArray[np.uint8] | Float32Array:
    if factor == 1:
        return image
    down, right = (-side % factor for side in image.shape[:2])
    padded = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_REPLICATE)
    size = padded.shape[1] // factor, padded.shape[0] // factor
    shrunk: npt.NDArray[np.uint8] | Float32Array = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
    return shrunk
