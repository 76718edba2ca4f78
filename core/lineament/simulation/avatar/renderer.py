"""Draws the avatar: poses the head before a pinhole camera, shades it, and knows exactly where everything is.

Light is computed at the vertices of a fine mesh (wrapped diffuse key and fill, sky, a soft highlight) and interpolated;
skin colour, folds and hair come from textures. Light falls off redder than it began, as it does under skin.
"""

import cv2
import numpy as np
import numpy.typing as npt

from lineament.face.camera import Camera
from lineament.face.displacement import AU_NAMES, deform, lid_pairs
from lineament.face.rotation import matrix_from_angles
from lineament.face.template import LANDMARKS_68, LEFT_IRIS_CENTRE, RIGHT_IRIS_CENTRE
from lineament.simulation.avatar.eyes import (
    IRIS_PLANE_MM,
    IRIS_RADIUS_MM,
    EyeView,
    draw_eye,
    draw_lashes,
)
from lineament.simulation.avatar.head import FACE_SIZE, HAIR_PATCH, SKIN_PATCH, build_head
from lineament.simulation.avatar.mouth import draw_mouth, draw_seam, tongue, tooth_rows
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.raster import Coverage, interpolate, visible_triangles
from lineament.simulation.avatar.scene import draw_trunk, paint_trunk, paint_wall
from lineament.simulation.avatar.state import REST_MM, AvatarState, AvatarTruth
from lineament.simulation.avatar.texture import paint_atlas
from lineament.simulation.avatar.wrinkles import light_loss

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_TO_CAMERA = np.array([1.0, -1.0, -1.0])
"""Template axes (y up, z to the camera) to camera axes (y down, z away)."""

_KEY = np.array([-0.48, -0.52, -0.70])
_FILL = np.array([0.70, -0.05, -0.71])
_RIM = np.array([0.75, -0.45, 0.48])
_LID_FOLLOWS_GAZE = 0.16
"""mm that the upper lid falls for each degree the eyes look down (our choice; a third of what the eyes do)."""


class AvatarRenderer:
    """Renders one person.

    width, height: pixels. camera: a pinhole; the default is `Camera.assumed`, the very one the head-pose solver assumes
    (focal length 875 px at 1280 x 720: a vertical view of 44.7 degrees). place: mm, camera frame, where the eyes are at
    rest; trunk and neck stand below it. Making one takes about two seconds, a 720p frame some tens of milliseconds on
    one core.
    """

    def __init__(
        self,
        width: int = 1280,
        height: int = 720,
        *,
        person: AvatarPerson | None = None,
        camera: Camera | None = None,
        place: tuple[float, float, float] = REST_MM,
    ) -> None:
        self.width, self.height = width, height
        self.person = person or AvatarPerson()
        self.camera = camera or Camera.assumed(width, height)
        self._head = build_head(self.person)
        self._neutral = self.person.neutral()
        self._eyes = self.person.eye_centres()
        self._atlas = paint_atlas(self.person)
        self._wall = paint_wall(self.person, width, height)
        self._place = place
        self._trunk = paint_trunk(self.person, self.camera, width, height, place)
        self._teeth = [self.person.shape(row.reshape(-1, 3)).reshape(row.shape) for row in tooth_rows()]
        self._tongue = self.person.shape(tongue())

    def mesh(self, state: AvatarState) -> FloatArray:
        """The face float64[478, 3] mm in template axes: action units, lids that follow the eyes, turned irises."""
        rotation = matrix_from_angles(np.array([state.rotation]))[0]
        gaze = (rotation.T @ state.gaze_vector()) * _TO_CAMERA
        mesh = deform(self._neutral, state.intensities())
        down_deg = np.degrees(np.arcsin(np.clip(-gaze[1], -1, 1)))
        self._lids_follow(mesh, float(np.clip(down_deg, -15.0, 30.0)))
        for eye, centre in enumerate((RIGHT_IRIS_CENTRE, LEFT_IRIS_CENTRE)):
            mesh[centre : centre + 5] = self._iris(eye, gaze)
        return mesh

    def truth(self, state: AvatarState) -> AvatarTruth:
        """Exact ground truth of the picture that `render(state)` gives."""
        mesh = self.mesh(state)
        points = self._to_camera(mesh, state)
        pixels = self._project(points)
        depth = (points[:, 2] - state.translation[2]) * self.camera.focal / state.translation[2]
        landmarks = np.column_stack([pixels, depth]).astype(np.float32)
        upper, lower = lid_pairs()[[3, 10]].T
        gap = float((mesh[upper, 1] - mesh[lower, 1]).mean())
        rest = float((self._neutral[upper, 1] - self._neutral[lower, 1]).mean())
        return AvatarTruth(
            landmarks=landmarks,
            landmarks68=landmarks[LANDMARKS_68, :2].copy(),
            au=state.intensities(),
            gaze=state.gaze,
            rotation=state.rotation,
            translation=state.translation,
            eye_closure=float(np.clip(1.0 - gap / rest, 0.0, 1.0)),
            mouth_gap=float(np.linalg.norm(mesh[13] - mesh[14])),
        )

    def render(self, state: AvatarState) -> Bytes:
        """The picture, uint8[height, width, 3] RGB, without lens faults or noise; the same state, the same picture."""
        mesh = self.mesh(state)
        local = self._head.deformed(mesh)
        normals = self._head.normals(local)
        rotation = (matrix_from_angles(np.array([state.rotation]))[0] * _TO_CAMERA).astype(np.float32)
        follow = self._head.follow[:, None]
        rest = np.array(self._place, np.float32)
        sway = self._trunk_shift(state)
        points = follow * (local @ rotation.T + np.array(state.translation, np.float32))
        points += (1 - follow) * (local * _TO_CAMERA.astype(np.float32) + rest + sway)
        normals = np.where(follow > 0.5, normals @ rotation.T, normals * _TO_CAMERA.astype(np.float32))
        pixels = self._project(points).astype(np.float32)
        triangles = self._head.triangles
        seen = visible_triangles(pixels, points[:, 2] - self._head.lift, triangles, self.width, self.height)

        image = self._wall.copy()
        cover = np.zeros((self.height, self.width), np.uint8)
        if len(seen.flat):
            cover.reshape(-1)[seen.flat] = self._paint(image, seen, pixels, normals, state.intensities())
        _soften_edges(image, cover)
        self._draw_inside(image, mesh, pixels, cover == 1, state)
        focal = self.camera.focal / self._place[2]
        draw_trunk(image, self._trunk, (float(sway[0]) * focal, float(sway[1]) * focal))
        return image

    def _paint(
        self, image: Bytes, seen: Coverage, pixels: Float32Array, normals: Float32Array, intensities: FloatArray
    ) -> Bytes:
        """Colour the seen pixels in place; tells face (1), other skin (2) and hair (3) apart, uint8[pixels]."""
        light, shine = self._light(normals)
        values = np.column_stack([self._head.uv, light, shine]).astype(np.float32)
        u, v, light_px, shine_px = interpolate(seen, pixels, self._head.triangles, values)
        colour = _sample(self._atlas, u, v)
        loss = light_loss(intensities, self.person.age)
        on_face = u < FACE_SIZE[0] - 1
        lost = _sample(loss, u[on_face], v[on_face])
        light_px[on_face] *= 1.0 - np.clip(lost, -0.3, 0.75)
        light_px = np.clip(light_px, 0.0, 1.6)
        redder = (1.0 - light_px) * (u < HAIR_PATCH[0])
        colour[:, 0] *= light_px * (1.0 + 0.26 * redder)
        colour[:, 1] *= light_px * (1.0 - 0.02 * redder)
        colour[:, 2] *= light_px * (1.0 - 0.10 * redder)
        colour += shine_px[:, None]
        image.reshape(-1, 3)[seen.flat] = np.clip(colour, 0, 255).astype(np.uint8)
        return np.asarray(1 + (u >= SKIN_PATCH[0]).astype(np.uint8) + (u >= HAIR_PATCH[0]), np.uint8)

    def _light(self, normals: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Light (1 = the texture's own colour) and highlight (0..255) of each vertex."""
        key, fill, rim = (np.asarray(v / np.linalg.norm(v), np.float32) for v in (_KEY, _FILL, _RIM))
        wrap = np.float32(0.28)
        diffuse = np.clip((normals @ key + wrap) / (1 + wrap), 0, 1)
        soft = np.clip((normals @ fill + 0.5) / 1.5, 0, 1)
        sky = 0.5 - 0.5 * normals[:, 1]
        back = np.clip(normals @ rim, 0, 1) ** 3
        light = (0.24 + 0.16 * sky + 0.72 * diffuse + 0.22 * soft + 0.16 * back) * self._head.occlusion
        half = key + np.array([0, 0, -1], np.float32)
        half /= np.linalg.norm(half)
        shine = 26.0 * np.clip(normals @ half, 0, 1) ** 22 * self._head.gloss * self._head.occlusion
        return light, shine

    def _draw_inside(
        self, image: Bytes, mesh: FloatArray, pixels: Float32Array, cover: npt.NDArray[np.bool_], state: AvatarState
    ) -> None:
        scale = self.camera.focal / state.translation[2]
        rings = self._head.openings
        jaw = self._jaw_moved(state)
        upper = self._project(self._to_camera(self._teeth[0].reshape(-1, 3), state)).reshape(2, -1, 2)
        lower = self._project(self._to_camera(self._teeth[1].reshape(-1, 3) + jaw, state)).reshape(2, -1, 2)
        blade = self._project(self._to_camera(self._tongue + jaw, state))
        mouth = pixels[rings["mouth"]]
        draw_mouth(image, mouth, upper, lower, blade, scale)
        half = len(mouth) // 2
        draw_seam(image, mouth[: half + 1], np.vstack([mouth[:1], mouth[half:][::-1]])[: half + 1], scale)

        centres = self._to_camera(self._eyes, state)
        key = _KEY / np.linalg.norm(_KEY)
        for eye, name in enumerate(("right_eye", "left_eye")):
            ring = pixels[rings[name]]
            view = EyeView(
                opening=ring,
                upper=len(ring) // 2,
                centre=centres[eye],
                gaze=state.gaze_vector(),
                focal=self.camera.focal,
                middle=(self.camera.centre_x, self.camera.centre_y),
            )
            hidden = cv2.erode(cover.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
            draw_eye(image, view, self.person, hidden, key)
            draw_lashes(image, view, scale, visible=True)

    def _jaw_moved(self, state: AvatarState) -> FloatArray:
        """How far the lower teeth go with the jaw, float64[3] mm (taken at the lower lip's middle)."""
        only_jaw = np.zeros(len(AU_NAMES))
        jaw = AU_NAMES.index("AU26")
        only_jaw[jaw] = state.intensities()[jaw]
        moved = deform(self._neutral, only_jaw)
        return np.asarray(moved[17] - self._neutral[17])

    def _lids_follow(self, mesh: FloatArray, down_deg: float) -> None:
        upper, lower = lid_pairs().T
        open_share = np.clip((mesh[upper, 1] - mesh[lower, 1]) / 8.0, 0.0, 1.0)
        mesh[upper, 1] -= _LID_FOLLOWS_GAZE * down_deg * open_share
        mesh[lower, 1] -= 0.25 * _LID_FOLLOWS_GAZE * down_deg * open_share
        mesh[upper, 1] = np.maximum(mesh[upper, 1], mesh[lower, 1])

    def _iris(self, eye: int, gaze: FloatArray) -> FloatArray:
        """Centre and four rim points of an iris that looks along `gaze` (template axes), float64[5, 3] mm."""
        right = np.cross([0.0, 1.0, 0.0], gaze)
        right /= np.linalg.norm(right)
        up = np.cross(gaze, right)
        outward = -1.0 if eye == 0 else 1.0
        nose_side, temple_side = -outward * right, outward * right
        rim = IRIS_RADIUS_MM * np.array([nose_side, up, temple_side, -up])
        middle = self._eyes[eye] + IRIS_PLANE_MM * gaze
        return np.vstack([middle, middle + rim])

    def _trunk_shift(self, state: AvatarState) -> Float32Array:
        """The trunk follows the head's shifts by a third (mm, camera frame)."""
        head = np.array(state.translation) - self._place
        return np.asarray(head * (0.35, 0.15, 0.0), np.float32)

    def _to_camera(self, points: FloatArray, state: AvatarState) -> FloatArray:
        rotation = matrix_from_angles(np.array([state.rotation]))[0]
        return np.asarray((points * _TO_CAMERA) @ rotation.T + np.array(state.translation))

    def _project(self, points: FloatArray | Float32Array) -> FloatArray:
        focus = self.camera.focal / points[:, 2]
        x = self.camera.centre_x + points[:, 0] * focus
        return np.stack([x, self.camera.centre_y + points[:, 1] * focus], axis=1)


def _sample(texture: Bytes | Float32Array, u: Float32Array, v: Float32Array) -> Float32Array:
    """Bilinear texture lookup at n places, float32[n] or [n, 3]; in rows of 1024 because OpenCV bounds each side."""
    count, row = len(u), 1024
    shape = (-(-count // row), row)
    columns, rows = (np.resize(m, shape) for m in (u, v))
    found = cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(shape[0] * row, *texture.shape[2:])[:count], np.float32)


def _soften_edges(image: Bytes, cover: Bytes) -> None:
    """Smooth the stair-steps where parts meet each other or the wall, in place."""
    rows = np.flatnonzero(cover.any(axis=1))
    columns = np.flatnonzero(cover.any(axis=0))
    if not len(rows):
        return
    area = (slice(max(rows[0] - 3, 0), rows[-1] + 4), slice(max(columns[0] - 3, 0), columns[-1] + 4))
    patch = image[area]
    kernel = np.ones((3, 3), np.uint8)
    edge = cv2.morphologyEx(cover[area], cv2.MORPH_GRADIENT, kernel).astype(bool)
    smooth = cv2.GaussianBlur(patch, (3, 3), 0.8)
    patch[edge] = smooth[edge]
