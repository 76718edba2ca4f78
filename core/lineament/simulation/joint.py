"""What ties one channel to another: which joint effects a session has, and smiles as rows of a table."""

from dataclasses import dataclass

import numpy as np

from lineament.face.displacement import AU_NAMES
from lineament.simulation.types import BoolArray, FloatArray

AU = {name: i for i, name in enumerate(AU_NAMES)}
CONTROLS = ("AU14", "AU15", "AU17", "AU23")
"""Units that may control a smile, in the order of `Smiles.control`."""


@dataclass(frozen=True)
class Jointly:
    """Which joint effects are on. Off, the cue keeps its mean and loses its tie to other channels.

    matched: whatever is not tied to its partner happens as often elsewhere, so that only what coincides with what (and
    never how much of it there is) follows the cue; see `matched`. ordered_pairs: pairs of bursts whose order alone
    follows the cue `pair_order`. greetings: interviewer's smiles a minute that the person's brows greet (matched only).
    """

    controlled_smile: bool = True
    gaze_with_head: bool = True
    reply: bool = True
    matched: bool = False
    ordered_pairs: bool = False
    greetings: float = 0.0


@dataclass(frozen=True, eq=False)
class Smiles:
    """One row a smile: start, onset, apex and offset in seconds, AU12 peak, cheek raised.

    control: which of `CONTROLS` acts, or -1; with when it starts, how long it holds and how strong it is.
    """

    start: FloatArray
    onset: FloatArray
    apex: FloatArray
    offset: FloatArray
    peak: FloatArray
    cheek: BoolArray
    control: FloatArray
    control_start: FloatArray
    control_hold: FloatArray
    control_size: FloatArray

    @property
    def end(self) -> FloatArray:
        return np.asarray(self.start + self.onset + self.apex + self.offset)
