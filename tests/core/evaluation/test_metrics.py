"""Figures against scikit-learn and NumPy, draws against draws by hand, and the edges."""

import numpy as np
import pytest
from sklearn.metrics import (  # noqa: TID253
    f1_score,
    mean_absolute_error,
    mean_squared_error,
    roc_auc_score,
)

from lineament.datasets.scales import BDI2, PHQ8, VLOG_LABEL, Scale
from lineament.evaluation.cut_off import cut_off_of
from lineament.evaluation.metrics import Draws, estimate, figures, reachable_share

CUT = cut_off_of(PHQ8)


def made(seeds: int = 3, n: int = 30, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = np.round(rng.uniform(0, 24, n))
    predicted = np.clip(scores + rng.normal(0, 6, (seeds, n)), 0, 24)
    return predicted, np.stack([predicted - 5, predicted + 5], axis=2), scores


def ccc(p: np.ndarray, s: np.ndarray) -> float:
    return 2 * np.cov(p, s, bias=True)[0, 1] / (p.var() + s.var() + (p.mean() - s.mean()) ** 2)


def test_every_figure_is_the_mean_over_seeds_of_the_usual_one() -> None:
    predicted, intervals, scores = made()
    predicted[0, :4] = predicted[0, 4]  # ties
    intervals = np.stack([predicted - 5, predicted + 5], axis=2)
    found = figures(predicted, intervals, scores, Draws.of([str(i) for i in range(30)], 3), CUT, ranks=True)
    ill = scores >= 10

    def mean(values: list[float]) -> object:
        return pytest.approx(float(np.mean(values)))

    assert found.rmse.value == mean([mean_squared_error(scores, p) ** 0.5 for p in predicted])
    assert found.mae.value == mean([mean_absolute_error(scores, p) for p in predicted])
    assert found.f1.value == mean([f1_score(ill, p >= 10) for p in predicted])
    assert found.auc is not None
    assert found.auc.value == mean([roc_auc_score(ill, p) for p in predicted])
    assert found.pcc is not None
    assert found.pcc.value == mean([np.corrcoef(p, scores)[0, 1] for p in predicted])
    assert found.ccc is not None
    assert found.ccc.value == mean([ccc(p, scores) for p in predicted])
    assert found.coverage.value == mean([((p - 5 <= scores) & (scores <= p + 5)).mean() for p in predicted])
    assert found.width.value == pytest.approx(10.0)
    for one in vars(found).values():
        assert one.low <= one.value <= one.high


def test_draws_are_of_persons_with_all_their_sessions_and_of_seeds() -> None:
    persons = ["a", "a", "b", "c", "c", "c"]
    draws = Draws.of(persons, 2, draws=400)
    sessions = draws.sessions[1:]
    assert np.allclose(draws.sessions.sum(axis=1), 1)
    assert np.allclose(sessions[:, 0], sessions[:, 1])
    assert np.allclose(sessions[:, 3], sessions[:, 5])
    assert set(np.round(draws.seeds[1:, 0], 3)) == {0.0, 0.5, 1.0}
    assert np.allclose(draws.seeds[0], 0.5)


def test_a_draw_is_the_figure_of_the_drawn_sessions() -> None:
    predicted, intervals, scores = made(seeds=1, n=12)
    draws = Draws.of([str(i) for i in range(12)], 1, draws=50)
    spread = []
    for weights in draws.sessions[1:]:
        drawn = np.repeat(np.arange(12), np.round(weights * 12).astype(int))
        spread.append(np.corrcoef(predicted[0, drawn], scores[drawn])[0, 1])
    found = figures(predicted, intervals, scores, draws, CUT, ranks=True)
    assert found.pcc is not None
    assert (found.pcc.low, found.pcc.high) == pytest.approx(tuple(np.percentile(spread, [2.5, 97.5])))


def test_the_interval_widens_when_seeds_differ() -> None:
    scores = np.linspace(0, 24, 40)
    persons = [str(i) for i in range(40)]
    good, bad = scores + 1.0, scores + 5.0
    ends = np.zeros((2, 40, 2))
    alike = figures(np.stack([good, good]), ends, scores, Draws.of(persons, 2), CUT, ranks=True).rmse
    unlike = figures(np.stack([good, bad]), ends, scores, Draws.of(persons, 2), CUT, ranks=True).rmse
    assert alike.high - alike.low == pytest.approx(0.0, abs=1e-9)
    assert (unlike.value, unlike.low, unlike.high) == pytest.approx((3.0, 1.0, 5.0))


def test_a_constant_ranks_nobody_and_says_nobody_is_ill() -> None:
    scores, said = np.array([2.0, 12.0, 20.0]), np.full((1, 3), 7.0)
    found = figures(said, np.zeros((1, 3, 2)), scores, Draws.of(["a", "b", "c"], 1), CUT, ranks=False)
    assert found.ccc is found.pcc is found.auc is None
    assert found.f1.value == 0
    assert found.coverage.value == 0
    ranked = figures(said, np.zeros((1, 3, 2)), scores, Draws.of(["a", "b", "c"], 1), CUT, ranks=True)
    assert ranked.pcc is not None
    assert ranked.pcc.value == 0
    assert ranked.auc is not None
    assert ranked.auc.value == 0.5


def test_one_class_and_one_session_have_what_can_be_had() -> None:
    one = figures(np.array([[3.0]]), np.array([[[0.0, 6.0]]]), np.array([5.0]), Draws.of(["a"], 1), CUT, ranks=True)
    assert one.auc is None
    assert one.rmse.value == one.rmse.high == 2.0
    assert one.coverage.value == 1.0
    assert one.f1.value == 0.0
    assert estimate(np.array([np.nan, 1.0])) is None
    assert estimate(np.array([1.0, np.nan, 3.0, np.nan])) is not None


def test_the_reachable_share_of_constant_and_oracle() -> None:
    scores = np.linspace(0, 24, 20)
    draws = Draws.of([str(i) for i in range(20)], 1)
    constant, oracle = np.full((1, 20), 12.0), scores + 1.0
    none = reachable_share(constant, constant, oracle, scores, draws)
    everything = reachable_share(oracle[None], constant, oracle, scores, draws)
    assert none is not None
    assert everything is not None
    assert (none.value, everything.value) == pytest.approx((0.0, 1.0))
    assert reachable_share(constant, constant, constant[0], scores, draws) is None


@pytest.mark.parametrize(("scale", "score", "predicted"), [(PHQ8, 10, 10), (BDI2, 14, 14), (VLOG_LABEL, 1, 0.5)])
def test_cut_offs_are_the_published_ones_and_say_so(scale: Scale, score: float, predicted: float) -> None:
    found = cut_off_of(scale)
    assert (found.score, found.predicted) == (score, predicted)
    assert f"{score:g} or more" in str(found)
    assert ("predictions from 0.5" in str(found)) == (scale is VLOG_LABEL)


def test_another_scale_is_cut_at_its_highest_band() -> None:
    found = cut_off_of(Scale("X", 0, 30, ((0, "low"), (20, "high"))))
    assert (found.score, found.predicted) == (20, 20)
    assert 'its band "high"' in str(found)
