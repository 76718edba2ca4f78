"""Who is drawn: proportions and colours of an invented person, made from a seed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from lineament.face.template import load_template

FloatArray = npt.NDArray[np.float64]
Colour = tuple[int, int, int]
HairStyle = Literal["short", "swept", "long"]

_SKIN_TONES: tuple[Colour, ...] = (
    (236, 198, 172),
    (228, 184, 154),
    (214, 168, 134),
    (196, 146, 110),
    (164, 114, 82),
    (126, 84, 60),
)
_HAIR_TONES: tuple[Colour, ...] = ((36, 26, 22), (58, 38, 26), (88, 58, 36), (122, 84, 50), (92, 86, 82))
_IRIS_TONES: tuple[Colour, ...] = ((88, 58, 34), (70, 44, 26), (96, 92, 52), (84, 100, 114), (96, 108, 98))
_CLOTH_TONES: tuple[Colour, ...] = ((62, 78, 104), (86, 92, 96), (58, 88, 82), (112, 74, 76), (70, 66, 92))
_WALL_TONES: tuple[Colour, ...] = ((158, 166, 170), (172, 164, 152), (150, 162, 158), (164, 160, 172))


@dataclass(frozen=True)
class AvatarPerson:
    """Proportions are relative to the template (0 = mean); colours are RGB.

    width, length: whole face; jaw: width of the lower face; nose: width of the nose; nose_length; lips: fullness; eyes:
    height of the lid opening; brow_height: mm; brow_weight: thickness of the brows (1 = mean); age: 0 young .. 1 old,
    how deep folds are.
    """

    skin: Colour = (226, 182, 152)
    hair: Colour = (66, 44, 32)
    iris: Colour = (86, 60, 38)
    lips_tint: Colour = (178, 92, 88)
    cloth: Colour = (62, 78, 104)
    wall: Colour = (158, 166, 170)
    hair_style: HairStyle = "swept"
    width: float = 0.0
    length: float = 0.0
    jaw: float = 0.0
    nose: float = 0.0
    nose_length: float = 0.0
    lips: float = 0.0
    eyes: float = 0.0
    brow_height: float = 0.0
    brow_weight: float = 1.0
    stubble: float = 0.0
    age: float = 0.35
    seed: int = 0

    @classmethod
    def random(cls, seed: int) -> "AvatarPerson":
        """An invented person; the same seed gives the same one (spreads are our choice, about one human sd)."""
        rng = np.random.default_rng([seed, 0x41564154])
        tone = int(rng.integers(len(_SKIN_TONES)))
        skin = _jitter(_SKIN_TONES[tone], rng, 5)
        hair_choice = int(rng.integers(2 if tone >= 3 else len(_HAIR_TONES)))
        iris_choice = int(rng.integers(2 if tone >= 3 else len(_IRIS_TONES)))
        redder = np.array(skin) * (0.79, 0.55, 0.58) + (0, 0, 4)
        style: HairStyle = ("short", "swept", "long")[int(rng.integers(3))]
        shape = np.clip(rng.normal(0.0, 1.0, 8), -1.8, 1.8)
        return cls(
            skin=skin,
            hair=_jitter(_HAIR_TONES[hair_choice], rng, 4),
            iris=_jitter(_IRIS_TONES[iris_choice], rng, 6),
            lips_tint=_jitter(_colour(redder), rng, 5),
            cloth=_jitter(_CLOTH_TONES[int(rng.integers(len(_CLOTH_TONES)))], rng, 8),
            wall=_jitter(_WALL_TONES[int(rng.integers(len(_WALL_TONES)))], rng, 6),
            hair_style=style,
            width=float(0.03 * shape[0]),
            length=float(0.03 * shape[1]),
            jaw=float(0.04 * shape[2]),
            nose=float(0.06 * shape[3]),
            nose_length=float(0.04 * shape[4]),
            lips=float(0.12 * shape[5]),
            eyes=float(0.08 * shape[6]),
            brow_height=float(1.0 * shape[7]),
            brow_weight=float(rng.uniform(0.85, 1.2)),
            stubble=float(rng.uniform(0.3, 1.0)) if style == "short" and rng.random() < 0.6 else 0.0,
            age=float(rng.uniform(0.15, 0.75)),
            seed=seed,
        )

    def shape(self, points: FloatArray) -> FloatArray:
        """Carry points float64[n, 3] of the template's space (face, eyes, skull) to this person's proportions."""
        out = np.array(points, dtype=np.float64)
        x, y, z = points.T
        low = _step(-30.0, -95.0, y)
        out[:, 0] *= (1.0 + self.width) * (1.0 + self.jaw * low)
        out[:, 1] *= 1.0 + self.length
        nose = np.exp(-((x / 17.0) ** 2) - ((y + 40.0) / 15.0) ** 2) * _step(12.0, 30.0, z)
        out[:, 0] *= 1.0 + self.nose * nose
        out[:, 1] += self.nose_length * nose * y
        return out

    def neutral(self) -> FloatArray:
        """The person's neutral mesh, float64[478, 3] mm in template axes."""
        template = load_template()
        mesh = template.vertices.copy()
        mouth = np.exp(-((mesh[:, 0] / 22.0) ** 4) - ((mesh[:, 1] + 73.0) / 14.0) ** 4)
        mesh[:, 1] += self.lips * mouth * (mesh[:, 1] + 72.6) * (mesh[:, 2] > 10)
        for centre in template.eye_centres:
            near = np.exp(-(((mesh[:, 0] - centre[0]) / 16.0) ** 4) - ((mesh[:, 1] - centre[1]) / 8.0) ** 4)
            near[468:] = 0.0
            mesh[:, 1] += self.eyes * near * (mesh[:, 1] - centre[1] + 1.0)
        brow = np.exp(-(((mesh[:, 1] - 26.0) / 9.0) ** 2))
        mesh[:, 1] += self.brow_height * brow
        return self.shape(mesh)

    def eye_centres(self) -> FloatArray:
        """Centres of the right and left eyeball, float64[2, 3] mm."""
        return self.shape(load_template().eye_centres)


def _jitter(colour: Colour, rng: np.random.Generator, spread: float) -> Colour:
    return _colour(np.array(colour) * (1.0 + 0.01 * spread * rng.normal()) + rng.normal(0.0, 0.3 * spread, 3))


def _colour(values: FloatArray) -> Colour:
    r, g, b = (int(c) for c in np.clip(np.rint(values), 0, 255))
    return r, g, b


def _step(start: float, end: float, values: FloatArray) -> FloatArray:
    """0 at start, 1 at end, smooth between."""
    t = np.clip((values - start) / (end - start), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))
