"""Action units over time: smiles and their control, brows, lids, the speaking mouth."""

import numpy as np

from lineament.simulation.conversation import Conversation
from lineament.simulation.joint import AU, CONTROLS, Jointly, Smiles
from lineament.simulation.matched import draw_pairs, greet, plan_matched_smiles
from lineament.simulation.parameters import number
from lineament.simulation.persons import SessionBehaviour
from lineament.simulation.rendering import add_events, mask_of, smooth, wander
from lineament.simulation.types import FloatArray


def plan_smiles(behaviour: SessionBehaviour, talk: Conversation, jointly: Jointly, rng: np.random.Generator) -> Smiles:
    """Spontaneous smiles by topic, and replies to the interviewer's."""
    starts, peaks = _spontaneous(behaviour, talk, rng)
    replies, reply_peaks = _replies(behaviour, talk, jointly, rng)
    start = np.concatenate([starts, replies])
    peak = np.concatenate([peaks, reply_peaks])
    order = np.argsort(start)
    start, peak = start[order], peak[order]
    n = len(start)
    topics = [talk.topic_at(t) for t in start]
    duration = np.array([behaviour.value("smile_duration", topic) for topic in topics])
    duration = duration * np.exp(number("smile.duration_ln_sd") * rng.standard_normal(n))
    onset = number("smile.onset_s") / behaviour.value("onset_speed") * np.exp(0.2 * rng.standard_normal(n))
    offset = number("smile.offset_s") * np.exp(0.2 * rng.standard_normal(n))
    cheek = rng.random(n) < behaviour.value("smile_cheek")
    apex = np.maximum(duration - onset, 0.2)
    controlled = (rng.random(n) < behaviour.value("smile_control")) & jointly.controlled_smile
    shares = np.array([number(f"control.{name.lower()}") for name in CONTROLS])
    which = rng.choice(len(CONTROLS), size=n, p=shares / shares.sum())
    return Smiles(
        start=start,
        onset=onset,
        apex=apex,
        offset=offset,
        peak=peak * np.where(controlled, 1 - number("control.apex_cut"), 1.0),
        cheek=cheek,
        control=np.where(controlled, which, -1).astype(np.float64),
        control_start=start + rng.uniform(number("control.delay_low"), number("control.delay_high"), n),
        control_hold=apex,
        control_size=rng.uniform(number("control.size_low"), number("control.size_high"), n) * peak,
    )


def _spontaneous(
    behaviour: SessionBehaviour, talk: Conversation, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """A Poisson process whose rate and size follow the topic."""
    starts: list[float] = []
    ends = [*talk.topic_starts[1:], talk.seconds]
    for topic, begin, end in zip(talk.topics, talk.topic_starts, ends, strict=True):
        expected = behaviour.value("smile_rate", topic) * max(min(end, talk.seconds) - begin, 0.0) / 60
        starts += list(rng.uniform(begin, min(end, talk.seconds), rng.poisson(expected))) if expected else []
    means = np.array([behaviour.value("smile_peak", talk.topic_at(t)) for t in starts])
    peaks = np.clip(means + number("smile.peak_sd") * rng.standard_normal(len(starts)), 0.4, 5.0)
    return np.array(starts), peaks


def _replies(
    behaviour: SessionBehaviour, talk: Conversation, jointly: Jointly, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    n = len(talk.interviewer_smiles)
    replied = rng.random(n) < behaviour.value("reply_chance")
    latency = behaviour.value("reply_latency") * np.exp(0.3 * rng.standard_normal(n))
    at = talk.interviewer_smiles + latency if jointly.reply else rng.uniform(0, talk.seconds, n)
    size = behaviour.value("smile_peak") + number("talk.reply_gain") * (talk.smile_sizes - 2.3)
    size = np.clip(size + number("smile.peak_sd") * rng.standard_normal(n), 0.4, 5.0)
    return at[replied], size[replied]


def act(
    behaviour: SessionBehaviour, talk: Conversation, jointly: Jointly, n: int, fps: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """True action units float64[n, 17] on 0-5, blinks left out, and blink closure float64[n] on 0-1."""
    units = np.zeros((17, n))
    if jointly.matched:
        smiles, greetings = plan_matched_smiles(behaviour, talk, jointly, rng)
        greet(units, fps, greetings)
    else:
        smiles = plan_smiles(behaviour, talk, jointly, rng)
    _brows(units, behaviour, talk, fps, rng)
    _rare_actions(units, talk.seconds, fps, rng)
    _actions_outside_smiles(units, behaviour, smiles, not jointly.matched, talk.seconds, fps, rng)
    _speaking_mouth(units, talk, n, fps, rng)
    _draw_smiles(units, smiles, fps, rng)
    if jointly.ordered_pairs:
        draw_pairs(units, behaviour, talk.seconds, fps, rng)
    return np.clip(units.T, 0, 5), _blinks(behaviour, talk.seconds, n, fps, rng)


def _draw_smiles(units: FloatArray, smiles: Smiles, fps: float, rng: np.random.Generator) -> None:
    peak, cheek = smiles.peak, smiles.cheek
    add_events(units[AU["AU12"]], fps, smiles.start, smiles.onset, smiles.apex, smiles.offset, peak)
    size = number("smile.cheek_size") * peak
    for name, share in (("AU06", 1.0), ("AU07", 0.5)):
        add_events(
            units[AU[name]], fps, smiles.start[cheek], smiles.onset[cheek], smiles.apex[cheek],
            smiles.offset[cheek], share * size[cheek],
        )  # fmt: skip
    opens = rng.random(len(peak)) < number("smile.open_chance")
    add_events(
        units[AU["AU25"]], fps, smiles.start[opens] + 0.15, smiles.onset[opens], smiles.apex[opens],
        smiles.offset[opens], 0.7 * peak[opens],
    )  # fmt: skip
    for i, name in enumerate(CONTROLS):
        rows = smiles.control == i
        start, hold, size = smiles.control_start[rows], smiles.control_hold[rows], smiles.control_size[rows]
        add_events(units[AU[name]], fps, start, 0.4, hold, 0.5, size)


def _actions_outside_smiles(
    units: FloatArray, behaviour: SessionBehaviour, smiles: Smiles, compensated: bool, seconds: float, fps: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """AU14, AU15, AU17 with their share of time, less (where compensated) what smile control already takes, so that
    the overall share does not tell of control."""
    for name, cue in (("AU14", "au14_share"), ("AU15", "au15_share"), ("AU17", "au17_share")):
        rows = smiles.control == CONTROLS.index(name)
        taken = float((smiles.control_hold[rows] + 0.9).sum()) / seconds if compensated else 0.0
        share = max(behaviour.value(cue) - taken, 0.005)
        _episodes(units[AU[name]], share, number("action.duration_s"), number("action.peak"), seconds, fps, rng)


def _episodes(
    unit: FloatArray, share: float, duration_s: float, size: float, seconds: float, fps: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Episodes that cover about `share` of the time, gaps exponential."""
    spread = number("action.duration_ln_sd")
    mean = duration_s * np.exp(spread**2 / 2)
    n = rng.poisson(max(-np.log(1 - min(share, 0.9)), 0) * seconds / mean)
    duration = duration_s * np.exp(spread * rng.standard_normal(n))
    peak = np.clip(size * (1 + 0.3 * rng.standard_normal(n)), 0.3, 5)
    ramp = np.minimum(0.35, duration / 3)
    add_events(unit, fps, rng.uniform(-1, seconds, n), ramp, duration - 2 * ramp, ramp, peak)


def _brows(
    units: FloatArray, behaviour: SessionBehaviour, talk: Conversation, fps: float, rng: np.random.Generator
) -> None:
    frown = behaviour.value("au04_mean")
    _episodes(
        units[AU["AU04"]], min(frown / number("frown.peak"), 0.8), number("frown.duration_s"),
        number("frown.peak"), talk.seconds, fps, rng,
    )  # fmt: skip
    spoken = talk.speech[:, 1] - talk.speech[:, 0]
    n = rng.poisson(behaviour.value("brow_emphasis") * spoken.sum() / 60)
    span = rng.choice(len(spoken), size=n, p=spoken / spoken.sum())
    start = talk.speech[span, 0] + rng.random(n) * spoken[span]
    duration = number("brow.duration_s") * np.exp(0.3 * rng.standard_normal(n))
    peak = np.clip(number("brow.peak") * (1 + 0.3 * rng.standard_normal(n)), 0.4, 5)
    for name, share in (("AU01", 1.0), ("AU02", 0.8), ("AU05", 0.3)):
        add_events(units[AU[name]], fps, start, 0.25, duration * 0.5, 0.35, share * peak)


def _rare_actions(units: FloatArray, seconds: float, fps: float, rng: np.random.Generator) -> None:
    for name in ("AU05", "AU09", "AU10", "AU20", "AU23"):
        share = number("rare.rate") * number("action.duration_s") / 60
        _episodes(units[AU[name]], share, number("action.duration_s"), number("rare.peak"), seconds, fps, rng)


def _speaking_mouth(units: FloatArray, talk: Conversation, n: int, fps: float, rng: np.random.Generator) -> None:
    """Lips and jaw follow syllables whose rate wanders; closed in pauses (sizes matched to short real clips)."""
    voiced = smooth(mask_of(talk.speech, n, fps).astype(np.float64), fps, 0.06)
    rate = number("speech.syllables") * (1 + wander(n, fps, 0.5, 0.25, rng))
    beat = 0.5 - 0.5 * np.cos(2 * np.pi * np.cumsum(rate) / fps)
    loud = np.clip(1 + wander(n, fps, 0.4, 0.35, rng), 0.2, 2)
    opening = voiced * loud * (0.3 + 1.4 * beat)
    units[AU["AU25"]] = np.maximum(units[AU["AU25"]], number("speech.au25") * opening)
    units[AU["AU26"]] = np.maximum(units[AU["AU26"]], number("speech.au26") * opening)
    for name, size in (("AU10", 0.6), ("AU20", 0.7), ("AU23", 0.7), ("AU17", 0.3), ("AU12", 0.25)):
        shape = np.clip(wander(n, fps, 0.25, 1.0, rng), 0, 2)
        units[AU[name]] = np.maximum(units[AU[name]], size * voiced * shape)


def _blinks(behaviour: SessionBehaviour, seconds: float, n: int, fps: float, rng: np.random.Generator) -> FloatArray:
    """Closure 0-1 of the lids; intervals log-normal with the published coefficient of variation."""
    rate = behaviour.value("blink_rate") / 60
    refractory = number("blink.refractory_s")
    spread = np.sqrt(np.log(1 + number("blink.interval_cv") ** 2))
    mean = max(1 / rate - refractory, 0.1)
    count = int(seconds * rate * 1.5) + 20
    intervals = refractory + mean * np.exp(spread * rng.standard_normal(count) - spread**2 / 2)
    start = np.cumsum(intervals) - intervals[0] * rng.random()
    start = start[start < seconds]
    k = len(start)
    duration = behaviour.value("blink_duration") * np.exp(number("blink.duration_ln_sd") * rng.standard_normal(k))
    partial = rng.random(k) < number("blink.partial_share")
    depth = np.where(partial, rng.uniform(0.45, 0.8, k), rng.uniform(0.9, 1.0, k))
    closure = np.zeros(n)
    add_events(closure, fps, start, 0.35 * duration, 0.15 * duration, 0.5 * duration, depth)
    return closure
