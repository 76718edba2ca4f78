"""The neutral face in millimetres: the mean of FaceMesh outputs over several faces, made symmetric.

**Frame.** Right-handed: x to the image's right (the person's own left), y up, z out of the face towards the
camera. The origin is half-way between the centres of the two eyeballs. The face looks along +z: its pitch is that
of MediaPipe's canonical face, so the identity rotation means facing the camera. The inter-pupillary distance is
63 mm, the adult mean (Dodgson 2004). `tools/make_face_template.py` made it; `resources/face_template/template.json`
says from how many faces.

"Right" and "left" in names are the person's own: the right eye is on the image's left.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.resources import resource_path

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

SCHEMA_VERSION = 1
EYEBALL_RADIUS_MM = 12.0
"""Mean adult eyeball (axial length about 24 mm)."""

RIGHT_IRIS_CENTRE = 468
LEFT_IRIS_CENTRE = 473

LANDMARKS_68: IndexArray = np.array(
    [
        # jaw, from beside the person's right eye round the chin
        *(127, 234, 93, 58, 172, 150, 149, 148, 152, 377, 378, 379, 397, 288, 323, 454, 356),
        # right brow outwards in, left brow inwards out, along the upper edge of the hair
        *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),
        # nose: bridge downwards, then the base
        *(168, 197, 5, 4, 98, 97, 2, 326, 327),
        # right eye from its outer corner over the upper lid, left eye from its inner corner
        *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),
        # lips: outer then inner, from the person's right corner over the upper lip
        *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),
        *(78, 81, 13, 311, 308, 402, 14, 178),
    ],
    dtype=np.int64,
)
"""FaceMesh vertex of each point of the 68-point scheme (iBUG 300-W order), int64[68]."""

LANDMARKS_68.setflags(write=False)


@dataclass(frozen=True, eq=False)
class FaceTemplate:
    """The neutral mesh. All arrays are read-only.

    vertices: float64[478, 3] mm (0-467 skin, 468-472 and 473-477 right and left iris: centre first).
    triangles: int64[852, 3], anticlockwise seen from the camera; eye and mouth openings are holes.
    edges: int64[1322, 2], the tessellation's edges.
    mirror: int64[478], the vertex across the middle plane (own index on the plane).
    eye_centres: float64[2, 3] mm, centres of the right and the left eyeball.
    contours: named chains of vertices (see `contour_names`); rings are closed by their user.
    regions: named sets of vertices that cover the skin, every vertex 0-467 in exactly one.
    """

    vertices: FloatArray
    triangles: IndexArray
    edges: IndexArray
    mirror: IndexArray
    eye_centres: FloatArray
    contours: dict[str, IndexArray]
    regions: dict[str, IndexArray]

    @property
    def contour_names(self) -> tuple[str, ...]:
        """lips_outer, lips_inner, face_oval, nose_bridge, nose_base; right_ and left_: eye, brow_*, iris."""
        return tuple(self.contours)

    @property
    def inter_ocular_mm(self) -> float:
        """Distance of the outer eye corners (vertices 33 and 263), the unit of relative landmark errors."""
        return float(np.linalg.norm(self.vertices[33] - self.vertices[263]))


@lru_cache(maxsize=1)
def load_template() -> FaceTemplate:
    """The shipped template, read once.

    Raises `FileNotFoundError` or `ValueError` when the installation is broken.
    """
    facts = json.loads(resource_path("face_template/template.json").read_text(encoding="utf-8"))
    if facts["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"face template has schema {facts['schema_version']}, expected {SCHEMA_VERSION}")
    with np.load(resource_path("face_template/template.npz"), allow_pickle=False) as stored:
        vertices = stored["vertices"].astype(np.float64)
        eye_centres = stored["eye_centres"].astype(np.float64)
        triangles = stored["triangles"].astype(np.int64)
        edges = stored["edges"].astype(np.int64)
        mirror = stored["mirror"].astype(np.int64)
    contours = {name: np.array(chain, dtype=np.int64) for name, chain in facts["contours"].items()}
    regions = _regions(vertices, contours)
    for array in (vertices, eye_centres, triangles, edges, mirror, *contours.values(), *regions.values()):
        array.setflags(write=False)
    return FaceTemplate(vertices, triangles, edges, mirror, eye_centres, contours, regions)


def _regions(vertices: FloatArray, contours: dict[str, IndexArray]) -> dict[str, IndexArray]:
    """Cut the skin by where each vertex lies relative to eyes, nose and mouth (our choice of borders)."""
    x, y = np.abs(vertices[:468, 0]), vertices[:468, 1]
    mouth_corner_x = abs(float(vertices[61, 0]))
    brow_y = float(vertices[contours["right_brow_lower"], 1].min()) - 1.0
    nose_base_y, lip_bottom_y = float(vertices[2, 1]), float(vertices[17, 1])
    eye_bottom_y = float(vertices[145, 1]) - 6.0
    in_eye_row = (y <= brow_y) & (y > eye_bottom_y)
    nose_half_width = np.interp(y, [float(vertices[94, 1]), 0.0], [abs(float(vertices[98, 0])) + 3.0, 9.0])
    names = np.full(468, "cheeks", dtype=object)
    names[y > brow_y] = "forehead"
    names[in_eye_row] = "eyes"
    names[(y <= brow_y) & (y >= nose_base_y) & (x <= nose_half_width)] = "nose"
    names[(y < nose_base_y) & (y >= lip_bottom_y - 2.0) & (x <= mouth_corner_x + 6.0)] = "mouth"
    names[(y < lip_bottom_y - 2.0) & (x <= mouth_corner_x + 8.0)] = "chin"
    names[np.concatenate([contours["lips_outer"], contours["lips_inner"]])] = "mouth"
    names[np.concatenate([contours["right_eye"], contours["left_eye"]])] = "eyes"
    for side in ("right", "left"):
        names[np.concatenate([contours[f"{side}_brow_upper"], contours[f"{side}_brow_lower"]])] = "brows"
    return {str(name): np.flatnonzero(names == name) for name in sorted(set(names))}
