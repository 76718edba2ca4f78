"""How windows enter: against numpy, and against what a signal of known frequency must give."""

import numpy as np
import pytest
import torch  # noqa: TID253

import lineament.models.architecture.operations  # noqa: F401 - registers the operations
from lineament.errors import ModelError
from lineament.models.architecture.facial_space import REPRESENTATIONS
from lineament.models.architecture.registry import REPRESENTATION

RATE = 10.0


def window(seed: int = 0) -> torch.Tensor:
    return torch.randn(5, 3, 100, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_every_representation_has_the_same_length_and_says_how_many_maps(name: str) -> None:
    representation = REPRESENTATION.build(name)
    assert representation(window()).shape == (5, representation.maps * 3, 50)


def test_amplitude_is_numpys() -> None:
    values = window()
    expected = np.log1p(np.abs(np.fft.rfft(values.numpy(), axis=-1))[..., :50] * 2 / np.sqrt(100))
    np.testing.assert_allclose(REPRESENTATION.build("amplitude")(values), expected, atol=1e-12)


def test_the_complex_spectrum_is_numpys_cosine_part_first() -> None:
    values = window()
    spectrum = np.fft.rfft(values.numpy(), axis=-1)[..., :50] * 2 / np.sqrt(100)
    expected = np.concatenate([spectrum.real, spectrum.imag], axis=1)
    np.testing.assert_allclose(REPRESENTATION.build("phase")(values), expected, atol=1e-12)


def test_the_series_is_the_mean_of_pairs() -> None:
    values = window()
    np.testing.assert_allclose(REPRESENTATION.build("series")(values), values.numpy().reshape(5, 3, 50, 2).mean(-1))


def test_a_tone_stands_in_its_own_bin_and_a_level_in_the_first() -> None:
    time = torch.arange(100, dtype=torch.float64) / RATE
    tone = (2.0 * torch.sin(2 * torch.pi * 1.5 * time)).view(1, 1, -1)
    amplitude = torch.expm1(REPRESENTATION.build("amplitude")(tone))[0, 0]
    assert int(amplitude.argmax()) == 15
    assert float(amplitude[15]) == pytest.approx(2.0 * 10)  # 2 A sqrt(T) / 2
    assert float(amplitude.sum() - amplitude[15]) < 1e-9
    level = torch.expm1(REPRESENTATION.build("amplitude")(torch.ones_like(tone)))[0, 0]
    assert int(level.argmax()) == 0
    assert float(level[1:].sum()) < 1e-9


def test_amplitude_does_not_see_when_and_phase_does() -> None:
    values = window()
    later = values.roll(7, dims=-1)
    amplitude, phase = REPRESENTATION.build("amplitude"), REPRESENTATION.build("phase")
    torch.testing.assert_close(amplitude(values), amplitude(later))
    assert float((phase(values) - phase(later)).abs().max()) > 0.1


def test_silence_has_a_finite_gradient() -> None:
    for name in REPRESENTATIONS:
        values = torch.zeros(1, 2, 100, requires_grad=True)
        REPRESENTATION.build(name)(values).sum().backward()
        assert torch.isfinite(values.grad).all()


def test_an_unknown_operation_is_refused_with_the_choices() -> None:
    with pytest.raises(ModelError, match="amplitude, phase, series"):
        REPRESENTATION.build("wavelet")
    assert "series" in REPRESENTATION
    assert "wavelet" not in REPRESENTATION
