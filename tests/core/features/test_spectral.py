"""Spectra against the transform written out."""

import numpy as np
import pytest

from lineament.errors import DatasetError
from lineament.face.template import load_template
from lineament.features.points import NOISE, point_spectra
from lineament.features.spectral import (
    KEPT,
    RESOLUTION,
    resampled_spectrum,
    selected_spectrum,
    session_maps,
    window_amplitudes,
    window_parts,
)


def naive(series: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """sum over t of x[t] exp(-2 pi i k t / T) / T, for x [..., T]."""
    t = np.arange(series.shape[-1])
    return np.stack([(series * np.exp(-2j * np.pi * k * t / len(t))).mean(axis=-1) for k in bins], axis=-1)


@pytest.fixture
def session() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.standard_normal((5, 1100)).cumsum(axis=1) + 30).astype(np.float32)


def test_select_takes_every_mth_bin_of_the_trimmed_session(session: np.ndarray) -> None:
    centred = session - np.median(session, axis=1, keepdims=True)
    start = (1100 - 1024) // 2
    trimmed = session[:, start : start + 1024].astype(np.float64)
    trimmed -= np.median(trimmed, axis=1, keepdims=True)
    expected = naive(trimmed, 4 * np.arange(KEPT))
    found = selected_spectrum(session)
    assert found.shape == (5, KEPT)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_allclose(selected_spectrum(centred), expected, atol=1e-4)


def test_dc_comes_first_and_the_highest_bin_nowhere() -> None:
    skewed = np.zeros((1, 512), dtype=np.float32)
    skewed[0, ::4] = 1  # the median is 0, the mean a quarter
    assert selected_spectrum(skewed)[0, 0] == pytest.approx(0.25)
    highest = np.resize([1, -1], (1, 512)).astype(np.float32)
    assert np.abs(selected_spectrum(highest)).max() < 1e-9
    assert np.abs(window_amplitudes(highest[:, :100].T)).max() < 1e-6
    assert window_amplitudes(np.full((100, 1), 3, dtype=np.float32))[0, 0] == pytest.approx(3)


def test_select_means_the_same_frequency_whatever_the_length() -> None:
    peaks = set()
    for length in (300, 700, 1024, 4800):
        wave = np.cos(2 * np.pi * 20 / RESOLUTION * np.arange(length))[None].astype(np.float32)
        peaks.add(int(np.abs(selected_spectrum(wave)).argmax()))
    assert peaks == {20}


def test_resample_means_a_share_of_half_the_rate() -> None:
    for length in (900, 4801):
        wave = np.cos(2 * np.pi * 0.1 * np.arange(length))[None].astype(np.float32)
        peak = int(np.abs(resampled_spectrum(wave)).argmax())
        assert peak == pytest.approx(0.1 / 0.5 * RESOLUTION, abs=1.5)


def test_resample_of_equal_length_leaves_the_spectrum_as_it_is() -> None:
    series = np.random.default_rng(1).standard_normal((3, 2 * RESOLUTION - 1))
    series -= np.median(series, axis=1, keepdims=True)
    np.testing.assert_allclose(resampled_spectrum(series.astype(np.float32)), naive(series, np.arange(KEPT)), atol=1e-6)


@pytest.mark.parametrize("method", ["select", "resample"])
def test_maps_hold_amplitude_and_phase(session: np.ndarray, method: str) -> None:
    maps = session_maps(session, method)  # type: ignore[arg-type]
    assert maps.shape == (2, 5, KEPT)
    assert maps.dtype == np.float32
    whole = selected_spectrum(session) if method == "select" else resampled_spectrum(session)
    np.testing.assert_allclose(maps[0] * np.exp(1j * maps[1]), whole, atol=1e-4)


def test_short_sessions_are_refused() -> None:
    with pytest.raises(DatasetError, match=r"255 samples is too short .* needs 256"):
        selected_spectrum(np.zeros((2, 255), dtype=np.float32))
    with pytest.raises(DatasetError, match="1 samples"):
        resampled_spectrum(np.zeros((2, 1), dtype=np.float32))


def test_windows_have_amplitude_and_complex_parts() -> None:
    windows = np.random.default_rng(2).standard_normal((2, 3, 100, 4)).astype(np.float32)
    expected = naive(np.swapaxes(windows, -1, -2).astype(np.float64), np.arange(50))
    amplitudes, parts = window_amplitudes(windows), window_parts(windows)
    assert amplitudes.shape == (2, 3, 4, 50)
    assert parts.shape == (2, 3, 2, 4, 50)
    np.testing.assert_allclose(amplitudes, np.abs(expected), atol=1e-6)
    np.testing.assert_allclose(parts[:, :, 0], expected.real, atol=1e-6)
    np.testing.assert_allclose(parts[:, :, 1], expected.imag, atol=1e-6)


def test_point_spectra_are_logarithms_of_the_transform_with_the_sign_of_the_mean() -> None:
    moved = np.random.default_rng(3).standard_normal((2, 100, 136)).astype(np.float32)
    moved[:, :, 68 + 54] -= 2  # the mouth's corner hangs
    found = point_spectra(moved)
    share = np.swapaxes(moved, 1, 2).astype(np.float64) / load_template().inter_ocular_mm
    spectrum = naive(share, np.arange(16))
    expected = np.log1p(np.abs(spectrum) / NOISE)
    expected[..., 0] *= np.sign(spectrum[..., 0].real)
    assert found.shape == (2, 68, 32)
    np.testing.assert_allclose(found[:, :, :16], expected[:, :68], atol=1e-4)
    np.testing.assert_allclose(found[:, :, 16:], expected[:, 68:], atol=1e-4)
    assert (found[:, 54, 16] < -2).all()
    assert not point_spectra(np.zeros((1, 100, 136), dtype=np.float32)).any()


def test_a_turning_head_moves_no_point_as_a_smile_does() -> None:
    """Two hertz of nodding and shaking leave next to nothing in the nodes; a smile coming and going at .2 Hz does."""
    from lineament.face.displacement import displacement_fields
    from lineament.face.rotation import matrix_from_angles
    from lineament.face.template import LANDMARKS_68
    from lineament.features.landmarks import face_displacements

    time = np.arange(100) / 10
    neutral = load_template().vertices[LANDMARKS_68]
    smile = displacement_fields()[8][LANDMARKS_68] * 0.5

    def nodes(angles: np.ndarray, smiling: np.ndarray) -> np.ndarray:
        faces = (neutral + smiling[:, None, None] * smile) * (1, -1, -1)
        place = np.tile([20.0, -10.0, 600.0], (100, 1))
        turned = np.einsum("tij,tpj->tpi", matrix_from_angles(angles), faces) + place[:, None]
        pixels = (800 * turned[:, :, :2] / turned[:, :, 2:] + 300).astype(np.float32)
        x, y = face_displacements(pixels, angles, place)
        return point_spectra(np.concatenate([x, y], axis=1)[None])[0]

    still, wave = np.zeros((100, 3)), np.sin(2 * np.pi * 2 * time)
    turning = nodes(np.radians(np.stack([8 * wave, 10 * wave, 4 * wave], axis=1)), np.zeros(100))
    smiling = nodes(still, 0.5 - 0.5 * np.cos(2 * np.pi * 0.2 * time))
    assert np.abs(turning).max() < 0.6
    assert smiling[[48, 54], 2].min() > 2
    assert np.abs(smiling[27:31]).max() < 0.3 * smiling[54, 2]
