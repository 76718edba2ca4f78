"""What this program's tracker makes of true behaviour, as measured on the avatar (`tools/fit_tracker_noise.py`)."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from lineament.face.displacement import AU_NAMES
from lineament.simulation.types import FloatArray

TABLE = Path(__file__).with_name("tracker_noise.json")
_LARGEST_GAIN_SD = 0.35
"""Person-level spread of a gain beyond which a fit over a few persons is not believed (our choice)."""
LINES = ("gaze_x", "gaze_y", "pitch", "yaw", "roll", "x", "y", "z")


@dataclass(frozen=True, eq=False)
class TrackerNoise:
    """Measured properties of the tracker.

    mixing: float64[17, 17], row true unit, column estimate, gains on the diagonal. Of action units float64[17]:
    gain_ln_sd, offset, offset_sd between persons; turn_sd: points a degree off-axis, between persons; noise: sd in a
    frame of a face at rest, growth: what a point of intensity anywhere in the face adds, lasting_s: time constant.
    lines: the same of gaze and rotation (degrees) and place (mm), float64[8] each, in the order of `LINES`. points_*:
    of landmarks, in inter-ocular distances; common: share of their noise that moves many together. turned: noise at 30
    degrees of yaw against frontal.
    """

    mixing: FloatArray
    gain_ln_sd: FloatArray
    offset: FloatArray
    offset_sd: FloatArray
    turn_sd: FloatArray
    noise: FloatArray
    growth: FloatArray
    lasting_s: FloatArray
    line_gain: FloatArray
    line_gain_sd: FloatArray
    line_offset: FloatArray
    line_offset_sd: FloatArray
    line_noise: FloatArray
    line_lasting_s: FloatArray
    points_noise: float
    points_lasting_s: float
    points_common: float
    turned: float
    confidence: float


@cache
def tracker_noise() -> TrackerNoise:
    """The committed table."""
    facts = json.loads(TABLE.read_text(encoding="utf-8"))
    units, lines = facts["units"], facts["lines"]

    def of_units(name: str) -> FloatArray:
        return np.array([units[unit][name] for unit in AU_NAMES], dtype=np.float64)

    def of_lines(name: str) -> FloatArray:
        return np.array([lines[line][name] for line in LINES], dtype=np.float64)

    mixing = np.diag(of_units("gain"))
    for true, read, share in facts["cross_talk"]:
        mixing[AU_NAMES.index(true), AU_NAMES.index(read)] = share
    return TrackerNoise(
        mixing=mixing,
        gain_ln_sd=np.minimum(of_units("gain_ln_sd"), _LARGEST_GAIN_SD),
        offset=of_units("offset"),
        offset_sd=of_units("offset_sd"),
        turn_sd=of_units("turn_sd"),
        noise=of_units("noise"),
        growth=of_units("growth"),
        lasting_s=of_units("lasting_s"),
        line_gain=of_lines("gain"),
        line_gain_sd=of_lines("gain_sd"),
        line_offset=of_lines("offset"),
        line_offset_sd=of_lines("offset_sd"),
        line_noise=of_lines("noise"),
        line_lasting_s=of_lines("lasting_s"),
        points_noise=float(facts["points"]["noise"]),
        points_lasting_s=float(facts["points"]["lasting_s"]),
        points_common=float(facts["points"]["common"]),
        turned=float(facts["turned_noise"]),
        confidence=float(facts["losses"]["confidence"]),
    )
