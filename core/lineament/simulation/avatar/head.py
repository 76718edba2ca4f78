"""The head as one mesh: the face with a rim that runs under hair and jaw, ears, neck and hair.

Only the face deforms; everything is in the template's axes (mm), shaped to a person's proportions, and carries texture
coordinates into the atlas that `texture` paints. Sizes of skull, ears and neck are rounded adult means (our choice).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from lineament.face.displacement import displacement_fields, jaw_weights
from lineament.face.template import load_template
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.subdivision import subdivide

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

PIXELS_PER_MM = 3.2
"""Texture resolution of the face."""
CANVAS_MM = (-132.0, 132.0, 92.0, -138.0)
"""Left, right, top and bottom of the face's canvas in the flattened coordinates of `flatten`."""
FACE_SIZE = (
    round((CANVAS_MM[1] - CANVAS_MM[0]) * PIXELS_PER_MM),
    round((CANVAS_MM[2] - CANVAS_MM[3]) * PIXELS_PER_MM),
)
SKIN_PATCH = (FACE_SIZE[0], 256)
"""First column and width of the plain skin for ears and neck."""
HAIR_PATCH = (FACE_SIZE[0] + 256, 640)
"""First column and width of the hair."""
ATLAS_SIZE = (HAIR_PATCH[0] + HAIR_PATCH[1], FACE_SIZE[1])

SKULL_CENTRE = np.array([0.0, 20.0, -72.0])
SKULL_RADII = np.array([76.0, 95.0, 96.0])

_OVAL = 36
_SKIN = 468


def flatten(points: FloatArray) -> FloatArray:
    """Unroll the face round a vertical axis: mm right of the middle line, mm up. float64[n, 2]."""
    return np.stack([70.0 * np.arctan2(points[:, 0], points[:, 2] + 60.0), points[:, 1]], axis=1)


def canvas_pixels(flat: FloatArray) -> FloatArray:
    """Texture pixels (column, row) of flattened millimetres."""
    return np.asarray(np.stack([flat[:, 0] - CANVAS_MM[0], CANVAS_MM[2] - flat[:, 1]], axis=1) * PIXELS_PER_MM)


@dataclass(frozen=True, eq=False)
class HeadMesh:
    """A person's head. Vertices: the fine face first, then the parts that do not deform.

    spread: float32[fine, 540]: fine face vertices from coarse ones (468 template vertices and 72 of the rim).
    rim_follow: float64[72, 468]: how the rim moves with the face.
    rest: float32[v, 3] mm. uv: float32[v, 2] atlas pixels. occlusion: float32[v], 1 = open to the light.
    gloss: float32[v]. lift: float32[v], mm by which a part wins against what lies under it.
    follow: float32[v], 1 moves with the head, 0 with the trunk.
    triangles: int64[t, 3]. gather: sparse [v, t], sums face normals at vertices.
    openings: ordered fine vertices round right eye, left eye and mouth.
    """

    person: AvatarPerson
    spread: Float32Array
    rim_follow: FloatArray
    coarse_rest: FloatArray
    rest: Float32Array
    uv: Float32Array
    occlusion: Float32Array
    gloss: Float32Array
    lift: Float32Array
    follow: Float32Array
    triangles: IndexArray
    gather: csr_matrix
    openings: dict[str, IndexArray]

    def deformed(self, mesh: FloatArray) -> Float32Array:
        """All vertices float32[v, 3] when the 478-vertex face is `mesh`."""
        shift = mesh[:_SKIN] - self.coarse_rest[:_SKIN]
        coarse = self.coarse_rest.copy()
        coarse[:_SKIN] = mesh[:_SKIN]
        coarse[_SKIN:] += self.rim_follow @ shift
        out = self.rest.copy()
        out[: len(self.spread)] = self.spread @ coarse.astype(np.float32)
        return out

    def normals(self, vertices: Float32Array) -> Float32Array:
        """Unit outward normals float32[v, 3]."""
        a, b, c = (vertices[self.triangles[:, k]] for k in range(3))
        u, v = b - a, c - a
        face = np.stack(
            [
                u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1],
                u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2],
                u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0],
            ],
            axis=1,
        )
        total = np.asarray(self.gather @ face, dtype=np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", total, total))
        return np.asarray(total / np.maximum(length, 1e-9)[:, None], np.float32)


@dataclass
class _Part:
    points: FloatArray
    uv: FloatArray
    triangles: IndexArray
    occlusion: FloatArray
    gloss: float
    follow: FloatArray
    lift: float = 0.0


def build_head(person: AvatarPerson) -> HeadMesh:
    """Assemble the mesh of one person (about half a second; do it once)."""
    template = load_template()
    rim = _rim(template.vertices, template.contours["face_oval"])
    coarse_template = np.vstack([template.vertices[:_SKIN], rim])
    coarse_rest = np.vstack([person.neutral()[:_SKIN], person.shape(rim)])
    triangles = np.vstack([template.triangles, _rim_triangles(template.contours["face_oval"])])
    fine = subdivide(triangles, len(coarse_template), 2)
    face_uv = canvas_pixels(fine.matrix.astype(np.float64) @ flatten(coarse_template))
    face_points = fine.matrix.astype(np.float64) @ coarse_rest

    ears = [] if person.hair_style == "long" else [_ear(-1), _ear(1)]
    parts = [_neck(), *ears, *_hair(person)]
    points, uv = [face_points], [face_uv]
    occlusion, gloss, follow = [_face_occlusion(face_points)], [np.ones(len(face_points))], [np.ones(len(face_points))]
    lift = [np.zeros(len(face_points))]
    all_triangles, count = [fine.triangles], len(face_points)
    for part in parts:
        points.append(person.shape(part.points))
        uv.append(part.uv)
        occlusion.append(part.occlusion)
        gloss.append(np.full(len(part.points), part.gloss))
        follow.append(part.follow)
        lift.append(np.full(len(part.points), part.lift))
        all_triangles.append(part.triangles + count)
        count += len(part.points)
    joined = np.vstack(all_triangles)
    flat = joined.ravel()
    owner = np.repeat(np.arange(len(joined)), 3)
    gather = csr_matrix((np.ones(len(flat), np.float32), (flat, owner)), shape=(count, len(joined)))
    return HeadMesh(
        person=person,
        spread=fine.matrix,
        rim_follow=_rim_follow(template.contours["face_oval"]),
        coarse_rest=coarse_rest,
        rest=np.vstack(points).astype(np.float32),
        uv=np.vstack(uv).astype(np.float32),
        occlusion=np.concatenate(occlusion).astype(np.float32),
        gloss=np.concatenate(gloss).astype(np.float32),
        lift=np.concatenate(lift).astype(np.float32),
        follow=np.concatenate(follow).astype(np.float32),
        triangles=joined,
        gather=gather,
        openings=_openings(fine.triangles),
    )


def _rim(vertices: FloatArray, oval: IndexArray) -> FloatArray:
    """Two rings beyond the face oval: over the skull above, under the jaw below. float64[72, 3]."""
    ring = vertices[oval]
    low = np.clip((-28.0 - ring[:, 1]) / 45.0, 0.0, 1.0)[:, None]
    low = low * low * (3 - 2 * low)
    rings = []
    for back, tuck, lift in ((13.0, 0.03, -2.0), (40.0, 0.22, 5.0)):
        over = ring + np.array([0.0, 0.75, -1.0]) * back * np.clip((ring[:, 1:2] - 10.0) / 45.0, 0.0, 1.0)
        over = over + np.array([0.0, 0.0, -1.0]) * back * (1 - np.clip((ring[:, 1:2] - 10.0) / 45.0, 0.0, 1.0))
        direction = (over - SKULL_CENTRE) / SKULL_RADII
        over = SKULL_CENTRE + 1.025 * SKULL_RADII * direction / np.linalg.norm(direction, axis=1, keepdims=True)
        under = ring * (1.0 - tuck, 1.0, 1.0) + (0.0, lift, -back)
        rings.append(over * (1 - low) + under * low)
    return np.vstack(rings)


def _rim_triangles(oval: IndexArray) -> IndexArray:
    first, second = _SKIN + np.arange(_OVAL), _SKIN + _OVAL + np.arange(_OVAL)
    out = []
    for inner, outer in ((oval, first), (first, second)):
        a, b = inner, np.roll(inner, -1)
        c, d = outer, np.roll(outer, -1)
        out += [np.stack([a, b, c], axis=1), np.stack([b, d, c], axis=1)]
    return np.vstack(out).astype(np.int64)


def _rim_follow(oval: IndexArray) -> FloatArray:
    """The rim goes with the oval vertex beside it, all the way under the jaw and less over the skull."""
    jaw = jaw_weights()[oval]
    moved = np.abs(displacement_fields()[:, oval]).sum(axis=(0, 2)) > 0
    follow = np.zeros((2 * _OVAL, _SKIN))
    for ring, share in ((0, 0.85), (1, 0.45)):
        for i, vertex in enumerate(oval):
            follow[ring * _OVAL + i, vertex] = share if moved[i] or jaw[i] > 0 else 0.0
    return follow


def _face_occlusion(points: FloatArray) -> FloatArray:
    """Less light where the face turns back under the jaw."""
    y, z = points[:, 1], points[:, 2]
    under = np.clip((-y - 96.0) / 18.0, 0, 1) * np.clip((4.0 - z) / 22.0, 0, 1)
    side = np.clip((-z - 35.0) / 40.0, 0, 1) * np.clip((10.0 - y) / 40.0, 0, 1)
    return np.asarray(1.0 - 0.45 * under - 0.2 * side)


def _grid_triangles(rows: int, columns: int, *, closed: bool) -> IndexArray:
    """Triangles of a grid of vertices stored row after row, wound anticlockwise when columns run right, rows down."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    right = (c + 1) % columns
    a, b = r * columns + c, r * columns + right
    d, e = (r + 1) * columns + c, (r + 1) * columns + right
    return np.vstack([np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, d, b), (b, d, e))])


def _neck() -> _Part:
    rows, columns = 16, 40
    t, phi = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-np.pi, np.pi, columns, endpoint=False), indexing="ij")
    flare = 1.0 + 0.72 * np.clip((t - 0.36) / 0.44, 0, 1) ** 2.2
    x = 51.0 * flare * np.sin(phi)
    y = -72.0 - 150.0 * t
    z = -62.0 - 14.0 * t + 52.0 * (0.6 + 0.4 * flare) * np.cos(phi)
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    uv = np.stack([SKIN_PATCH[0] + 128 + 110 * np.sin(phi), 40 + 560 * t], axis=-1).reshape(-1, 2)
    shade = 0.36 + 0.56 * np.clip((-y - 104.0) / 76.0, 0, 1)
    sinew = 1.0 - 0.10 * np.exp(-(((np.abs(phi) - 0.62 + 0.25 * t) / 0.12) ** 2)) * np.clip((t - 0.3) / 0.3, 0, 1)
    follow = 1.0 - np.clip((-y - 92.0) / 105.0, 0, 1)
    follow = follow * follow * (3 - 2 * follow)
    return _Part(points, uv, _grid_triangles(rows, columns, closed=True), (shade * sinew).ravel(), 0.35, follow.ravel())


def _ear(side: int) -> _Part:
    """One ear: a rimmed shell that stands off the head by 25 degrees."""
    rows, columns = 9, 28
    s, psi = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False), indexing="ij")
    width = np.where(np.sin(psi) > 0, 17.0 + 3.0 * np.sin(psi), 17.0 + 6.0 * np.sin(psi))
    back, up = s * width * np.cos(psi), s * 31.0 * np.sin(psi)
    rim = 5.0 * np.exp(-(((s - 0.86) / 0.13) ** 2)) + 2.0 * (1 - s**2) - 4.5 * np.exp(-(((s - 0.45) / 0.2) ** 2))
    rim = rim - 7.0 * np.clip((s - 0.93) / 0.07, 0, 1)
    out_dir, back_dir = np.array([0.86, 0.0, 0.5]), np.array([0.5, 0.0, -0.86])
    up_dir = np.array([0.12, 0.97, -0.2])
    centre = np.array([77.0, -20.0, -58.0])
    points = centre + rim[..., None] * out_dir + back[..., None] * back_dir + up[..., None] * up_dir
    points = points.reshape(-1, 3) * (side, 1, 1)
    uv = np.stack([SKIN_PATCH[0] + 128 + 60 * back / 20, 640 + 1.2 * up], axis=-1).reshape(-1, 2)
    hollow = 1.0 - 0.5 * np.exp(-((s / 0.42) ** 2)) - 0.25 * np.exp(-(((s - 0.68) / 0.09) ** 2))
    triangles = _grid_triangles(rows, columns, closed=True)
    if side < 0:
        triangles = triangles[:, ::-1]
    return _Part(points, uv, triangles, 0.85 * hollow.ravel(), 0.3, np.ones(points.shape[0]))


def _hairline(person: AvatarPerson, phi: FloatArray) -> FloatArray:
    """Height (mm) where hair ends at azimuth phi (0 = front, positive to the image's right)."""
    turn = np.degrees(np.abs(phi))
    ear = -18.0 if person.hair_style == "short" else -34.0
    front = (67.0, 67.0, 63.0, 48.0) if person.hair_style == "short" else (60.0, 58.0, 52.0, 47.0)
    line = np.interp(turn, [0, 24, 40, 54, 66, 76, 84, 92, 110, 180], [*front, 30, ear, -6, -20, -62, -72])
    if person.hair_style == "long":
        line = np.where(turn > 62.0, np.interp(turn, [62, 76, 90, 180], [30, -48, -60, -80]), line)
    if person.hair_style != "short":
        parting = np.degrees(phi) - 24.0  # swept from a parting on the image's right
        line = line + 7.0 * np.exp(-((parting / 9.0) ** 2)) - 7.0 * np.exp(-(((parting + 44.0) / 20.0) ** 2))
    return np.asarray(line)


def _hair(person: AvatarPerson) -> list[_Part]:
    rng = np.random.default_rng([person.seed, 0x48414952])
    rows, columns = 34, 96
    s, phi = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-np.pi, np.pi, columns, endpoint=False), indexing="ij")
    lowest = np.arccos(np.clip((_hairline(person, phi) - SKULL_CENTRE[1]) / SKULL_RADII[1], -0.98, 0.98))
    theta = np.maximum(s, 0.004) * lowest
    volume = {"short": 7.0, "swept": 13.0, "long": 12.0}[person.hair_style]
    lock = np.zeros(phi.shape)
    for k in (3, 5, 8, 13, 21):
        lock += rng.normal() * np.sin(k * phi + rng.uniform(0, 2 * np.pi) + 2.5 * s) / k
    front = np.exp(-((phi / 0.9) ** 2))
    thick = 2.2 + (volume * (1 + 0.35 * front * (s > 0.3) * s)) * (1 - s**7) + 0.9 * lock * (1 - s**4)
    unit = np.stack([np.sin(theta) * np.sin(phi), np.cos(theta), np.sin(theta) * np.cos(phi)], axis=-1)
    points = SKULL_CENTRE + unit * (SKULL_RADII + thick[..., None])
    width = HAIR_PATCH[1]
    uv = np.stack([HAIR_PATCH[0] + width / 2 + (width / 2 - 4) * phi / np.pi, 6 + 420 * s], axis=-1)
    shade = 0.72 + 0.28 * np.clip((1 - s) / 0.25, 0, 1)
    shade = shade * np.where(np.abs(phi) > 1.25, 0.8, 1.0)
    cap = _Part(
        points.reshape(-1, 3),
        uv.reshape(-1, 2),
        _grid_triangles(rows, columns, closed=True),
        shade.ravel(),
        0.9,
        np.ones(rows * columns),
        lift=5.0,
    )
    return [cap, *_curtain(lock[0])] if person.hair_style == "long" else [cap]


def _curtain(locks: FloatArray) -> list[_Part]:
    """Long hair behind the ears down to the shoulders, seen from outside and (darker) from inside."""
    rows, columns = 26, 64
    phi_from, phi_to = np.radians(62.0), np.radians(298.0)
    t, phi = np.meshgrid(np.linspace(0, 1, rows), np.linspace(phi_from, phi_to, columns), indexing="ij")
    wave = np.interp(phi, np.linspace(phi_from, phi_to, len(locks)), locks)
    x = (80.0 + 13.0 * np.sin(np.pi * np.clip(t, 0, 0.8)) + 1.2 * wave) * np.sin(phi)
    y = 24.0 - 210.0 * t
    z = SKULL_CENTRE[2] + (100.0 - 26.0 * t + 1.2 * wave) * np.cos(phi) + 10.0 * t
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    uv = np.stack(
        [HAIR_PATCH[0] + 6 + (HAIR_PATCH[1] - 12) * (phi - phi_from) / (phi_to - phi_from), 200 + 500 * t], -1
    )
    follow = 1.0 - 0.75 * np.clip((-y - 40.0) / 140.0, 0, 1)
    triangles = _grid_triangles(rows, columns, closed=False)
    flat_uv, flat_follow = uv.reshape(-1, 2), follow.ravel()
    outside = _Part(points, flat_uv, triangles, np.full(len(points), 0.85), 0.8, flat_follow, lift=3.0)
    inside = _Part(points.copy(), flat_uv, triangles[:, ::-1], np.full(len(points), 0.4), 0.1, flat_follow)
    return [outside, inside]


def _openings(triangles: IndexArray) -> dict[str, IndexArray]:
    """Rims of the holes of the fine face, each an ordered ring from its image-left corner over the upper edge."""
    sides = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    _, index, uses = np.unique(np.sort(sides, axis=1), axis=0, return_index=True, return_counts=True)
    onward = {int(a): int(b) for a, b in sides[index[uses == 1]]}
    rings = {}
    for name, start in (("right_eye", 33), ("left_eye", 362), ("mouth", 78)):
        ring = [start]
        while onward[ring[-1]] != start:
            ring.append(onward[ring[-1]])
        rings[name] = np.array(ring, dtype=np.int64)
    return rings
