"""The avatar drawn straight into a crop: nothing of the picture is made that the crop does not show.

A crop is a similarity of the picture, and a similarity of a pinhole camera's picture is the picture of another pinhole
camera: one that is rolled about its axis, with another focal length and principal point. So the face is drawn once,
at the crop's own resolution. Behind it is plain wall; there is no trunk.
"""

import numpy as np
import numpy.typing as npt

from lineament.crops.alignment import CROP_MM, align, is_good
from lineament.crops.avatar_head import SmallTextures, light_head
from lineament.crops.avatar_pixels import interpolate, sample, soften_edges
from lineament.crops.facts import CropRequest
from lineament.face import LANDMARKS_68
from lineament.face.camera import Camera
from lineament.face.rotation import angles_from_matrix, matrix_from_angles
from lineament.simulation.avatar import AvatarPerson, AvatarRenderer, AvatarState
from lineament.simulation.avatar.head import FACE_SIZE, HAIR_PATCH
from lineament.simulation.avatar.raster import Coverage, visible_triangles
from lineament.simulation.avatar.state import REST_MM

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

RENDERER_VERSION = 1
"""Raised whenever the same state would give other pixels."""

_TO_CAMERA = np.array([1.0, -1.0, -1.0])


class AvatarCropRenderer(AvatarRenderer):
    """Renders one person's crops of `size` pixels, aligned by the exact landmarks.

    picture: width and height of the picture that is not drawn, from which transforms start; place: mm, where the eyes
    are at rest. Making one takes about a second.
    """

    def __init__(
        self,
        size: int,
        *,
        person: AvatarPerson | None = None,
        picture: tuple[int, int] = (1280, 720),
        place: tuple[float, float, float] = REST_MM,
    ) -> None:
        super().__init__(CropRequest(size, 1.0).size, size, person=person, place=place)
        self.size, self.picture = size, picture
        self._picture_camera = Camera.assumed(*picture)
        self._head = light_head(self._head)
        self._wall = np.full((size, size, 3), self.person.wall, dtype=np.uint8)
        self._textures = SmallTextures.of(self._atlas, self.person.age, size / CROP_MM)

    def sit(self, place: tuple[float, float, float]) -> None:
        """Where the eyes are at rest from now on, mm: neck and shoulders stand below it."""
        self._place = place

    def landmarks68(self, state: AvatarState) -> Float32Array:
        """Exact landmarks float32[68, 2] in the picture."""
        return self._landmarks68(self.mesh(state), state)

    def crop(self, state: AvatarState) -> tuple[Bytes, Float32Array] | None:
        """The crop uint8[size, size, 3] RGB of a moment and its transform float32[2, 3], picture to crop.

        None where a tracker's crop would be left out too: the face is turned too far or not in the picture.
        """
        mesh = self.mesh(state)
        points = self._landmarks68(mesh, state)[None]
        transforms, misfits = align(points, self.size)
        if not is_good(transforms, misfits, points, np.ones(1, np.float32), self.picture)[0]:
            return None
        return self._draw(state, mesh, transforms[0].astype(np.float64)), transforms[0]

    def _landmarks68(self, mesh: FloatArray, state: AvatarState) -> Float32Array:
        self.camera = self._picture_camera
        return self._project(self._to_camera(mesh[LANDMARKS_68], state)).astype(np.float32)

    def _draw(self, state: AvatarState, mesh: FloatArray, transform: FloatArray) -> Bytes:
        rolled, roll = self._into_crop(state, transform)
        local = self._head.deformed(mesh)
        turn = (matrix_from_angles(np.array([state.rotation]))[0] * _TO_CAMERA).astype(np.float32)
        normals = self._head.normals(local)
        still = self._head.follow <= 0.5
        lit = normals @ turn.T
        lit[still] = normals[still] * _TO_CAMERA.astype(np.float32)
        points = self._placed(local, turn, state) @ roll.T.astype(np.float32)
        pixels = self._project(points).astype(np.float32)
        seen = visible_triangles(pixels, points[:, 2] - self._head.lift, self._head.triangles, self.size, self.size)
        image = self._wall.copy()
        cover = np.zeros((self.size, self.size), np.uint8)
        if len(seen.flat):
            cover.reshape(-1)[seen.flat] = self._colour(image, seen, pixels, lit, state.intensities())
        soften_edges(image, cover)
        self._draw_inside(image, mesh, pixels, cover == 1, rolled)
        return image

    def _into_crop(self, state: AvatarState, transform: FloatArray) -> tuple[AvatarState, FloatArray]:
        """Put the camera of the crop in place; the state as it sees it, and its roll float64[3, 3]."""
        scale = float(np.hypot(*transform[:, 0]))
        roll = np.eye(3)
        roll[:2, :2] = transform[:, :2] / scale
        before = self._picture_camera
        x, y = transform @ (before.centre_x, before.centre_y, 1.0)
        self.camera = Camera(before.focal * scale, float(x), float(y))
        return _rolled(state, roll), roll

    def _placed(self, local: Float32Array, turn: Float32Array, state: AvatarState) -> Float32Array:
        """Vertices in the camera's frame: the head where it is, what belongs to the trunk below its place."""
        follow = self._head.follow[:, None]
        trunk = np.array(self._place, np.float32) + self._trunk_shift(state)
        points = follow * (local @ turn.T + np.array(state.translation, np.float32))
        points += (1 - follow) * (local * _TO_CAMERA.astype(np.float32) + trunk)
        return np.asarray(points, np.float32)

    def _colour(
        self, image: Bytes, seen: Coverage, pixels: Float32Array, normals: Float32Array, intensities: FloatArray
    ) -> Bytes:
        """As the picture's renderer colours what is seen, from small textures; face 1, other skin 2, hair 3."""
        light, shine = self._light(normals)
        values = np.column_stack([self._head.uv, light, shine]).astype(np.float32)
        u, v, light_px, shine_px = interpolate(seen, pixels, self._head.triangles, values)
        texel_u, texel_v = self._textures.places(u), self._textures.places(v)
        colour = sample(self._textures.atlas, texel_u, texel_v)
        on_face = u < FACE_SIZE[0] - 1
        lost = sample(self._textures.light_loss(intensities), texel_u, texel_v)
        light_px *= 1.0 - np.where(on_face, np.clip(lost, -0.3, 0.75), 0.0)
        np.clip(light_px, 0.0, 1.6, out=light_px)
        redder = (1.0 - light_px) * (u < HAIR_PATCH[0])
        for channel, share in enumerate((0.26, -0.02, -0.10)):
            colour[:, channel] *= light_px * (1.0 + np.float32(share) * redder)
        colour += shine_px[:, None]
        image.reshape(-1, 3)[seen.flat] = np.clip(colour, 0, 255).astype(np.uint8)
        return np.asarray(3 - on_face.astype(np.uint8) - (u < HAIR_PATCH[0]), np.uint8)


def _rolled(state: AvatarState, roll: FloatArray) -> AvatarState:
    """The state as a camera sees it that is rolled about its axis."""
    rotation = roll @ matrix_from_angles(np.array([state.rotation]))[0]
    gaze = roll @ state.gaze_vector()
    rx, ry, rz = (float(angle) for angle in angles_from_matrix(rotation[None])[0])
    x, y, z = (float(c) for c in roll @ np.array(state.translation))
    return AvatarState(
        state.au,
        (float(np.arctan2(gaze[0], -gaze[2])), float(np.arctan2(gaze[1], -gaze[2]))),
        (rx, ry, rz),
        (x, y, z),
        state.mouth_open,
    )
