"""What the avatar does at one moment, and the exact truth about the picture of it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament.face.displacement import AU_MAX, AU_NAMES

FloatArray = npt.NDArray[np.float64]

REST_MM = (0.0, -12.0, 490.0)
"""Where the point between the eyeballs is when the head is at rest (camera frame): head and shoulders are in view."""

SPEECH_LIPS = 3.0
SPEECH_JAW = 2.2
"""AU25 and AU26 of a mouth wide open in speech (`mouth_open` = 1)."""


@dataclass(frozen=True)
class AvatarState:
    """One moment. All signs are OpenFace's, in the camera's frame (x right, y down, z away from the camera).

    au: float64[17] intensities 0..5 in the order of `AU_NAMES`. gaze: (gaze_angle_x, gaze_angle_y) in rad, where both
    eyes look relative to the camera's axis: x > 0 towards the image's right (the person's left), y > 0 down; (0, 0)
    looks straight along the camera's axis whatever the head does. rotation: (rx, ry, rz) rad, R = Rx Ry Rz:
    rx > 0 bends the head down, ry > 0 turns the nose to the image's left (the person's right), rz > 0 tilts clockwise
    in the image.
    translation: mm, where the point between the eyeballs is (z > 0 in front of the camera). mouth_open: 0..1, speech,
    adds to AU25 and AU26.
    """

    au: FloatArray = field(default_factory=lambda: np.zeros(len(AU_NAMES)))
    gaze: tuple[float, float] = (0.0, 0.0)
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    translation: tuple[float, float, float] = REST_MM
    mouth_open: float = 0.0

    def intensities(self) -> FloatArray:
        """float64[17] in 0..5: the action units with what speech adds."""
        out = np.array(self.au, dtype=np.float64)
        out[AU_NAMES.index("AU25")] += SPEECH_LIPS * self.mouth_open
        out[AU_NAMES.index("AU26")] += SPEECH_JAW * self.mouth_open
        return np.clip(out, 0.0, AU_MAX)

    def gaze_vector(self) -> FloatArray:
        """Unit vector float64[3] in the camera's frame along which both eyes look (z < 0: to the camera)."""
        x, y = np.tan(self.gaze[0]), np.tan(self.gaze[1])
        vector = np.array([x, y, -1.0])
        return np.asarray(vector / np.linalg.norm(vector))


@dataclass(frozen=True, eq=False)
class AvatarTruth:
    """Exact facts about one rendered picture.

    landmarks: float32[478, 3], pixels from the top left corner (z in pixels too, 0 at the point between the eyes,
    smaller is nearer). landmarks68: float32[68, 2]. au: float64[17] intensities with speech included. gaze: rad.
    rotation: rad. translation: mm. eye_closure: 0 open .. 1 shut, how far lids are from the person's rest to closed.
    mouth_gap: mm between the inner lips.
    """

    landmarks: npt.NDArray[np.float32]
    landmarks68: npt.NDArray[np.float32]
    au: FloatArray
    gaze: tuple[float, float]
    rotation: tuple[float, float, float]
    translation: tuple[float, float, float]
    eye_closure: float
    mouth_gap: float
