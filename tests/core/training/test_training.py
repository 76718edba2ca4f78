"""Metrics, baselines, data, and a whole small training run."""

from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.datasets import Cohort
from lineament.errors import DatasetError, ModelError
from lineament.inference import Scorer
from lineament.models import load_model
from lineament.models.network import NetworkShape
from lineament.progress import Cancelled, CancelToken, Progress, ignore_events
from lineament.simulation import simulate_cohort, write_cohort
from lineament.training import EpochFinished, TrainingConfig, train_hand_designed
from lineament.training.baselines import RidgeBaseline, session_statistics
from lineament.training.data import TrainingData, fit_scaling, load_persons
from lineament.training.hand_designed import training_cohort
from lineament.training.loop import LoopSettings, predict_standard, train_network
from lineament.training.metrics import bootstrap, ccc, correlation, mae, measure, rmse, rmse_gain


@pytest.fixture(scope="module")
def small() -> TrainingData:
    cohort = Cohort.from_simulation(simulate_cohort(24, seed=2, seconds=60))
    return load_persons(cohort, 60, CancelToken(), ignore_events, "test")


def tiny(**changes: object) -> TrainingConfig:
    config = TrainingConfig.quick(seed=1)
    persons = (("train", 24), ("dev", 12), ("calibration", 14), ("test", 16))
    settings = {"persons": persons, "seconds": 60.0, "loop": LoopSettings(epochs=2, batch=12)} | changes
    return TrainingConfig(**{**vars(config), **settings})


def test_metrics_are_the_textbook_ones() -> None:
    predicted, observed = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0])
    assert rmse(predicted, observed) == pytest.approx(np.sqrt(5 / 3))
    assert mae(predicted, observed) == pytest.approx(1)
    assert ccc(observed, observed) == pytest.approx(1)
    assert ccc(np.full(3, 3.0), observed) == 0
    assert ccc(observed + 1, observed) == pytest.approx(2 * 2 / (2 * 2 + 1))
    assert correlation(predicted, 2 * predicted + 1) == pytest.approx(1)
    assert correlation(np.ones(3), observed) == 0


def test_bootstrap_interval_covers_the_mean() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for seed in range(40):
        values = rng.normal(1, 2, 120)
        found = bootstrap(lambda rows, v=values: float(v[rows].mean()), 120, seed)
        inside += found.low <= 1 <= found.high
    assert inside >= 34


def test_a_gain_clear_of_zero_is_told_from_none() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 6, 800)
    good = 0.3 * truth + rng.normal(0, 2, 800)
    constant = np.zeros(800)
    assert rmse_gain(good, constant, truth).low > 0
    noise = rng.normal(0, 1, 800)
    assert rmse_gain(noise, constant, truth).low < 0
    assert measure(constant, truth, constant=True).ccc is None


def test_crops_are_relative_to_the_rest_at_their_start(small: TrainingData) -> None:
    values, present = small.crop(np.array([0, 3]), np.array([0, 2]), 3)
    assert values.shape == (2, 3, 100, small.windows.shape[3])
    assert present.shape == (2, 3)
    early, late = small.crop(np.array([3]), np.array([0]), 4)[0], values[1]
    offset = (early[0, 2:3, 0] - late[:1, 0])[0]
    assert np.abs(offset).max() > 0.01  # another rest
    np.testing.assert_allclose(early[0, 2:4] - late[:2], np.broadcast_to(offset, (2, 100, len(offset))), atol=0.05)


def test_ridge_finds_a_linear_effect_and_picks_its_penalty() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 30))
    y = 3 * x[:, 0] + rng.normal(0, 1, 400) + 7
    ridge = RidgeBaseline(x[:200], y[:200], x[200:300], y[200:300])
    assert rmse(ridge.predict(x[300:]), y[300:]) < 1.4
    noise = RidgeBaseline(x[:200], rng.normal(7, 3, 200), x[200:300], rng.normal(7, 3, 100))
    assert noise.penalty > ridge.penalty
    assert noise.predict(x[300:]).std() < 1


def test_statistics_have_four_numbers_a_channel(small: TrainingData) -> None:
    statistics = session_statistics(small)
    assert statistics.shape == (24, 4 * small.windows.shape[3])
    assert np.isfinite(statistics).all()


def test_a_network_learns_what_is_there() -> None:
    """Scores made from a channel of the windows are learnt within a few epochs; permuted ones are not."""
    rng = np.random.default_rng(0)
    n, k, channels = 240, 3, 47
    level = rng.standard_normal(n)
    windows = rng.standard_normal((n, k, 100, channels)).astype(np.float16)
    windows[..., 8] += level[:, None, None].astype(np.float16)
    rest, present = np.zeros((n, k, channels), np.float32), np.ones((n, k), dtype=bool)

    def data(rows: slice, scores: np.ndarray) -> TrainingData:
        return TrainingData(windows[rows], rest[rows], present[rows], scores[rows], None)

    shape, settings = NetworkShape(width=8, token=12), LoopSettings(epochs=6, batch=24)
    errors = []
    for scores in (6 + 5 * level, 6 + 5 * rng.permutation(level)):
        train, dev = data(slice(0, 180), scores), data(slice(180, n), scores)
        scaling = fit_scaling(train, 0)
        trained = train_network(train, dev, scaling, shape, settings, 0, 0, CancelToken(), ignore_events)
        assert predict_standard(trained.network, dev, scaling)[0].shape == (60,)
        errors.append(trained.dev_rmse / dev.scores.std())
    assert errors[0] < 0.75 < 0.9 < errors[1]


def test_a_whole_run_makes_a_loadable_model_with_its_card(tmp_path: Path) -> None:
    events: list[object] = []
    model = train_hand_designed(tiny(), sink=events.append)
    model.save(tmp_path / "m")
    card = load_model(tmp_path / "m").card
    assert set(card.test) == {"network", "ridge on statistics", "constant"}
    assert card.persons == {"train": 24, "dev": 12, "calibration": 14, "test": 16}
    assert card.test["constant"].rmse.low <= card.test["constant"].rmse.value <= card.test["constant"].rmse.high
    assert set(card.reachable_share) == {"network", "ridge on statistics"}
    assert 0.3 < card.oracle["r"] < 0.6
    assert card.coverage["60"]["width"] > 0
    assert sum(isinstance(e, EpochFinished) for e in events) == 2
    assert {e.task for e in events if isinstance(e, Progress)} >= {
        "preparing training persons",
        "calibrating",
        "testing",
    }
    session = simulate_cohort(1, seed=50).session(0, seconds=60, fps=30)
    assert Scorer(load_model(tmp_path / "m")).score(session).score is not None


def test_the_same_seed_trains_the_same_network(small: TrainingData) -> None:
    shape, settings = NetworkShape(width=8, token=12), LoopSettings(epochs=2, batch=12)
    scaling = fit_scaling(small, 0)

    def trained(seed: int) -> dict[str, torch.Tensor]:
        found = train_network(small, small, scaling, shape, settings, seed, 0, CancelToken(), ignore_events)
        return found.network.state_dict()

    one, two, other = trained(3), trained(3), trained(4)
    assert all(weights.equal(two[name]) for name, weights in one.items())
    assert not all(weights.equal(other[name]) for name, weights in one.items())


def test_training_stops_when_told() -> None:
    token = CancelToken()

    def stop_at_first_epoch(event: object) -> None:
        if isinstance(event, EpochFinished):
            token.cancel()

    with pytest.raises(Cancelled):
        train_hand_designed(tiny(), cancel=token, sink=stop_at_first_epoch)


def test_splits_of_a_run_share_no_person() -> None:
    cohort = training_cohort(tiny(), CancelToken(), ignore_events)
    cohort.check_person_disjoint()
    assert len(set(cohort.person_ids)) == 66


def test_a_folder_is_trained_on_with_its_own_splits(tmp_path: Path) -> None:
    write_cohort(simulate_cohort(80, seed=4, seconds=20), tmp_path / "c")
    config = tiny(cohort=tmp_path / "c", seconds=20.0)
    cohort = training_cohort(config, CancelToken(), ignore_events)
    counts = {name: sum(s.split == name for s in cohort.sessions) for name in ("train", "dev", "calibration", "test")}
    assert counts == {"train": 35, "dev": 14, "calibration": 11, "test": 20}
    assert len(cohort) == 80


def test_a_folder_with_too_few_persons_is_refused(tmp_path: Path) -> None:
    write_cohort(simulate_cohort(12, seed=4, seconds=20), tmp_path / "c")
    with pytest.raises(DatasetError, match="at least 10 are needed"):
        training_cohort(tiny(cohort=tmp_path / "c"), CancelToken(), ignore_events)


def test_a_stopped_training_goes_on_bit_for_bit(small: TrainingData, tmp_path: Path) -> None:
    """Whatever epoch it is stopped in; the best network, the rates and the random numbers are all taken up."""
    shape, settings = NetworkShape(width=8, token=12), LoopSettings(epochs=4, batch=12, learning_rate=0.02)
    scaling, file = fit_scaling(small, 0), tmp_path / "network.safetensors"

    def trained(stop_after: int | None, checkpoint: Path | None) -> tuple[dict[str, torch.Tensor], list[EpochFinished]]:
        token, events = CancelToken(), list[EpochFinished]()

        def watch(event: object) -> None:
            if isinstance(event, EpochFinished):
                events.append(event)
                if event.epoch == stop_after:
                    token.cancel()

        found = train_network(
            small, small, scaling, shape, settings, 3, 0, token, watch, checkpoint=checkpoint, identity="a"
        )
        return found.network.state_dict(), found.history

    whole, history = trained(None, None)
    for stop_after in (0, 1, 2):
        file.unlink(missing_ok=True)
        with pytest.raises(Cancelled):
            trained(stop_after, file)
        torch.rand(7)  # whatever else has used the random numbers since
        resumed, events = trained(None, file)
        assert events == history
        assert resumed.keys() == whole.keys()
        assert all(weights.equal(resumed[name]) for name, weights in whole.items())
    again, events = trained(None, file)
    assert events == history
    assert all(weights.equal(again[name]) for name, weights in whole.items())


def test_another_trainings_or_a_damaged_state_is_refused(tmp_path: Path) -> None:
    config = tiny(loop=LoopSettings(epochs=1, batch=12))
    train_hand_designed(config, checkpoint=tmp_path)
    file = tmp_path / "network-1.safetensors"
    with pytest.raises(ModelError, match="of a training with other settings"):
        train_hand_designed(tiny(loop=LoopSettings(epochs=2, batch=12)), checkpoint=tmp_path)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"network-1\.safetensors: the training's checkpoint is damaged"):
        train_hand_designed(config, checkpoint=tmp_path)
