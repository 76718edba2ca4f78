"""Spectral maps of behaviour after Song, Shen and Valstar (FG 2018) and Song, Jaiswal, Shen and Valstar (TAFFC 2022).

Channels come first here, as in the paper: x[C, T]. The median over time of each channel is taken off, then each
channel is transformed over time (both demonstrations that circulate transpose one of the two steps). Both variants of
the paper keep the N = 80 lowest of R = 256 bins. "resample" squeezes the spectrum of a session of any length into R
bins, so that its axis is a share of half the sampling rate; "select" trims the session to m R samples and keeps every
m-th bin, so that bins mean the same frequencies in sessions of all lengths. Where the published code of "select" puts
the highest bin first, the mean (DC) comes first here, as its text has it. These functions are the reference that the
networks' own transforms are tested against.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from lineament.errors import DatasetError

Float32Array = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex128]

RESOLUTION = 256
KEPT = 80
WINDOW_KEPT = 50
"""Of a window of 100 samples: all bins but the highest, 0 to 4.9 Hz."""


def session_maps(series: Float32Array, method: Literal["resample", "select"] = "select") -> Float32Array:
    """Amplitude and phase float32[2, C, 80] of a whole session [C, T], DC first.

    Raises `DatasetError` when "select" gets fewer than 256 samples, "resample" fewer than two.
    """
    spectrum = resampled_spectrum(series) if method == "resample" else selected_spectrum(series)
    return np.asarray(np.stack([np.abs(spectrum), np.angle(spectrum)]), dtype=np.float32)


def resampled_spectrum(series: Float32Array) -> Spectrum:
    """rfft over time divided by T, its bins resampled to 256 by a polyphase filter, the 80 lowest: complex[C, 80]."""
    from scipy.signal import resample_poly

    if series.shape[1] < 2:
        raise _too_short(series, 2)
    half = _spectrum(series)
    parts = [resample_poly(part, RESOLUTION, half.shape[1], axis=1) for part in (half.real, half.imag)]
    resampled: Spectrum = (parts[0] + 1j * parts[1])[:, :KEPT]
    return resampled


def selected_spectrum(series: Float32Array) -> Spectrum:
    """Trimmed at both ends to m 256 samples; every m-th of the lowest bins of rfft / T: complex[C, 80], DC first.

    Bin k lies at k / 256 of the sampling rate, whatever the session's length.
    """
    stride = series.shape[1] // RESOLUTION
    if not stride:
        raise _too_short(series, RESOLUTION)
    length = stride * RESOLUTION
    start = (series.shape[1] - length) // 2
    return _spectrum(series[:, start : start + length])[:, : KEPT * stride : stride]


def window_amplitudes(windows: Float32Array) -> Float32Array:
    """|rfft| / T of each window [..., T, C], bins 0 to T/2 - 1, DC first: float32[..., C, 50] for T = 100.

    The level of a window is what DC says, so nothing is taken off before.
    """
    return np.asarray(np.abs(_window_spectrum(windows)), dtype=np.float32)


def window_parts(windows: Float32Array) -> Float32Array:
    """The complex form (A cos P, A sin P) of each window [..., T, C]: float32[..., 2, C, 50].

    A phase alone is noise wherever the amplitude is small; times the amplitude it is not.
    """
    spectrum = _window_spectrum(windows)
    return np.asarray(np.stack([spectrum.real, spectrum.imag], axis=-3), dtype=np.float32)


def _spectrum(series: Float32Array) -> Spectrum:
    values = series.astype(np.float64)
    spectrum: Spectrum = np.fft.rfft(values - np.median(values, axis=1, keepdims=True), axis=1) / series.shape[1]
    return spectrum


def _window_spectrum(windows: Float32Array) -> Spectrum:
    bins = windows.shape[-2]
    by_channel = np.swapaxes(windows, -1, -2).astype(np.float64)
    spectrum: Spectrum = np.fft.rfft(by_channel, axis=-1)[..., : bins // 2] / bins
    return spectrum


def _too_short(series: Float32Array, needed: int) -> DatasetError:
    return DatasetError(
        f"a session of {series.shape[1]} samples is too short for its spectrum, which needs {needed}",
        remedy="Leave it out or use windows.",
    )
