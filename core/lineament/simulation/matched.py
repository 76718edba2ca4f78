"""Joint effects with everything else held still: only what coincides with what follows a person's cues.

Every event that a cue ties to a partner (a controlling action to a smile, a dip of the head to a look down, a frozen
head to a pause, a smile to a greeting) happens equally often whatever the cue says; where it is not tied it happens at
another time. Quick starts of smiles are paid for by quick ends of others. So means, spreads and extremes of single
channels carry as good as nothing. Ordered pairs go further: bursts are symmetric in time and two orders mirror each
other, so whatever cannot tell a recording from its reverse cannot see them. All of this is our choice.
"""

import numpy as np

from lineament.simulation.conversation import Conversation
from lineament.simulation.joint import AU, CONTROLS, Jointly, Smiles
from lineament.simulation.parameters import number
from lineament.simulation.persons import SessionBehaviour
from lineament.simulation.rendering import add_events, mask_of
from lineament.simulation.types import BoolArray, FloatArray

_SLOTS_HZ = 20.0


def quota(n: int, share: float, rng: np.random.Generator) -> BoolArray:
    """Which of n events are chosen, in random order: `share` of them to within one, so that counting adds no noise."""
    count = int(np.floor(n * share + rng.random()))
    return np.asarray(rng.permutation(n) < count)


def elsewhere(n: int, taken: FloatArray, seconds: float, apart: float, rng: np.random.Generator) -> FloatArray:
    """n times in 0..seconds outside the spans `taken` float64[k, 2] and `apart` seconds from each other; where there is
    no such room, as much of that as there is."""
    room = ~mask_of(taken, int(seconds * _SLOTS_HZ), _SLOTS_HZ)
    free = rng.permutation(np.flatnonzero(room))
    if not len(free):
        return rng.uniform(0, seconds, n)
    reach = int(apart * _SLOTS_HZ)
    chosen: list[int] = []
    for slot in free.tolist():
        if len(chosen) == n:
            break
        if room[slot]:
            chosen.append(slot)
            room[max(slot - reach, 0) : slot + reach + 1] = False
    chosen += rng.choice(free, n - len(chosen)).tolist()
    return np.asarray((rng.permutation(chosen) + rng.random(n)) / _SLOTS_HZ)


def spread_out(lengths: FloatArray, gap: float, seconds: float, rng: np.random.Generator) -> FloatArray:
    """Starts of events in a row, at least `gap` apart, at random; as many as fit of those given, float64[<= n]."""
    fits = int(np.searchsorted(np.cumsum(lengths + gap), seconds - gap))
    lengths = lengths[:fits]
    slack = seconds - (lengths + gap).sum()
    rests = rng.dirichlet(np.ones(fits + 1))[:fits] * slack + gap if fits else np.empty(0)
    return np.asarray(np.cumsum(rests) + np.concatenate([[0.0], np.cumsum(lengths)[:-1]])[:fits])


def plan_matched_smiles(
    behaviour: SessionBehaviour, talk: Conversation, jointly: Jointly, rng: np.random.Generator
) -> tuple[Smiles, FloatArray]:
    """Smiles, and when the brows greet the interviewer's, float64[k] s. A greeting is answered by a smile with the
    person's chance and latency; smiles that do not answer come at other times."""
    greetings = rng.poisson(jointly.greetings * talk.seconds / 60)
    n = rng.poisson(behaviour.value("smile_rate") * talk.seconds / 60) + greetings
    quick, slow = number("matched.quick_s"), number("matched.slow_s")
    duration = behaviour.value("smile_duration") * np.exp(number("smile.duration_ln_sd") * rng.standard_normal(n))
    apex = np.maximum(duration - quick - slow, 0.3)
    answers = np.zeros(n, dtype=bool)
    answers[:greetings] = quota(greetings, behaviour.value("reply_chance") if jointly.reply else 0.0, rng)
    latency = behaviour.value("reply_latency") * np.exp(0.2 * rng.standard_normal(n)) * answers
    alone = greetings - int(answers.sum())
    lengths = np.concatenate([latency + quick + apex + slow, np.full(alone, number("matched.unanswered_s"))])
    order = rng.permutation(len(lengths))
    starts = np.full(len(lengths), np.nan)
    placed = spread_out(lengths[order], number("matched.gap_s"), talk.seconds, rng)
    starts[order[: len(placed)]] = placed
    greeted = np.concatenate([starts[:n][answers], starts[n:]])
    start, apex = (starts[:n] + latency)[np.isfinite(starts[:n])], apex[np.isfinite(starts[:n])]
    smiles = _matched_smiles(behaviour, talk.seconds, start, apex, jointly, rng)
    return smiles, np.sort(greeted[np.isfinite(greeted)])


def _matched_smiles(
    behaviour: SessionBehaviour, seconds: float, start: FloatArray, apex: FloatArray, jointly: Jointly,
    rng: np.random.Generator,
) -> Smiles:  # fmt: skip
    n = len(start)
    quick, slow = number("matched.quick_s"), number("matched.slow_s")
    odds = behaviour.value("onset_speed") ** number("matched.quick_power")
    least = number("matched.either_share")
    quickly = quota(n, least + (1 - 2 * least) * odds / (1 + odds), rng)
    onset, offset = np.where(quickly, quick, slow), np.where(quickly, slow, quick)
    usual = behaviour.value("smile_peak")
    largest = min(usual + number("matched.peak_above"), 5.0)
    peak = np.clip(usual + number("smile.peak_sd") * rng.standard_normal(n), min(0.8, largest), largest)
    shares = np.array([number(f"matched.{name.lower()}") for name in CONTROLS])
    which = rng.choice(len(CONTROLS), size=n, p=shares / shares.sum()).astype(np.float64)
    tied = quota(n, behaviour.value("smile_control") if jointly.controlled_smile else 0.0, rng)
    hold = number("matched.control_s") * np.exp(0.2 * rng.standard_normal(n))
    near = np.stack([start - hold - 1.0, start + onset + apex + offset + 0.2], axis=1)
    at = start + rng.uniform(number("control.delay_low"), number("control.delay_high"), n)
    return Smiles(
        start=start,
        onset=onset,
        apex=apex,
        offset=offset,
        peak=peak,
        cheek=quota(n, behaviour.value("smile_cheek"), rng),
        control=which,
        control_start=np.where(tied, at, elsewhere(n, near, seconds, number("matched.control_s") + 1.0, rng)),
        control_hold=hold,
        control_size=rng.uniform(number("matched.control_low"), number("matched.control_high"), n) * peak,
    )


def greet(units: FloatArray, fps: float, at: FloatArray) -> None:
    """Brows go up where the interviewer's smile is noticed; `units` float64[17, n] is drawn on."""
    for name, share in (("AU01", 1.0), ("AU02", 0.8)):
        add_events(units[AU[name]], fps, at, 0.15, 0.2, 0.3, share * number("matched.flash_peak"))


def dips(
    share: float, starts: FloatArray, durations: FloatArray, seconds: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """When the head dips (s) and how far (deg): one dip a look down, `share` of them with it."""
    n = len(starts)
    lag = rng.uniform(number("head.lag_low"), number("head.lag_high"), n)
    looks = np.stack([starts - durations.max(initial=0.0) - 0.5, starts + durations + 0.3], axis=1)
    at = np.where(
        quota(n, share, rng), starts + lag, elsewhere(n, looks, seconds, durations.mean() + 1.1 if n else 0.0, rng)
    )
    return at, number("matched.dip_deg") * np.exp(0.2 * rng.standard_normal(n))


def frozen(behaviour: SessionBehaviour, talk: Conversation, rng: np.random.Generator) -> FloatArray:
    """Spans in which the head stays still, float64[k, 2] s: as long and as many as the pauses between two stretches of
    speech, the cue's share of them in pauses, the others in speech."""
    between = np.stack([talk.speech[:-1, 1], talk.speech[1:, 0]], axis=1)
    length = between[:, 1] - between[:, 0]
    asked = np.isin(talk.speech[1:, 0], talk.answers[:, 0])
    pauses = between[~asked & (length >= number("matched.freeze_s"))]
    length = pauses[:, 1] - pauses[:, 0]
    silent = np.concatenate([[[0.0, talk.speech[0, 0]]], between, [[talk.speech[-1, 1], talk.seconds]]])
    silent[:, 0] -= length.mean() if len(length) else 0.0
    tied = quota(len(pauses), behaviour.value("pause_freeze"), rng)
    start = np.where(
        tied, pauses[:, 0], elsewhere(len(pauses), silent, talk.seconds, length.mean() if len(length) else 0.0, rng)
    )
    return np.stack([start, start + length], axis=1)


def draw_pairs(
    units: FloatArray, behaviour: SessionBehaviour, seconds: float, fps: float, rng: np.random.Generator
) -> None:
    """Pairs of an AU12 and an AU17 burst on `units` float64[17, n], AU12 first in the cue's share of them."""
    n = int(number("pair.rate") * seconds / 60 + rng.random())
    lag = rng.uniform(number("pair.lag_low"), number("pair.lag_high"), n)
    ramp, hold = number("pair.ramp_s"), number("pair.hold_s")
    start = spread_out(lag + 2 * ramp + hold, 1.0, seconds, rng)
    lag = lag[: len(start)]
    smile_first = quota(len(start), behaviour.value("pair_order"), rng)
    peak = number("pair.peak")
    add_events(units[AU["AU12"]], fps, start + np.where(smile_first, 0.0, lag), ramp, hold, ramp, peak)
    add_events(units[AU["AU17"]], fps, start + np.where(smile_first, lag, 0.0), ramp, hold, ramp, peak)
