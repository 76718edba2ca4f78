"""Where the eyes look and how the head moves, tied together where joint effect 2 says so."""

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from lineament.simulation.conversation import Conversation
from lineament.simulation.joint import Jointly
from lineament.simulation.matched import dips, frozen
from lineament.simulation.parameters import number
from lineament.simulation.persons import SessionBehaviour
from lineament.simulation.rendering import add_events, mask_of, rhythm, slow_wander, smooth, wander
from lineament.simulation.types import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Aversions:
    """Looks away from the interviewer: start and duration in seconds, degrees to the image's right and down."""

    start: FloatArray
    duration: FloatArray
    right: FloatArray
    down: FloatArray


def plan_aversions(behaviour: SessionBehaviour, talk: Conversation, rng: np.random.Generator) -> Aversions:
    """Looks and aversions in turn; shares of looking differ while speaking and listening, and by topic."""
    spread, median = number("gaze.aversion_ln_sd"), number("gaze.aversion_s")
    times, due = _aversions_due(behaviour, talk, median * float(np.exp(spread**2 / 2)))
    rows: list[tuple[float, float, bool]] = []
    clock, count = times.tolist(), due.tolist()
    now = 0.0
    while True:
        begins = _between(_between(now, clock, count) + rng.gamma(2) / 2, count, clock)
        if begins >= talk.seconds:
            break
        down = bool(rng.random() < behaviour.value("gaze_down_share", talk.topic_at(begins)))
        middle = behaviour.value("gaze_down_duration") if down else median
        duration = min(max(middle * math.exp(spread * rng.standard_normal()), 0.2), 12.0)
        rows.append((begins, duration, down))
        now = begins + duration
    return _directed(rows, rng)


def _between(x: float, xs: list[float], ys: list[float]) -> float:
    """y at x on the line through rising points: `np.interp` for one number, ten times faster."""
    i = min(max(bisect_right(xs, x), 1), len(xs) - 1)
    return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])


def _aversions_due(behaviour: SessionBehaviour, talk: Conversation, mean: float) -> tuple[FloatArray, FloatArray]:
    """Times and how many aversions were due until then, were the person looking all along: the rate that leaves the
    wanted share of looking when an aversion lasts `mean` seconds, in each turn and topic."""
    edges = np.unique(np.concatenate([talk.answers.ravel(), talk.topic_starts, [0.0, talk.seconds]]))
    edges = edges[(edges >= 0) & (edges <= talk.seconds)]
    middles = (edges[:-1] + edges[1:]) / 2
    i = np.searchsorted(talk.answers[:, 0], middles, side="right") - 1
    speaking = (i >= 0) & (middles < talk.answers[np.maximum(i, 0), 1])
    shares = np.array(
        [
            behaviour.value("gaze_speaking" if speaks else "gaze_listening", talk.topic_at(t))
            for t, speaks in zip(middles, speaking, strict=True)
        ]
    )
    due = np.concatenate([[0.0], np.cumsum((1 - shares) / (shares * mean) * np.diff(edges))])
    return np.append(edges, edges[-1] + 1), np.append(due, due[-1] + 1e9)


def _directed(rows: list[tuple[float, float, bool]], rng: np.random.Generator) -> Aversions:
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    n = len(table)
    down = table[:, 2] > 0
    up = ~down & (rng.random(n) < number("gaze.up_share"))
    size = np.exp(number("gaze.size_ln_sd") * rng.standard_normal(n))
    side = np.where(rng.random(n) < 0.5, -1, 1)
    right = np.where(down | up, 0.25, 1.0) * side * number("gaze.side_deg") * size
    downward = np.where(down, number("gaze.down_deg"), np.where(up, -0.6 * number("gaze.down_deg"), 1.5)) * size
    return Aversions(table[:, 0], table[:, 1], right, downward)


def gaze_degrees(aversions: Aversions, n: int, fps: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Gaze away from the interviewer in degrees, float64[n, 2] (right, down), and how far down 0-1, float64[n]."""
    jump = number("gaze.saccade_s")
    gaze = np.stack([wander(n, fps, 0.6, number("gaze.jitter_deg"), rng) for _ in range(2)])
    for axis, size in ((0, aversions.right), (1, aversions.down)):
        add_events(gaze[axis], fps, aversions.start, jump, aversions.duration, jump, size, how="add")
    below = np.clip(gaze[1] / number("gaze.down_deg"), 0, 1)
    return gaze.T, below


def head_degrees(
    behaviour: SessionBehaviour,
    talk: Conversation,
    aversions: Aversions,
    jointly: Jointly,
    n: int,
    fps: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Head rotation in degrees, float64[n, 3]: pitch (down positive), yaw (image right positive), roll."""
    coupled = _following_gaze(behaviour, aversions, jointly, n, fps, rng)
    amplitude = behaviour.value("head_amplitude")
    sds = amplitude * np.array([number("head.pitch_share"), 1.0, number("head.roll_share")])
    speaking = mask_of(talk.speech, n, fps)
    level = smooth(np.where(speaking, number("head.speaking"), number("head.listening")), fps, 0.3)
    pace = None
    if jointly.matched:
        still = mask_of(frozen(behaviour, talk, rng), n, fps)
        level, pace = np.ones(n), smooth(np.where(still, number("matched.freeze"), 1.0), fps, 0.06)
    head = np.empty((n, 3))
    for axis, share in enumerate((0.6, 0.7, 0.39)):
        wanted = behaviour.value("head_speed") * share
        tied = _within(coupled[:, axis], fps, 0.85 * sds[axis], 0.8 * wanted)
        free = np.sqrt(max(sds[axis] ** 2 - tied.var(), 0.0))
        rest = np.sqrt(max(wanted**2 - np.mean((np.diff(tied) * fps) ** 2), 0.0))
        head[:, axis] = tied + _movement(free, rest, level, pace, n, fps, rng)
    head[:, 0] += behaviour.value("head_pitch") + _nods(behaviour, talk, n, fps, rng)
    return head


def _within(movement: FloatArray, fps: float, sd: float, speed: float) -> FloatArray:
    """The movement made smaller where it alone would exceed the person's spread (deg) or speed (deg/s)."""
    own_sd, own_speed = float(movement.std()), float(np.sqrt(np.mean((np.diff(movement) * fps) ** 2)))
    factor = min(1.0, sd / max(own_sd, 1e-9), speed / max(own_speed, 1e-9))
    return np.asarray(movement * factor)


def _following_gaze(
    behaviour: SessionBehaviour, aversions: Aversions, jointly: Jointly, n: int, fps: float,
    rng: np.random.Generator,
) -> FloatArray:  # fmt: skip
    k = len(aversions.start)
    moved = np.zeros((n, 3))
    if jointly.matched:
        below = aversions.down > 5
        share = behaviour.value("gaze_head_coupling") if jointly.gaze_with_head else 0.0
        starts, durations = aversions.start[below], aversions.duration[below]
        at, size = dips(share, starts, durations, n / fps, rng)
        add_events(moved[:, 0], fps, at, 0.5, durations, 0.6, size)
        return moved
    lag = rng.uniform(number("head.lag_low"), number("head.lag_high"), k)
    start = aversions.start + lag if jointly.gaze_with_head else rng.uniform(0, n / fps, k)
    gain = np.clip(behaviour.value("gaze_head_coupling") * (1 + 0.2 * rng.standard_normal(k)), 0, 1)
    down = np.where(aversions.down > 5, np.minimum(gain * aversions.down, number("head.follow_limit")), 0.0)
    side = number("head.side_coupling") * aversions.right
    for axis, size in ((0, down), (1, side)):
        add_events(moved[:, axis], fps, start, 0.5, aversions.duration, 0.6, size, how="add")
    return moved


def _movement(
    sd: float, speed: float, level: FloatArray, pace: FloatArray | None, n: int, fps: float, rng: np.random.Generator
) -> FloatArray:
    """Slow posture plus a rhythm round half a hertz that carries the speed; livelier while speaking.

    pace: float64[n] or None, how fast the movement runs along its path (0 stands still).
    """
    wave, unit_speed = rhythm(n, fps, number("head.rhythm_hz"), rng)
    fast = min(speed / unit_speed, 0.9 * sd)
    slow = np.sqrt(max(sd**2 - fast**2, (0.2 * sd) ** 2))
    posture = smooth(slow_wander(n, fps, number("head.posture_s"), slow, rng), fps, 0.5)
    moved: FloatArray = posture + fast * level * wave
    return moved if pace is None else np.interp(np.cumsum(pace), np.arange(n), moved)


def _nods(behaviour: SessionBehaviour, talk: Conversation, n: int, fps: float, rng: np.random.Generator) -> FloatArray:
    listening = talk.questions[:, 1] - talk.questions[:, 0]
    k = rng.poisson(behaviour.value("nod_rate") * listening.sum() / 60)
    turn = rng.choice(len(listening), size=k, p=listening / listening.sum())
    start = talk.questions[turn, 0] + rng.random(k) * listening[turn]
    envelope = np.zeros(n)
    size = number("nod.deg") * np.exp(0.3 * rng.standard_normal(k))
    duration = number("nod.duration_s")
    add_events(envelope, fps, start, 0.2, duration - 0.5, 0.3, size)
    nods: FloatArray = envelope * np.sin(2 * np.pi * number("nod.hz") * np.arange(n) / fps)
    return nods


def lids(
    behaviour: SessionBehaviour, closure: FloatArray, gaze_down_deg: FloatArray, fps: float, rng: np.random.Generator
) -> FloatArray:
    """Eye opening 0-1 relative to the person's widest, float64[n]: habit, following the gaze down, blinks."""
    n = len(closure)
    rest = behaviour.value("eye_opening") + slow_wander(n, fps, 3.0, 0.03, rng)
    follow = number("gaze.lid_per_deg") * np.clip(gaze_down_deg, -15, 40)
    return np.asarray(np.clip((rest - follow) * (1 - closure), 0, 1))


def speaking_mask(talk: Conversation, n: int, fps: float) -> BoolArray:
    return mask_of(talk.speech, n, fps)
