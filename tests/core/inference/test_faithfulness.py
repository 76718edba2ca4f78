"""Faithfulness of attention, on models whose answer is known by how they were made."""

from dataclasses import dataclass

import numpy as np
import pytest
from tests.support.models import make_hand_designed, make_searched, make_windows, some_genotype

from lineament.errors import DatasetError
from lineament.features.windows import Windows
from lineament.inference.faithfulness import measure_faithfulness
from lineament.models import EncodedWindows
from lineament.models.architecture.facial_space import facial_space
from lineament.progress import Cancelled, CancelToken

COUNT = 20
NAMES = ("action units", "gaze", "head pose", "landmarks")


@dataclass
class Planted:
    """score: the sum over windows of what each is worth, times the weights of the attributes heard.

    A window's first channel says what it is worth, its second what attention it gets.
    """

    weights: tuple[float, ...]
    attention: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)
    attributes: tuple[str, ...] = NAMES

    def encode(self, windows: Windows, without: str = "") -> EncodedWindows:
        worth = windows.values[:, 0, 0].copy()
        heard = sum(w for w, name in zip(self.weights, self.attributes, strict=True) if name != without)
        attention = np.tile(np.float32(self.attention), (len(windows), 1))
        return EncodedWindows((heard * worth)[:, None, None], attention, windows.values[:, 0, 1][:, None])

    def estimate(self, encoded: EncodedWindows) -> tuple[float, np.ndarray]:
        attention = np.exp(encoded.moment_logits[:, 0])
        return float(encoded.fused.sum()), attention / attention.sum()


def session(rng: np.random.Generator, *, looks_at: str) -> Windows:
    """Twenty windows of which two are worth 1 point each and the others nothing; attention on those, or on two others,
    or anywhere."""
    values = np.zeros((COUNT, 100, 47), dtype=np.float32)
    order = rng.permutation(COUNT)
    values[order[:2], :, 0] = 1
    if looks_at == "what counts":
        values[order[:2], :, 1] = 3
    elif looks_at == "what does not":
        values[order[2:4], :, 1] = 3
    else:
        values[:, :, 1] = rng.normal(0, 1, COUNT)[:, None]
    return Windows(np.arange(COUNT) * 50, values, np.zeros((COUNT, 68, 32), dtype=np.float32))


def sessions(looks_at: str, n: int = 60) -> list[Windows]:
    rng = np.random.default_rng(7)
    return [session(rng, looks_at=looks_at) for _ in range(n)]


def test_attention_on_what_counts_is_faithful() -> None:
    model = Planted((0.4, 0.3, 0.2, 0.1))
    found = measure_faithfulness(model, sessions("what counts"), np.random.default_rng(0), shares=(0.1,), draws=50)
    (moments,) = found.moments
    assert found.sessions == 60
    assert moments.top.value == pytest.approx(2)  # both windows that count
    assert moments.random.value == pytest.approx(0.2, abs=0.03)  # two of twenty, each worth a tenth of two points
    assert moments.difference.low > 1.7
    assert moments.above == 1


def test_attention_on_what_does_not_count_is_found_out() -> None:
    model = Planted((0.4, 0.3, 0.2, 0.1))
    found = measure_faithfulness(model, sessions("what does not"), np.random.default_rng(0), shares=(0.1,), draws=50)
    assert found.moments[0].difference.high < 0
    assert found.moments[0].above == 0


def test_attention_at_random_is_no_better_than_random() -> None:
    model = Planted((0.4, 0.3, 0.2, 0.1))
    found = measure_faithfulness(model, sessions("anything"), np.random.default_rng(0))
    for moments in found.moments:
        assert moments.difference.low <= 0 <= moments.difference.high


def test_attributes_attended_as_they_count() -> None:
    found = measure_faithfulness(Planted((0.4, 0.3, 0.2, 0.1)), sessions("anything", 5), np.random.default_rng(0))
    attributes = found.attributes
    assert attributes is not None
    assert attributes.effect == pytest.approx({"action units": 0.8, "gaze": 0.6, "head pose": 0.4, "landmarks": 0.2})
    assert attributes.attention == pytest.approx(dict(zip(NAMES, (0.4, 0.3, 0.2, 0.1), strict=True)))
    assert attributes.difference.value == pytest.approx(0.4)
    assert attributes.rank.value == pytest.approx(1)
    assert attributes.above == 1


def test_attributes_attended_against_what_counts() -> None:
    found = measure_faithfulness(Planted((0.1, 0.2, 0.3, 0.4)), sessions("anything", 5), np.random.default_rng(0))
    assert found.attributes is not None
    assert found.attributes.rank.value == pytest.approx(-1)
    assert found.attributes.difference.high < 0


@pytest.mark.parametrize("make", [make_hand_designed, make_searched])
def test_every_kind_of_model_can_be_asked(make) -> None:  # type: ignore[no-untyped-def]
    windows = [make_windows(12, seed=i) for i in range(3)] + [make_windows(3)]
    model = make()
    found = measure_faithfulness(model, windows, np.random.default_rng(0), draws=4)
    again = measure_faithfulness(model, windows, np.random.default_rng(0), draws=4)
    assert found.to_json() == again.to_json()
    assert (found.sessions, found.left_out) == (3, 1)
    assert found.attributes is not None
    assert sum(found.attributes.attention.values()) == pytest.approx(1, abs=1e-5)
    assert all(effect > 0 for effect in found.attributes.effect.values())


def test_a_model_of_one_attribute_has_moments_only() -> None:
    full = some_genotype().to_json()
    space = facial_space(("gaze",))
    model = make_searched(space.genotype(full), space=space)
    assert model.attributes == ("gaze",)
    found = measure_faithfulness(model, [make_windows(12, seed=i) for i in range(2)], np.random.default_rng(0), draws=2)
    assert found.attributes is None


def test_too_few_sessions_are_refused_and_work_can_be_stopped() -> None:
    model = Planted((0.4, 0.3, 0.2, 0.1))
    with pytest.raises(DatasetError, match=r"1 sessions have at least 10 usable windows\. Use more"):
        measure_faithfulness(model, [*sessions("anything", 1), make_windows(3)], np.random.default_rng(0))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        measure_faithfulness(model, sessions("anything", 2), np.random.default_rng(0), cancel=token)
