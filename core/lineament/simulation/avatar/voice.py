"""Speech without words: syllables that open the mouth, and the tone bursts heard with them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]

AUDIO_RATE = 24_000
"""Samples a second of the sound that goes with an avatar."""

_FORMANTS = ((700.0, 1150.0), (480.0, 1750.0), (320.0, 2200.0), (520.0, 950.0), (360.0, 800.0))
"""First two resonances (Hz) of five vowels, rounded from Peterson and Barney (1952)."""


@dataclass(frozen=True, eq=False)
class Syllables:
    """start, length: seconds; stress: 0..1; vowel: 0..4. All [n]."""

    start: FloatArray
    length: FloatArray
    stress: FloatArray
    vowel: npt.NDArray[np.int64]

    def opening(self, times: FloatArray) -> FloatArray:
        """How far the mouth is open at each time, 0..1."""
        out = np.zeros(len(times))
        for start, length, stress, vowel in zip(self.start, self.length, self.stress, self.vowel, strict=True):
            wide = (1.0, 0.72, 0.5, 0.78, 0.5)[vowel]
            first, last = np.searchsorted(times, (start - 0.02, start + length + 0.03))
            phase = np.clip((times[first:last] - start + 0.02) / (length + 0.05), 0.0, 1.0)
            out[first:last] = np.maximum(out[first:last], stress * wide * np.sin(np.pi * phase) ** 1.3)
        return out

    def narrowing(self, times: FloatArray) -> FloatArray:
        """How much lips are rounded (+) or spread (-) at each time, -1..1."""
        out = np.zeros(len(times))
        for start, length, stress, vowel in zip(self.start, self.length, self.stress, self.vowel, strict=True):
            shape = (0.0, -0.4, -0.9, 0.5, 1.0)[vowel]
            first, last = np.searchsorted(times, (start - 0.04, start + length + 0.05))
            phase = np.clip((times[first:last] - start + 0.04) / (length + 0.09), 0.0, 1.0)
            out[first:last] += stress * shape * np.sin(np.pi * phase) ** 2
        return np.clip(out, -1.0, 1.0)


def speak(turns: FloatArray, rng: np.random.Generator) -> Syllables:
    """Fill speaking turns float64[k, 2] (seconds) with phrases of syllables, four to five a second."""
    start, length, stress = [], [], []
    for begin, end in turns:
        at = begin
        while at < end - 0.25:
            phrase_end = min(at + rng.uniform(1.0, 2.8), end)
            accent = rng.uniform(0.35, 0.75)
            while at < phrase_end - 0.1:
                duration = float(np.clip(rng.lognormal(np.log(0.19), 0.28), 0.11, 0.36))
                start.append(at)
                length.append(min(duration, phrase_end - at))
                stress.append(float(np.clip(accent * rng.uniform(0.55, 1.35), 0.18, 1.0)))
                at += duration + rng.exponential(0.018)
            at += rng.uniform(0.18, 0.55)
    vowel = rng.integers(0, len(_FORMANTS), len(start))
    return Syllables(np.array(start), np.array(length), np.array(stress), vowel)


def sound_of(
    syllables: Syllables, seconds: float, pitch_hz: float, loudness: float, rng: np.random.Generator
) -> Float32Array:
    """Voiced tone bursts of a speaker, float32[seconds * AUDIO_RATE] within -1..1."""
    out = np.zeros(round(seconds * AUDIO_RATE))
    for start, length, stress, vowel in zip(
        syllables.start, syllables.length, syllables.stress, syllables.vowel, strict=True
    ):
        count = round(length * 1.08 * AUDIO_RATE)
        time = np.arange(count) / AUDIO_RATE
        glide = pitch_hz * (0.9 + 0.3 * stress) * (1.03 - 0.07 * time / max(length, 1e-3)) * rng.uniform(0.95, 1.05)
        phase = 2 * np.pi * np.cumsum(glide) / AUDIO_RATE
        source = sum(np.sin(k * phase) / k**1.2 for k in range(1, 16)) + 0.03 * rng.standard_normal(count)
        voice = sum(_resonate(source, f, 90.0 + 0.05 * f) for f in _FORMANTS[int(vowel)])
        envelope = np.sin(np.pi * np.clip(time / (length * 1.08), 0, 1)) ** 0.7
        burst = voice / max(float(np.abs(voice).max()), 1e-9) * envelope * (0.35 + 0.65 * stress)
        first = round(start * AUDIO_RATE)
        piece = out[first : first + count]
        piece += loudness * burst[: len(piece)]
    return np.clip(out, -1.0, 1.0).astype(np.float32)


def hum(opening: FloatArray, fps: float, pitch_hz: float, loudness: float) -> Float32Array:
    """A voice that is as loud as a mouth is open (float64[n], 0..1, at `fps`): sound for speech without syllables."""
    count = round(len(opening) / fps * AUDIO_RATE)
    time = np.arange(count) / AUDIO_RATE
    wide = np.interp(time, np.arange(len(opening)) / fps, np.clip(opening, 0.0, 1.0))
    phase = 2 * np.pi * np.cumsum(pitch_hz * (0.95 + 0.12 * wide)) / AUDIO_RATE
    source = sum((np.sin(k * phase) / k**1.2 for k in range(1, 16)), np.zeros(count))
    voice = _resonate(source, 560.0, 110.0) + 0.6 * _resonate(source, 1450.0, 160.0)
    return (loudness * wide * voice / max(float(np.abs(voice).max()), 1e-9)).astype(np.float32)


def _resonate(source: FloatArray, hertz: float, width: float) -> FloatArray:
    """A two-pole resonance."""
    radius = np.exp(-np.pi * width / AUDIO_RATE)
    return np.asarray(
        lfilter([1.0 - radius], [1.0, -2 * radius * np.cos(2 * np.pi * hertz / AUDIO_RATE), radius**2], source)
    )
