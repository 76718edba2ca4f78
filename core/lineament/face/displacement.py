"""How far each vertex of the template moves for each action unit, and the face that a set of intensities makes.

A field is the smoothest displacement (least bending, a little stretching: the thin-plate energy with a membrane term,
on the mesh's own edges, so that lips and lids move apart freely) that takes the handles of `muscles` where they go and
fades to nothing at their reach. Two actions are given by geometry instead: AU26 turns the jaw about the
temporomandibular joint while the condyles glide forward, AU45 brings the upper lid's margin down to the lower one's.

`displacement_fields` is linear and is what an estimator can invert; `deform` adds what is not: lids run over the
eyeball, the jaw turns on an arc, lids and lips stop at each other.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from lineament.face.muscles import (
    LID_FOLD,
    LOWER_INNER_LIP,
    LOWER_LID,
    PULLS,
    UPPER_INNER_LIP,
    UPPER_LID,
    Handles,
    MusclePull,
)
from lineament.face.template import FaceTemplate, load_template

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

AU_NAMES: tuple[str, ...] = (
    *("AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12"),
    *("AU14", "AU15", "AU17", "AU20", "AU23", "AU25", "AU26", "AU45"),
)
"""The 17 action units in the order of every array that has one entry an action unit."""

AU_MAX = 5.0
"""Top of the intensity scale (FACS A-E as 1-5, as OpenFace prints them)."""

_SKIN = 468
_MEMBRANE = 0.004
"""Weight of stretching beside bending, per mm^2 (our choice: keeps fields from overshooting between handles)."""

JAW_AXIS_MM = (-22.0, -42.0)
"""y and z of the axis through both temporomandibular joints, in template coordinates (our reading of anatomy)."""
JAW_OPEN_RAD = np.radians(12.0)
JAW_GLIDE_MM = (-6.0, 11.0)
"""At AU26 = 5 the jaw has turned 12 degrees and the condyles have moved this far (y, z)."""

_LOWER_LID_BLINK_SHARE = 0.12
"""Share of a blink's closure that the lower lid does (our choice: the upper lid does nearly all)."""


@lru_cache(maxsize=1)
def displacement_fields() -> FloatArray:
    """float64[17, 478, 3]: millimetres each template vertex moves at intensity 5, template axes, read-only.

    Rows follow `AU_NAMES`; a face at intensities a is about `vertices + tensordot(a / 5, fields, 1)`. Symmetric. Irises
    (468-477) stay: gaze moves them.
    """
    template = load_template()
    fields = np.zeros((len(AU_NAMES), *template.vertices.shape))
    for i, name in enumerate(AU_NAMES):
        if name == "AU26":
            fields[i] = jaw_weights()[:, None] * _jaw_turn(template.vertices, 1.0, small=True)
        elif name == "AU45":
            fields[i, :_SKIN] = _relax(_blink_pull(template))
        else:
            fields[i, :_SKIN] = _relax(PULLS[name])
    fields = (fields + (fields * (-1, 1, 1))[:, template.mirror]) / 2
    fields.setflags(write=False)
    return fields


def deform(vertices: FloatArray, intensities: FloatArray) -> FloatArray:
    """The mesh of a face whose neutral mesh is `vertices` when its action units have `intensities`.

    vertices: float64[478, 3] mm in template coordinates (the template's or a person's own of similar size);
    intensities: float64[17] in 0..5 (values outside are allowed and extrapolate). Returns float64[478, 3].
    """
    share = np.asarray(intensities, dtype=np.float64) / AU_MAX
    jaw = AU_NAMES.index("AU26")
    linear = np.tensordot(np.delete(share, jaw), np.delete(displacement_fields(), jaw, axis=0), axes=1)
    moved = vertices + linear
    _roll_lids(vertices, moved)
    moved += jaw_weights()[:, None] * _jaw_turn(moved, float(share[jaw]), small=False)
    _stop_at_each_other(moved, lid_pairs())
    _stop_at_each_other(moved, lip_pairs())
    return moved


@lru_cache(maxsize=1)
def lid_pairs() -> IndexArray:
    """int64[14, 2]: upper and lower lid vertices that meet when the eye closes (7 right, then 7 left)."""
    return _both_sides(UPPER_LID, LOWER_LID)


@lru_cache(maxsize=1)
def lip_pairs() -> IndexArray:
    """int64[9, 2]: upper and lower inner lip vertices that meet when the mouth closes."""
    return np.unique(_both_sides(UPPER_INNER_LIP, LOWER_INNER_LIP), axis=0)


@lru_cache(maxsize=1)
def jaw_weights() -> FloatArray:
    """float64[478]: how far each vertex goes with the jaw, 1 on chin and lower lip, 0 above the mouth."""
    template = load_template()
    lower = (*LOWER_INNER_LIP, 146, 91, 181, 84, 17, 200, 199, 175, 152, 148, 176, 149, 150, 32, 208, 204)
    shares = dict.fromkeys(lower, 1.0) | {136: 0.85, 172: 0.6, 58: 0.28, 132: 0.08, 95: 0.68, 146: 0.66, 91: 0.88}
    shares |= {88: 0.88, 61: 0.45, 78: 0.45, 76: 0.45, 62: 0.45, 185: 0.26, 191: 0.26, 57: 0.42, 187: 0.12}
    shares |= dict.fromkeys((0, 13, 37, 82, 39, 81, 40, 80, 164, 98, 50, 101, 36, 93, 234, 205, 123), 0.0)
    handles: Handles = {v: (0.0, s, 0.0) for v, s in shares.items()}
    field = np.zeros(len(template.vertices))
    field[:_SKIN] = np.clip(_relax(MusclePull(handles, reach=45.0))[:, 1], 0.0, 1.0)
    weights = (field + field[template.mirror]) / 2
    weights.setflags(write=False)
    return weights


def _jaw_turn(vertices: FloatArray, share: float, *, small: bool) -> FloatArray:
    """Millimetres that a point fixed to the jaw moves when AU26 is at `share` of its top."""
    angle = JAW_OPEN_RAD * share
    arm = vertices[:, 1:] - JAW_AXIS_MM
    cosine, sine = (1.0, angle) if small else (np.cos(angle), np.sin(angle))
    out = np.zeros_like(vertices)
    out[:, 1] = (cosine - 1.0) * arm[:, 0] - sine * arm[:, 1] + JAW_GLIDE_MM[0] * share
    out[:, 2] = sine * arm[:, 0] + (cosine - 1.0) * arm[:, 1] + JAW_GLIDE_MM[1] * share
    return out


def _blink_pull(template: FaceTemplate) -> MusclePull:
    """Handles that shut the template's right eye: both margins meet near the lower one."""
    vertices = template.vertices
    handles: Handles = {33: (0.0, 0.0, 0.0), 133: (0.0, 0.0, 0.0)}
    for upper, lower in zip(UPPER_LID, LOWER_LID, strict=True):
        gap = vertices[lower] - vertices[upper]
        down, up = gap * (1.0 - _LOWER_LID_BLINK_SHARE), -gap * _LOWER_LID_BLINK_SHARE
        handles[upper] = (-down[0], down[1], down[2])  # right side: lateral is -x
        handles[lower] = (-up[0], up[1], up[2])
    for fold, upper, follow in zip(LID_FOLD, UPPER_LID, (0.3, 0.45, 0.5, 0.5, 0.5, 0.45, 0.3), strict=True):
        lateral, up_mm, forward = handles[upper]
        handles[fold] = (follow * lateral, follow * up_mm, follow * forward)
    return MusclePull(handles, reach=10.0, still=(225, 224, 223, 222, 221, 24, 23, 22, 230, 229, 228))


def _relax(pull: MusclePull) -> FloatArray:
    """Smoothest displacement float64[468, 3] of the skin through a pull's handles on both sides."""
    template = load_template()
    moves: dict[int, FloatArray] = {v: np.zeros(3) for v in (*pull.still, *template.mirror[list(pull.still)])}
    for vertex, (lateral, up, forward) in pull.handles.items():
        other = int(template.mirror[vertex])
        side = 0.0 if other == vertex else float(np.sign(template.vertices[vertex, 0]))
        moves[vertex] = np.array([side * lateral, up, forward])
        moves[other] = np.array([-side * lateral, up, forward])
    moving = [v for v, move in moves.items() if np.any(move)]
    far = np.flatnonzero(_walk_mm()[moving].min(axis=0) > pull.reach)
    fixed = np.array(sorted({*moves, *(int(v) for v in far)}))
    values = np.array([moves.get(int(v), np.zeros(3)) for v in fixed])
    free = np.setdiff1d(np.arange(_SKIN), fixed)
    energy = _bending_energy()
    out = np.zeros((_SKIN, 3))
    out[fixed] = values
    out[free] = np.linalg.solve(energy[np.ix_(free, free)], -energy[np.ix_(free, fixed)] @ values)
    return out


@lru_cache(maxsize=1)
def _graph() -> csr_matrix:
    template = load_template()
    a, b = template.edges.T
    length = np.linalg.norm(template.vertices[a] - template.vertices[b], axis=1)
    return csr_matrix((np.r_[length, length], (np.r_[a, b], np.r_[b, a])), shape=(_SKIN, _SKIN))


@lru_cache(maxsize=1)
def _walk_mm() -> FloatArray:
    """float64[468, 468]: shortest way over the skin's edges between two vertices, mm."""
    return np.asarray(dijkstra(_graph(), directed=False))


@lru_cache(maxsize=1)
def _bending_energy() -> FloatArray:
    """float64[468, 468]: quadratic form of bending plus a little stretching, edges weighted by 1 / length."""
    weights = _graph().toarray()
    weights[weights > 0] = 1.0 / weights[weights > 0]
    stiffness = np.diag(weights.sum(axis=1)) - weights
    area = (1.0 / weights.sum(axis=1))[:, None]  # lumped: vertices with short edges stand for less skin
    return np.asarray(stiffness.T @ (area * stiffness) + _MEMBRANE * stiffness)


def _roll_lids(rest: FloatArray, moved: FloatArray) -> None:
    """Keep lid margins at their distance from the eyeball's axis, so that a falling lid runs over the ball."""
    template = load_template()
    pairs = lid_pairs()
    for eye, rows in enumerate((slice(0, 7), slice(7, 14))):
        lid = pairs[rows].ravel()
        centre = template.eye_centres[eye]
        radius = np.hypot(rest[lid, 1] - centre[1], rest[lid, 2] - centre[2])
        height = np.clip(moved[lid, 1] - centre[1], -0.98 * radius, 0.98 * radius)
        moved[lid, 2] = centre[2] + np.sqrt(radius**2 - height**2)


def _stop_at_each_other(moved: FloatArray, pairs: IndexArray) -> None:
    """Where an upper margin would pass below its lower partner both stop half-way."""
    upper, lower = pairs.T
    overlap = np.maximum(moved[lower, 1] - moved[upper, 1], 0.0)
    moved[upper, 1] += overlap / 2
    moved[lower, 1] -= overlap / 2


def _both_sides(upper: tuple[int, ...], lower: tuple[int, ...]) -> IndexArray:
    right = np.array([upper, lower], dtype=np.int64).T
    return np.vstack([right, load_template().mirror[right]])
