"""A short clinical interview as one participant lives it: listens, thinks, answers, smiles and takes the smile back.

Figures follow what is known of conversation (blinks about 20 a minute; partner looked at most while listening, less
while speaking; nods of 2-3 Hz); their arrangement is our choice. It shows behaviour, not an illness.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from lineament.face.displacement import AU_NAMES
from lineament.simulation.avatar.script import (
    Performance,
    blink_moments,
    bump,
    looking_at_camera,
    on_neck,
    with_blinks,
)
from lineament.simulation.avatar.state import REST_MM
from lineament.simulation.avatar.voice import Syllables, sound_of, speak

FloatArray = npt.NDArray[np.float64]

_UNIT = {name: i for i, name in enumerate(AU_NAMES)}
_BLINKS_A_MINUTE = 20.0


@dataclass(frozen=True, eq=False)
class _Turns:
    """Questions and answers as float64[k, 2] seconds, alternating, question first."""

    questions: FloatArray
    answers: FloatArray


def interview(times: FloatArray, seconds: float, rng: np.random.Generator) -> Performance:
    """An interview of `seconds` at the given frame times; all chance comes from `rng`."""
    turns = _take_turns(seconds, rng)
    own, other = speak(turns.answers, rng), speak(turns.questions, rng)
    au = np.zeros((len(times), len(AU_NAMES)))
    gaze = np.zeros((len(times), 2))
    rotation = _wander(times, np.radians([1.8, 3.4, 1.7]), rng)
    _articulate(au, own, times)
    _listen(au, rotation, turns, times, rng)
    _answer(au, gaze, rotation, turns, own, times, rng)
    _smiles(au, rotation, turns, times, rng)
    sway = _wander(times, np.array([3.0, 1.2, 4.0]), rng)
    translation = on_neck(rotation, np.array(REST_MM) + sway)
    gaze += looking_at_camera(translation) + _fixations(times, rng)
    performance = Performance(
        times=times,
        au=np.clip(au, 0.0, 5.0),
        gaze=gaze,
        rotation=rotation,
        translation=translation,
        mouth_open=own.opening(times),
        speaking=_inside(turns.answers, times),
        sound=np.clip(
            sound_of(own, seconds, 118.0, 0.42, rng) + sound_of(other, seconds, 205.0, 0.16, rng), -1.0, 1.0
        ).astype(np.float32),
    )
    blinks = blink_moments(seconds, _BLINKS_A_MINUTE, rng)
    return with_blinks(performance, _gathered_at_turns(blinks, turns), rng)


def _take_turns(seconds: float, rng: np.random.Generator) -> _Turns:
    questions, answers = [], []
    at = min(0.8, 0.1 * seconds)
    while at < seconds - 1.0:
        ask = min(rng.uniform(2.6, 5.0), seconds - at - 0.4)
        questions.append((at, at + ask))
        begin = at + ask + rng.uniform(0.5, 1.3)
        end = min(begin + rng.uniform(6.5, 12.0), seconds - 0.6)
        if end - begin > 1.0:
            answers.append((begin, end))
        at = end + rng.uniform(0.4, 1.0)
    return _Turns(np.array(questions).reshape(-1, 2), np.array(answers).reshape(-1, 2))


def _articulate(au: FloatArray, own: Syllables, times: FloatArray) -> None:
    """Lips round and spread with the vowels; between phrases they meet."""
    shape = own.narrowing(times)
    au[:, _UNIT["AU23"]] += 0.9 * np.clip(shape, 0, 1)
    au[:, _UNIT["AU20"]] += 0.7 * np.clip(-shape, 0, 1)
    au[:, _UNIT["AU10"]] += 0.4 * own.opening(times)


def _listen(au: FloatArray, rotation: FloatArray, turns: _Turns, times: FloatArray, rng: np.random.Generator) -> None:
    """While being asked: attention in the brows, nods near the end, lips at rest."""
    for begin, end in turns.questions:
        au[:, _UNIT["AU01"]] += rng.uniform(0.2, 0.8) * bump(times, begin + 0.4, 0.5, 0.6, 0.8)
        au[:, _UNIT["AU17"]] += rng.uniform(0.0, 0.9) * bump(times, end - 0.7, 0.4, 0.5, 0.5)
        if rng.random() < 0.8:
            nods = rng.integers(2, 4)
            start = max(begin, end - 1.4)
            swing = bump(times, start, 0.2, nods / 2.4 - 0.3, 0.25) * np.sin(2 * np.pi * 2.4 * (times - start))
            rotation[:, 0] += np.radians(rng.uniform(2.2, 4.0)) * swing


def _answer(
    au: FloatArray,
    gaze: FloatArray,
    rotation: FloatArray,
    turns: _Turns,
    own: Syllables,
    times: FloatArray,
    rng: np.random.Generator,
) -> None:
    """Looks down to think before and inside an answer, stresses words with brows and head."""
    for i, (begin, end) in enumerate(turns.answers):
        _look_away(gaze, rotation, times, begin - rng.uniform(0.3, 0.6), rng.uniform(1.0, 1.9), rng, down=True)
        au[:, _UNIT["AU04"]] += rng.uniform(0.8, 2.2) * bump(times, begin - 0.5, 0.45, 0.8, 0.9)
        middle = begin + rng.uniform(0.45, 0.65) * (end - begin)
        _look_away(gaze, rotation, times, middle, rng.uniform(1.0, 2.2), rng, down=i % 3 != 2)
        if i % 2 == 1:
            au[:, _UNIT["AU15"]] += rng.uniform(1.2, 2.2) * bump(times, middle + 0.3, 0.5, 0.9, 0.8)
            au[:, _UNIT["AU17"]] += rng.uniform(0.8, 1.6) * bump(times, middle + 0.5, 0.4, 0.6, 0.7)
        stressed = own.start[(own.stress > 0.62) & (own.start >= begin) & (own.start < end)]
        for start in stressed[:: max(1, len(stressed) // 4)]:
            lift = rng.uniform(1.2, 2.8) * bump(times, start - 0.12, 0.18, 0.15, 0.35)
            au[:, _UNIT["AU01"]] += lift
            au[:, _UNIT["AU02"]] += rng.uniform(0.6, 1.0) * lift
            au[:, _UNIT["AU05"]] += 0.35 * lift
            rotation[:, 0] -= np.radians(1.1) * bump(times, start - 0.1, 0.15, 0.05, 0.3)
        for start in stressed:
            rotation[:, 0] += np.radians(rng.uniform(0.4, 1.2)) * bump(times, start, 0.1, 0.03, 0.22)


def _look_away(
    gaze: FloatArray,
    rotation: FloatArray,
    times: FloatArray,
    start: float,
    length: float,
    rng: np.random.Generator,
    *,
    down: bool,
) -> None:
    """Eyes jump away and back; the head follows later and less."""
    side = rng.choice([-1.0, 1.0])
    x = np.radians(rng.uniform(4.0, 10.0) if down else rng.uniform(14.0, 20.0)) * side
    y = np.radians(rng.uniform(13.0, 20.0) if down else rng.uniform(-3.0, 4.0))
    eyes = bump(times, start, 0.06, length, 0.06)
    head = bump(times, start + 0.08, 0.45, max(length - 0.45, 0.1), 0.5)
    gaze += np.stack([x * eyes, y * eyes], axis=1)
    rotation[:, 0] += 0.42 * y * head
    rotation[:, 1] -= 0.45 * x * head


def _smiles(au: FloatArray, rotation: FloatArray, turns: _Turns, times: FloatArray, rng: np.random.Generator) -> None:
    """One open smile after the second question, one smile that is held back, small ones at greetings."""
    moments = [a[1] - 0.3 for a in turns.answers[:-1]]
    for i, start in enumerate(moments):
        if i == 1:
            warmth = bump(times, start, 0.6, 1.5, 0.9)
            au[:, _UNIT["AU12"]] += 3.4 * warmth
            au[:, _UNIT["AU06"]] += 2.4 * warmth
            au[:, _UNIT["AU25"]] += 1.8 * warmth
        elif i == 3:
            held, control = bump(times, start, 0.5, 1.3, 0.6), bump(times, start + 0.35, 0.35, 1.0, 0.6)
            au[:, _UNIT["AU12"]] += 2.3 * held
            au[:, _UNIT["AU14"]] += 2.2 * control
            au[:, _UNIT["AU15"]] += 1.6 * control
            au[:, _UNIT["AU17"]] += 1.8 * control
            rotation[:, 0] += np.radians(5.0) * bump(times, start + 0.3, 0.5, 0.9, 0.7)
        else:
            au[:, _UNIT["AU12"]] += rng.uniform(0.6, 1.4) * bump(times, start, 0.5, 0.8, 0.8)


def _fixations(times: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Eyes rest on one point of the partner's face after another, float64[n, 2] rad."""
    out = np.zeros((len(times), 2))
    at = 0.0
    while len(times) and at <= times[-1]:
        point = np.radians(rng.normal(0.0, (0.9, 0.6)))
        out[times >= at] = point
        at += rng.lognormal(np.log(0.9), 0.5)
    return out


def _wander(times: FloatArray, spread: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Slow involuntary drift of several channels with the given standard deviations, float64[n, k]."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    fine = 0.05
    count = max(int(np.ceil((times[-1] + step) / fine)) + 2, 4)
    out = np.empty((len(times), len(spread)))
    for k, sd in enumerate(spread):
        noise = gaussian_filter1d(rng.standard_normal(count + 400), 0.9 / fine)[200:-200]
        slow = gaussian_filter1d(rng.standard_normal(count + 1200), 3.5 / fine)[600:-600]
        mixed = 0.55 * noise * np.sqrt(0.9 / fine) + 0.85 * slow * np.sqrt(3.5 / fine)
        out[:, k] = np.interp(times, np.arange(count) * fine, mixed) * sd / 0.54
    return out


def _inside(spans: FloatArray, times: FloatArray) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(times), bool)
    for begin, end in spans:
        inside |= (times >= begin) & (times < end)
    return inside


def _gathered_at_turns(starts: FloatArray, turns: _Turns) -> FloatArray:
    """Blinks gather at the ends of turns: those within half a second of one move to it (Nakano and Kitazawa 2010)."""
    ends = np.concatenate([turns.questions[:, 1], turns.answers[:, 1]])
    if not len(ends) or not len(starts):
        return starts
    nearest = ends[np.abs(starts[:, None] - ends[None, :]).argmin(axis=1)]
    moved = np.where(np.abs(starts - nearest) < 0.5, nearest, starts)
    keep = np.concatenate([[True], np.diff(moved) > 0.45])
    return np.asarray(moved[keep])
