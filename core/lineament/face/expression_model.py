"""What the tracker's mesh does when an action unit is active, and how far its other movements can be trusted.

Displacements of the aligned mesh from the person's neutral are modelled as fields @ intensities + error. The error has
a covariance of three parts: rigid motion and size, free; a smooth part, because trackers err together over
neighbouring skin (a squared-exponential Gaussian process); and a part of each vertex alone. So what tells action units
apart is fine structure, such as the opening between two lids, not the bulk of the face sliding about. Depth, which
the tracker guesses, counts least.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from lineament.face.calibration import load_calibration
from lineament.face.displacement import AU_MAX, AU_NAMES, displacement_fields
from lineament.face.head_pose import N_SKIN
from lineament.face.nonnegative import solve_nonnegative
from lineament.face.template import load_template

FloatArray = npt.NDArray[np.float64]

_SMOOTH_MM, _SMOOTH_REACH_MM = 1.5, 15.0
_ALONE_MM = 0.4
_DEPTH_FACTOR = 3.0
_FREE_MM = 30.0

USUAL_INTENSITY: dict[str, float] = {
    "AU01": 0.6, "AU02": 0.6, "AU04": 0.6, "AU05": 0.25, "AU06": 0.8, "AU07": 0.8, "AU09": 0.5, "AU10": 0.5,
    "AU12": 1.2, "AU14": 0.6, "AU15": 0.35, "AU17": 0.6, "AU20": 0.35, "AU23": 0.35, "AU25": 1.2, "AU26": 0.8,
    "AU45": 1.2,
}  # fmt: skip
"""How strong each action unit usually is in talk (our choice): what is rare needs more evidence."""
_RIDGE = 0.5
_MOST_MADE_UP = 2.0
_MEASURED_SHARE = 0.7
"""How much of the model is the tracker's measured answer, the rest the anatomical field (our choice: the avatar is not
a person, and anatomy guards against what is peculiar to it)."""


@dataclass(frozen=True, eq=False)
class ExpressionModel:
    """Normal equations of the fit, and how to read displacements and intensities.

    reader: float64[1404, 17], turns a displacement (skin, flattened) into scores. gram: float64[17, 17], the scores'
    change per unit of intensity. ridge: float64[17], weight against intensity. usual: float64[17], `USUAL_INTENSITY`.
    """

    reader: FloatArray
    gram: FloatArray
    ridge: FloatArray
    usual: FloatArray

    def scores(self, aligned: npt.NDArray[np.float32]) -> FloatArray:
        """float64[N, 17] of meshes float32[N, 478, 3] mm. Each mesh alone, so that a batch's size changes nothing."""
        flat = aligned[:, :N_SKIN].reshape(len(aligned), 1, -1).astype(np.float64)
        return np.asarray((flat @ self.reader)[:, 0])

    def intensities(self, scores: FloatArray) -> FloatArray:
        """Action units float64[N, 17] whose movement best explains scores [N, 17] beside the person's neutral.

        The ridge, which keeps weakly visible units quiet in noise, also shrinks them when they are truly there. That
        is made up for, twofold at most.
        """
        return solve_nonnegative(self.gram, scores, self.ridge) * self._made_up

    @cached_property
    def _made_up(self) -> FloatArray:
        found_of_one = np.diag(solve_nonnegative(self.gram, self.gram, self.ridge))
        return np.asarray(np.minimum(1.0 / np.maximum(found_of_one, 1e-6), _MOST_MADE_UP))


@lru_cache(maxsize=1)
def load_field_model() -> ExpressionModel:
    """The anatomical fields as they are: what a face does."""
    return _models()[0]


@lru_cache(maxsize=1)
def load_expression_model() -> ExpressionModel:
    """The fields blended with the tracker's measured answer to them: what FaceMesh sees of what a face does."""
    return _models()[1]


@lru_cache(maxsize=1)
def _models() -> tuple[ExpressionModel, ExpressionModel]:
    fields = displacement_fields()[:, :N_SKIN].reshape(len(AU_NAMES), -1) / AU_MAX
    calibration = load_calibration()
    measured = calibration.response.reshape(len(AU_NAMES), -1)
    blended = (1.0 - _MEASURED_SHARE) * calibration.gain[:, None] * fields + _MEASURED_SHARE * measured
    readers = np.linalg.solve(_error_covariance(), np.concatenate([fields, blended]).T)
    usual = np.array([USUAL_INTENSITY[name] for name in AU_NAMES])
    ridge = _RIDGE / usual**2
    by_fields, by_answer = readers[:, : len(AU_NAMES)], readers[:, len(AU_NAMES) :]
    return (
        ExpressionModel(np.ascontiguousarray(by_fields), fields @ by_fields, ridge, usual),
        ExpressionModel(np.ascontiguousarray(by_answer), blended @ by_answer, ridge, usual),
    )


def _error_covariance() -> FloatArray:
    """float64[1404, 1404] mm^2, vertex-major like a flattened mesh."""
    vertices = load_template().vertices[:N_SKIN]
    squared = np.sum((vertices[:, None] - vertices[None]) ** 2, axis=2)
    one_axis = _SMOOTH_MM**2 * np.exp(-squared / (2 * _SMOOTH_REACH_MM**2)) + _ALONE_MM**2 * np.eye(N_SKIN)
    covariance = np.zeros((N_SKIN, 3, N_SKIN, 3))
    for axis, factor in enumerate((1.0, 1.0, _DEPTH_FACTOR**2)):
        covariance[:, axis, :, axis] = factor * one_axis
    free = rigid_modes(vertices)
    return covariance.reshape(3 * N_SKIN, -1) + _FREE_MM**2 * (free.T @ free)


def rigid_modes(vertices: FloatArray) -> FloatArray:
    """float64[7, 1404]: shifts, small turns and growth, each of 1 mm root mean square."""
    centred = vertices - vertices.mean(axis=0)
    shifts = [np.tile(axis, (len(vertices), 1)) for axis in np.eye(3)]
    turns = [np.cross(axis, centred) for axis in np.eye(3)]
    modes = np.array([*shifts, *turns, centred]).reshape(7, -1)
    return np.asarray(modes / np.sqrt(np.mean(modes**2, axis=1, keepdims=True)))
