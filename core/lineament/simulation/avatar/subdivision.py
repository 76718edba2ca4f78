"""Loop subdivision as one matrix, so that a coarse mesh becomes a smooth one by a single product each frame.

Loop (1987) with Warren's weights and boundary curves for the rims of eyes and mouth. Plain Loop surfaces shrink away
from their control points; here the control points are first solved for, so that the smooth surface passes through
every coarse vertex and ground truth stays exact.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix, identity

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Subdivision:
    """matrix: float32[fine, coarse], `fine = matrix @ coarse`; the first `coarse` rows are the coarse vertices.

    triangles: int64[t, 3] of the fine mesh, wound like the coarse ones.
    """

    matrix: npt.NDArray[np.float32]
    triangles: IndexArray


def subdivide(triangles: IndexArray, vertex_count: int, levels: int) -> Subdivision:
    """Interpolating Loop subdivision of a mesh with open rims; every vertex must belong to a triangle."""
    total = identity(vertex_count, format="csr")
    for _ in range(levels):
        step, triangles = _loop_step(triangles, total.shape[0])
        total = step @ total
    smooth = total.toarray()
    passing = smooth @ np.linalg.inv(smooth[:vertex_count])
    passing[np.abs(passing) < 1e-6] = 0.0
    return Subdivision(passing.astype(np.float32), triangles)


def _loop_step(triangles: IndexArray, count: int) -> tuple[csr_matrix, IndexArray]:
    sides = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    opposite = np.roll(triangles, -2, axis=1).reshape(-1)
    edges, side_edge, uses = np.unique(np.sort(sides, axis=1), axis=0, return_inverse=True, return_counts=True)
    side_edge = side_edge.reshape(-1)
    rim = uses == 1

    rows, columns, weights = [], [], []

    def add(row: IndexArray, column: IndexArray, weight: FloatArray | float) -> None:
        rows.append(row)
        columns.append(column)
        weights.append(np.broadcast_to(np.asarray(weight, dtype=np.float64), row.shape))

    new = count + np.arange(len(edges))
    along = np.where(rim, 0.5, 0.375)
    add(new, edges[:, 0], along)
    add(new, edges[:, 1], along)
    inner_side = ~rim[side_edge]
    add(count + side_edge[inner_side], opposite[inner_side], 0.125)

    on_rim = np.zeros(count, dtype=bool)
    on_rim[edges[rim].ravel()] = True
    both = np.vstack([edges, edges[:, ::-1]])
    valence = np.bincount(both[:, 0], minlength=count)
    beta = np.where(valence == 3, 3.0 / 16.0, 3.0 / (8.0 * np.maximum(valence, 1)))
    own = np.arange(count)
    add(own, own, np.where(on_rim, 0.75, 1.0 - valence * beta))
    inner = both[~on_rim[both[:, 0]]]
    add(inner[:, 0], inner[:, 1], beta[inner[:, 0]])
    rim_both = np.vstack([edges[rim], edges[rim][:, ::-1]])
    add(rim_both[:, 0], rim_both[:, 1], 0.125)

    shape = (count + len(edges), count)
    matrix = coo_matrix((np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape)
    middle = (count + side_edge).reshape(-1, 3)  # on sides 01, 12, 20
    a, b, c = triangles.T
    ab, bc, ca = middle.T
    fine = np.vstack([np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return matrix.tocsr(), fine
