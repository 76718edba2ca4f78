"""The person's own face at rest, found among frames in which nobody said it rests.

Action units only pull: a face at rest explains all other frames with few and common ones, while a smile taken for rest
makes true rest look like rare units pulling against it. So several candidates are refined, each towards the frames that
need least action beside it, and the one that leaves the whole recording with the least unusual action is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lineament.errors import FaceError
from lineament.face.expression_model import ExpressionModel, load_field_model
from lineament.face.eyes import lid_opening, resting_eyeballs
from lineament.face.lips import lip_gap
from lineament.face.nonnegative import solve_nonnegative
from lineament.face.observation import LandmarkArray
from lineament.face.template import load_template

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]

_CAPACITY = 2048
_SEARCHED = 240
_CANDIDATES = 8
_ROUNDS = 5
_RESTING_SHARE = 0.15
_LEAST_FRAMES = 3
_PRIOR_SHARE = 0.3
_MAX_TURN_RAD = np.array([0.45, 0.6])
"""Largest pitch from the median and yaw at which a frame may serve as rest, about 25 and 35 degrees."""
_OPEN_QUANTILE = 0.95
_SHUT_QUANTILE = 0.1
_SEARCH_SWEEPS = 30
_USUAL_UNEXPLAINED = 8.0
"""Squared distance, in units of the error model, that counts as much as one usual action unit (our choice)."""
_USUAL_GAP_MM = 4.0
"""Lips parted this far count as much as one usual action unit: a mouth at rest is shut, whoever it belongs to."""


@dataclass(frozen=True, eq=False)
class Neutral:
    """A person at rest.

    mesh: float32[478, 3] mm in the template's frame.
    opening: float32[2], lid opening over eye width of the right and the left eye when wide open.
    eyeballs: float32[2, 3] mm, centres of the right and the left eyeball in the template's frame.
    lip_gap: mm between the inner lips when this person's mouth is shut.
    blendshapes: float32[52] at rest, None without them. frames: how many frames were looked at.
    """

    mesh: LandmarkArray
    opening: Float32Array
    eyeballs: Float32Array
    lip_gap: float
    blendshapes: Float32Array | None
    frames: int

    def to_json(self) -> dict[str, Any]:
        return {
            "mesh": np.round(self.mesh.astype(np.float64), 3).tolist(),
            "opening": np.round(self.opening.astype(np.float64), 5).tolist(),
            "eyeballs": np.round(self.eyeballs.astype(np.float64), 3).tolist(),
            "lip_gap": round(self.lip_gap, 4),
            "blendshapes": None
            if self.blendshapes is None
            else np.round(self.blendshapes.astype(np.float64), 5).tolist(),
            "frames": self.frames,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        shapes = data["blendshapes"]
        return cls(
            np.array(data["mesh"], dtype=np.float32),
            np.array(data["opening"], dtype=np.float32),
            np.array(data["eyeballs"], dtype=np.float32),
            float(data["lip_gap"]),
            None if shapes is None else np.array(shapes, dtype=np.float32),
            int(data["frames"]),
        )


class NeutralEstimator:
    """Collects a person's frames, at most 2048 of them evenly over the recording, and finds the face at rest.

    What it gives depends on the frames and their order alone, not on how they were cut into batches.
    """

    def __init__(self) -> None:
        self._seen = 0
        self._every = 1
        self._aligned: list[LandmarkArray] = []
        self._turn: list[Float32Array] = []
        self._shapes: list[Float32Array] = []

    @property
    def frames(self) -> int:
        """Frames with a face seen so far."""
        return self._seen

    def add(self, aligned: LandmarkArray, rotation: Float32Array, blendshapes: Float32Array | None = None) -> None:
        """Add aligned meshes float32[N, 478, 3] mm, their rotation [N, 3], blendshapes [N, 52]; skips NaN rows."""
        for row in np.flatnonzero(np.isfinite(aligned[:, 0, 0])):
            if self._seen % self._every == 0:
                self._keep(aligned[row], rotation[row], None if blendshapes is None else blendshapes[row])
            self._seen += 1

    def neutral(self) -> Neutral:
        """The face at rest as far as is known now.

        Raises `FaceError` when no frame had a face.
        """
        if not self._aligned:
            raise FaceError(
                "there is no face to learn the resting face from", remedy="Check that the participant is in view."
            )
        aligned, turn = np.stack(self._aligned), np.stack(self._turn)
        usable = _usable(turn)
        rest = _rest_weights(aligned[usable])
        openings, gaps = lid_opening(aligned[usable]), lip_gap(aligned[usable])
        shapes = None
        if self._shapes:
            shapes = (rest @ np.stack(self._shapes)[usable].astype(np.float64)).astype(np.float32)
        mesh = np.einsum("n,nij->ij", rest, aligned[usable].astype(np.float64)).astype(np.float32)
        return Neutral(
            mesh=mesh,
            opening=np.quantile(openings, _OPEN_QUANTILE, axis=0).astype(np.float32),
            eyeballs=resting_eyeballs(mesh, aligned[usable]),
            lip_gap=float(np.quantile(gaps, _SHUT_QUANTILE)),
            blendshapes=shapes,
            frames=self._seen,
        )

    def _keep(self, aligned: LandmarkArray, turn: Float32Array, shapes: Float32Array | None) -> None:
        self._aligned.append(aligned.copy())
        self._turn.append(turn.copy())
        if shapes is not None:
            self._shapes.append(shapes.copy())
        if len(self._aligned) > _CAPACITY:
            # Every other one goes; those left are again evenly spaced.
            self._aligned, self._turn, self._shapes = self._aligned[::2], self._turn[::2], self._shapes[::2]
            self._every *= 2


def _usable(turn: Float32Array) -> npt.NDArray[np.bool_]:
    """Frames that face the camera more or less; all of them when hardly any do."""
    away = np.abs(turn[:, :2] - np.array([np.median(turn[:, 0]), 0.0]))
    frontal = (away < _MAX_TURN_RAD).all(axis=1)
    return frontal if frontal.sum() >= _LEAST_FRAMES else np.ones(len(turn), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class _Frames:
    """What the search for rest works on: scores float64[N, 17], linear in the mesh, and lip gaps float64[N] mm."""

    model: ExpressionModel
    scores: FloatArray
    gaps: FloatArray

    def every(self, step: int) -> "_Frames":
        return _Frames(self.model, self.scores[::step], self.gaps[::step])

    def action(self, rest: FloatArray) -> FloatArray:
        """How much unusual action each frame shows beside a candidate for rest.

        Intensities over usual ones, summed, and what could only be explained by action units that push.
        """
        model = self.model
        scores = self.scores - rest
        intensity = solve_nonnegative(model.gram, scores, model.ridge, _SEARCH_SWEEPS)
        left = scores - intensity @ model.gram
        unexplained = np.sum(left * np.linalg.solve(model.gram, left.T).T, axis=1)
        return np.asarray(
            (intensity / model.usual).sum(axis=1) + self.gaps / _USUAL_GAP_MM + unexplained / _USUAL_UNEXPLAINED
        )

    def resting(self, rest: FloatArray) -> FloatArray:
        """Weights, sum 1, that let through about the calmest sixth of the frames, with a soft edge."""
        action = self.action(rest)
        calm = float(np.quantile(action, _RESTING_SHARE))
        weights = 1.0 / (1.0 + np.exp(np.clip((action - calm) / max(0.25 * calm, 0.3), -30.0, 30.0)))
        return np.asarray(weights / weights.sum())


def _rest_weights(aligned: LandmarkArray) -> FloatArray:
    """How much each of float32[N, 478, 3] counts towards the face at rest, float64[N], sum 1."""
    model = load_field_model()
    frames = _Frames(model, model.scores(aligned), lip_gap(aligned))
    searched = frames.every(max(len(aligned) // _SEARCHED, 1))
    template = model.scores(load_template().vertices[None].astype(np.float32))[0]
    candidates = [_refine(searched, start) for start in _starts(searched, template)]
    best = min(candidates, key=lambda rest: _badness(searched, rest, template))
    return frames.resting(best)


def _starts(frames: _Frames, template: FloatArray) -> list[FloatArray]:
    """Candidates for rest: the median, frames unlike each other with their neighbours, what is like the template."""
    model, scores = frames.model, frames.scores
    scaled = np.linalg.solve(model.gram + np.diag(model.ridge), scores.T).T / model.usual
    neighbours = max(_LEAST_FRAMES, len(scores) // 10)
    starts = [np.median(scores, axis=0)]
    centre = int(np.argmin(np.abs(scaled - np.median(scaled, axis=0)).sum(axis=1)))
    distance = np.full(len(scores), np.inf)
    for _ in range(_CANDIDATES):
        to_centre = np.sum((scaled - scaled[centre]) ** 2, axis=1)
        starts.append(scores[np.argsort(to_centre, kind="stable")[:neighbours]].mean(axis=0))
        distance = np.minimum(distance, to_centre)
        centre = int(np.argmax(distance))
    calm = np.argsort(frames.action(template), kind="stable")[:neighbours]
    return [*starts, scores[calm].mean(axis=0)]


def _refine(frames: _Frames, rest: FloatArray) -> FloatArray:
    for _ in range(_ROUNDS):
        rest = frames.resting(rest) @ frames.scores
    return rest


def _badness(frames: _Frames, rest: FloatArray, template: FloatArray) -> float:
    """Mean action of all frames beside this rest, and a share of what the rest itself shows beside the template."""
    own = float(frames.action(rest).mean())
    beside_template = float(_Frames(frames.model, rest[None], np.zeros(1)).action(template)[0])
    return own + _PRIOR_SHARE * beside_template
