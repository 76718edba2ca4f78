"""Kinds of simulated cohorts. `realistic` is as hard as published data; toys are not, and say so."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from lineament.errors import DatasetError
from lineament.simulation.joint import Jointly
from lineament.simulation.parameters import CUES, Cue, number
from lineament.simulation.population import Population, changed
from lineament.simulation.session import SessionSettings


@dataclass(frozen=True)
class Preset:
    """A kind of cohort. permuted: scores belong to other persons, so that nothing can be learnt. visits: sessions a
    person at most. toy: far easier than people are, for tests of the machinery only. area: the part of the face that
    alone carries the effect, of `crops.areas`, where one does."""

    name: str
    settings: Callable[[], SessionSettings]
    permuted: bool = False
    visits: int = 1
    toy: bool = False
    area: str = ""

    @property
    def title(self) -> str:
        """The name as people should read it, with the word toy where it is one."""
        return f"{self.name} (toy)" if self.toy else self.name


@cache
def _realistic() -> SessionSettings:
    return SessionSettings()


_TOY_NOISE = 0.4
"""Toys are filmed with less noise than the tracker has: to show what a search finds, not what a camera sees."""
_TOY_LOOKS = 0.2
"""Faces, seats and cameras are nearly alike in toys: else a network tells a hundred persons apart by them."""
_JOINT = ("smile_control", "gaze_head_coupling", "onset_speed", "reply_chance")
_FREEZE = Cue(
    "pause_freeze", "share of pauses", "logit", 0.5, 0.4, 0.5, 0.3, "slowing", -1, "assumed (joint effect 5, toy size)"
)
_ORDER = Cue(
    "pair_order", "share of pairs", "identity", 0.1, 0.03, 0.333, 0.02, "withdrawal", 0, "planted: no published effect"
)


def _only(names: tuple[str, ...], alike: float = 1.0) -> tuple[Cue, ...]:
    """The cues of the table with the slopes of all but these taken away, and no topics. alike multiplies the spread of
    habits and sessions."""
    return tuple(
        replace(
            cue,
            slope=cue.slope if cue.name in names else 0.0,
            sd=alike * cue.sd,
            session_sd=alike * cue.session_sd,
            women_slope=None,
            slope_sd=0.0,
            topics=(1.0, 1.0, 1.0),
        )
        for cue in CUES
    )


@cache
def _strong() -> SessionSettings:
    cues = changed(
        _only((), alike=0.3),
        smile_rate={"mean": 3.5},
        smile_duration={"mean": 2.0},
        smile_peak={"mean": 3.0},
        smile_control={"mean": 0.15, "sd": 0.4, "slope": 1.6, "session_sd": 0.3, "loading": 0},
        gaze_head_coupling={"mean": 0.15, "sd": 0.06, "slope": 0.26, "session_sd": 0.045, "loading": 0},
        onset_speed={"mean": 1.35, "sd": 0.09, "slope": -0.36, "session_sd": 0.06, "loading": 0},
        reply_chance={"mean": 0.8, "sd": 0.35, "slope": -1.4, "session_sd": 0.3, "loading": 0},
        brow_emphasis={"mean": 0.7},
        au14_share={"mean": 0.04},
        au15_share={"mean": 0.03},
        au17_share={"mean": 0.03},
        nod_rate={"mean": 1.5},
        pause={"mean": 1.3},
        answer_length={"mean": 12.0},
        gaze_speaking={"mean": 0.5},
        gaze_down_share={"mean": 0.4},
    )
    freeze = replace(_FREEZE, mean=0.12, sd=0.75, slope=1.5, session_sd=0.5, loading=0)
    population = Population(
        cues=(*cues, freeze), questionnaire_sd=3.0, axis_correlation=0.97, individual_sd=0.0, no_effect=0.0,
        worst_share=0.0,
    )  # fmt: skip
    return SessionSettings(population, Jointly(matched=True, greetings=5.0), noisy=_TOY_NOISE)


@cache
def _planted() -> SessionSettings:
    cues = changed(
        _only((), alike=0.3),
        smile_rate={"mean": 0.5},
        au17_share={"mean": 0.01},
        au15_share={"mean": 0.01},
        au14_share={"mean": 0.05},
        pair_order={},
    )
    population = Population(
        cues=(*cues, _ORDER), severity="uniform", questionnaire_sd=1.0, axis_correlation=1.0, individual_sd=0.0,
        no_effect=0.0, worst_share=0.0, looks=_TOY_LOOKS,
    )  # fmt: skip
    return SessionSettings(population, Jointly(controlled_smile=False, ordered_pairs=True), noisy=_TOY_NOISE)


def _visible(**changes: dict[str, float]) -> SessionSettings:
    """What single pictures can show: severity moves how much of the time a face looks in some way, in one part of the
    face alone, and habits are as good as alike. Faces differ as they do in every cohort."""
    population = Population(
        cues=changed(_only((), alike=0.2), **changes), severity="uniform", questionnaire_sd=1.5, multiplier=1.0,
        axis_correlation=1.0, individual_sd=0.0, no_effect=0.0, worst_share=0.0, looks=_TOY_LOOKS,
    )  # fmt: skip
    return SessionSettings(population, Jointly(controlled_smile=False, gaze_with_head=False), noisy=_TOY_NOISE)


@cache
def _visible_mouth() -> SessionSettings:
    return _visible(
        smile_rate={"mean": 20.0, "slope": -1.1},
        smile_duration={"mean": 2.2, "slope": -0.3},
        smile_peak={"mean": 4.0, "slope": -0.9},
        smile_cheek={"mean": 0.05},
        answer_length={"mean": 4.0},
        au15_share={"mean": 0.03, "slope": 1.3},
        au17_share={"mean": 0.03, "slope": 1.3},
    )


@cache
def _visible_eyes() -> SessionSettings:
    return _visible(
        gaze_down_share={"mean": 0.2, "slope": 1.2},
        gaze_down_duration={"slope": 0.2},
        gaze_speaking={"mean": 0.75, "slope": -1.2},
        gaze_listening={"mean": 0.85, "slope": -1.2},
        gaze_head_coupling={"mean": 0.0, "sd": 0.01, "session_sd": 0.01},
    )


@cache
def _matched() -> SessionSettings:
    cues = changed(_only(_JOINT), smile_rate={"mean": 3.0, "sd": 0.3, "session_sd": 0.2})
    population = Population(cues=(*cues, replace(_FREEZE, slope=0.25)))
    return SessionSettings(population, Jointly(matched=True, greetings=1.5), noisy=_TOY_NOISE)


@cache
def _longitudinal() -> SessionSettings:
    return SessionSettings(Population(severity="treatment", multiplier=number("visits.multiplier")))


_HABITUAL = (
    "head_speed", "head_amplitude", "gaze_listening", "gaze_speaking", "smile_rate", "smile_peak", "brow_emphasis",
)  # fmt: skip
"""Cues that are seen well within some minutes, so that habits and not chance are what hides their change."""


@cache
def _habitual() -> SessionSettings:
    cues = tuple(
        replace(cue, sd=2.5 * cue.sd if cue.name in _HABITUAL else cue.sd, session_sd=0.2 * cue.session_sd)
        for cue in _only(_HABITUAL)
    )
    population = Population(
        cues=cues, severity="treatment", multiplier=4.0, axis_correlation=0.97, individual_sd=0.0, no_effect=0.0,
        worst_share=0.0,
    )  # fmt: skip
    return SessionSettings(population, noisy=_TOY_NOISE)


PRESETS: dict[str, Preset] = {
    "realistic": Preset("realistic", _realistic),
    "null": Preset("null", _realistic, permuted=True),
    "strong": Preset("strong", _strong, toy=True),
    "planted": Preset("planted", _planted, toy=True),
    "visible_mouth": Preset("visible_mouth", _visible_mouth, toy=True, area="mouth"),
    "visible_eyes": Preset("visible_eyes", _visible_eyes, toy=True, area="eyes"),
    "longitudinal": Preset("longitudinal", _longitudinal, visits=4),
    "matched": Preset("matched", _matched),
    "habitual": Preset("habitual", _habitual, visits=4, toy=True),
}
"""habitual: visits in which strong effects lie in few cues whose habits are larger still, so that one person's habit
looks like another's change and only earlier visits tell them apart: for what MPDRM takes away.

matched: joint effects of realistic size and nothing else, more of their events and less noise than in interviews:
for comparing sequence models. visible_mouth and visible_eyes: for models of face crops, less and smaller smiles with
more lowered mouth corners and raised chins in one, more looking down in the other."""


def find_preset(name: str) -> Preset:
    """Raises `DatasetError` for a preset that does not exist."""
    if name not in PRESETS:
        raise DatasetError(f"there is no preset called {name}", remedy=f"Choose one of: {', '.join(sorted(PRESETS))}.")
    return PRESETS[name]
