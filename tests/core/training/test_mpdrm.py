"""MPDRM's training: the contrast, the pairs, stopping and going on, and what it learns of toys."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.datasets import Cohort
from lineament.errors import DatasetError, ModelError
from lineament.features.windows import ChannelScaling
from lineament.models import load_model
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.progress import Cancelled, CancelToken, Progress, ignore_events
from lineament.simulation import simulate_cohort
from lineament.training.metrics import rmse
from lineament.training.mpdrm.batches import draw_pair, pair_batches
from lineament.training.mpdrm.checkpoint import TrainingState, load_state, save_state
from lineament.training.mpdrm.data import MovementData, fit_movement_scaling, load_visits, movement_statistics
from lineament.training.mpdrm.evaluation import change_statistics, gain_by_person, measure_by_person, one_visit_each
from lineament.training.mpdrm.loop import MpdrmEpoch, MpdrmLoop, TrainedMpdrm, rate_share, train_visits
from lineament.training.mpdrm.losses import person_contrast
from lineament.training.mpdrm.scoring import (
    code_visits,
    person_auc,
    refit_alignment,
    refit_head,
    standard_scores,
)
from lineament.training.mpdrm.toys import habit_toy
from lineament.training.mpdrm.training import MpdrmConfig, simulated_visits, train_mpdrm, with_calibration

SHAPE = MpdrmShape(stem=8, widths=(8, 12, 16), token=16, projection=8, dropout=0.0)
LOOP = MpdrmLoop(person_epochs=1, epochs=2, windows=2, batch=8)


@pytest.fixture(scope="module")
def toy() -> MovementData:
    return habit_toy(16, 1, bins=384)


@pytest.fixture(scope="module")
def scaling(toy: MovementData) -> ChannelScaling:
    return fit_movement_scaling(toy, 0)


def trained(toy: MovementData, scaling: ChannelScaling, seed: int = 0, **how: object) -> TrainedMpdrm:
    loop = replace(LOOP, **how)  # type: ignore[arg-type]
    return train_visits(toy, toy, scaling, SHAPE, loop, seed, CancelToken(), ignore_events)


@pytest.fixture(scope="module")
def whole(toy: MovementData, scaling: ChannelScaling) -> TrainedMpdrm:
    """Trained without a stop; to be read and not changed."""
    return trained(toy, scaling)


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    other = two.state_dict()
    return all(value.equal(other[name]) for name, value in one.state_dict().items())


def test_the_contrast_is_its_formula() -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((7, 5))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    persons, scores = np.array([0, 0, 0, 1, 1, 2, 3]), np.array([3.0, 9.0, 20.0, 4.0, 4.0, 10.0, 24.0])
    losses = []
    for i in range(5):  # persons 2 and 3 have no positive
        positives = [p for p in range(7) if persons[p] == persons[i] and p != i]
        negatives = [n for n in range(7) if persons[n] != persons[i]]
        weight = np.exp(-np.abs(scores[i] - scores[negatives]) / 5)
        weight /= weight.mean()
        similar = np.exp(points[i] @ points.T / 0.2)
        below = similar[positives].sum() + (weight * similar[negatives]).sum()
        losses.append(-np.mean([np.log(similar[p] / below) for p in positives]))
    arguments = (torch.from_numpy(points).float(), torch.from_numpy(persons), torch.from_numpy(scores).float())
    assert float(person_contrast(*arguments, 0.2, 5.0)) == pytest.approx(np.mean(losses), abs=1e-5)
    even = float(person_contrast(*arguments, 0.2, 1e9))
    assert even != pytest.approx(np.mean(losses), abs=1e-3)


def test_a_contrast_without_pairs_is_zero_and_has_a_gradient() -> None:
    points = torch.eye(3, requires_grad=True)
    for persons in ([0, 1, 2], [0, 0, 0]):
        loss = person_contrast(points, torch.tensor(persons), torch.zeros(3), 0.1, 5.0)
        loss.backward()  # type: ignore[no-untyped-call]
        assert float(loss.detach()) == 0


def test_persons_of_like_scores_are_pushed_apart_most() -> None:
    """The same negative counts more when its score is the anchor's."""
    points = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.7, 0.7], [-1.0, 0.2]]), dim=1)
    persons = torch.tensor([0, 0, 1, 2])
    like = person_contrast(points, persons, torch.tensor([5.0, 5.0, 5.0, 20.0]), 0.2, 5.0)
    unlike = person_contrast(points, persons, torch.tensor([5.0, 5.0, 20.0, 5.0]), 0.2, 5.0)
    assert float(like) > float(unlike)


def test_pairs_prefer_different_scores_and_keep_time() -> None:
    rng, rows = np.random.default_rng(0), np.array([4, 7, 9])
    scores = np.zeros(10)
    scores[[4, 7, 9]] = 10, 10, 20
    drawn = [tuple(draw_pair(rows, scores, rng)) for _ in range(2300)]
    assert set(drawn) == {(4, 7), (4, 9), (7, 9)}
    assert drawn.count((4, 7)) == pytest.approx(2300 / 23, rel=0.3)  # 1 against 11 and 11
    assert tuple(draw_pair(rows[:1], scores, rng)) == (4, 4)


def test_batches_have_every_person_once_and_usable_windows(toy: MovementData, scaling: ChannelScaling) -> None:
    data = replace(toy, usable=toy.usable.copy())
    data.usable[:, 300:] = False
    batches = list(pair_batches(data, scaling, 6, 3, 0.0, np.random.default_rng(0)))
    assert [len(b) for b in batches] == [6, 5, 5]
    assert batches[0].windows.shape == (6, 2, 3, 256, data.series.shape[2])
    persons = np.concatenate([data.persons[b.rows[:, 0]] for b in batches])
    assert sorted(persons) == list(range(16))
    assert all((data.visits[b.rows[:, 0]] < data.visits[b.rows[:, 1]]).all() for b in batches)
    assert max(int(starts.max()) for starts in data.starts) <= 300 - int(0.8 * 256)


def test_a_single_visit_gives_its_two_halves(scaling: ChannelScaling) -> None:
    single = habit_toy(3, 2, visits=1, bins=900)
    single.series[:, :450, 0], single.series[:, 450:, 0] = -1, 1
    flat = ChannelScaling(np.zeros_like(scaling.centre), np.ones_like(scaling.spread))
    batch = next(pair_batches(single, flat, 3, 2, 0.0, np.random.default_rng(0)))
    first, second = batch.windows[:, 0, ..., 0].mean(), batch.windows[:, 1, ..., 0].mean()
    assert first < -0.5
    assert second > 0.5


def test_earlier_visits_are_the_same_persons_and_earlier() -> None:
    data = habit_toy(2, 0, bins=256).take([5, 0, 2, 1, 3])
    assert [list(rows) for rows in data.earlier] == [[4], [], [1, 3], [1], []]
    assert [list(rows) for rows in data.rows_of_persons] == [[1, 3, 2], [4, 0]]


def test_known_persons_are_means_of_earlier_visits(
    toy: MovementData, scaling: ChannelScaling, whole: TrainedMpdrm
) -> None:
    coded = code_visits(whole.network, toy, scaling)
    own, known = (coded.persons(toy, knowing=k).numpy() for k in (False, True))
    np.testing.assert_allclose(known[0], own[0])
    np.testing.assert_allclose(known[1], own[0], atol=1e-6)
    np.testing.assert_allclose(known[2], own[:2].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(own[3], coded.person[3].numpy().mean(axis=0), atol=1e-5)
    assert coded.known(toy, knowing=True)[:5].tolist() == [False, True, True, False, True]
    assert not coded.known(toy, knowing=False).any()


def test_the_same_seed_trains_the_same_network(toy: MovementData, scaling: ChannelScaling, whole: TrainedMpdrm) -> None:
    assert same(whole.network, trained(toy, scaling).network)
    assert not same(whole.network, trained(toy, scaling, seed=1).network)


@pytest.mark.parametrize(("after", "person_rate"), [(1, LOOP.person_rate), (2, 0.0)])
def test_a_stopped_training_goes_on_to_the_same_weights(
    toy: MovementData, scaling: ChannelScaling, whole: TrainedMpdrm, tmp_path: Path, after: int, person_rate: float
) -> None:
    loop, token, file = replace(LOOP, person_rate=person_rate), CancelToken(), tmp_path / "state.safetensors"
    told: list[MpdrmEpoch] = []

    def stop(event: object) -> None:
        if isinstance(event, MpdrmEpoch):
            told.append(event)
            if len(told) == after:
                token.cancel()

    with pytest.raises(Cancelled):
        train_visits(toy, toy, scaling, SHAPE, loop, 0, token, stop, checkpoint=file)
    events: list[object] = []
    on = train_visits(toy, toy, scaling, SHAPE, loop, 0, CancelToken(), events.append, checkpoint=file)
    assert sum(isinstance(e, MpdrmEpoch) for e in events) == 3 - after
    assert [e.phase for e in on.history] == ["person", "score", "score"]
    unstopped = whole if person_rate else trained(toy, scaling, person_rate=person_rate)
    assert same(unstopped.network, on.network)
    assert person_rate > 0 or not same(unstopped.network.mpfn, whole.network.mpfn)


def test_a_damaged_state_is_said(tmp_path: Path) -> None:
    assert load_state(tmp_path / "none") is None
    (tmp_path / "state").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="saved state is damaged"):
        load_state(tmp_path / "state")
    state = TrainingState(1, 2, {"a": torch.ones(2)}, {"a": torch.zeros(2)}, {3: {"step": torch.ones(())}}, 4.5, 1, [])
    save_state(tmp_path / "state", state)
    found = load_state(tmp_path / "state")
    assert found is not None
    assert (found.phase, found.epoch, found.lowest, found.since_best) == (1, 2, 4.5, 1)
    assert found.network["a"].equal(torch.ones(2))
    assert found.moments[3]["step"].equal(torch.ones(()))


def test_a_state_of_another_network_is_said(toy: MovementData, scaling: ChannelScaling, tmp_path: Path) -> None:
    save_state(tmp_path / "state", TrainingState(1, 0, {"a": torch.ones(2)}))
    with pytest.raises(ModelError, match="state: the training's saved state is of another version's network"):
        train_visits(
            toy, toy, scaling, SHAPE, LOOP, 0, CancelToken(), ignore_events, checkpoint=tmp_path / "state"
        )  # fmt: skip


def test_a_loss_that_is_no_number_is_a_sentence(toy: MovementData, scaling: ChannelScaling) -> None:
    broken = replace(toy, series=toy.series.copy())
    broken.series[:] = np.nan
    with pytest.raises(ModelError, match=r"person phase is no longer a number in epoch 1\. Lower the learning rate"):
        train_visits(broken, toy, scaling, SHAPE, LOOP, 0, CancelToken(), ignore_events)


def test_the_learning_rate_rises_and_falls() -> None:
    shares = [rate_share(x) for x in np.linspace(0, 1, 11)]
    assert shares[0] > 0
    assert shares[2] == pytest.approx(1)
    assert shares[-1] == pytest.approx(0)
    assert shares[2:] == sorted(shares[2:], reverse=True)


def test_auc_by_hand() -> None:
    vectors = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.95, 0.05]])
    cosine = {(i, j): vectors[i] @ vectors[j] / np.linalg.norm(vectors[i]) / np.linalg.norm(vectors[j])
              for i in range(4) for j in range(i + 1, 4)}  # fmt: skip
    alike, others = [cosine[0, 1], cosine[2, 3]], [cosine[0, 2], cosine[0, 3], cosine[1, 2], cosine[1, 3]]
    expected = np.mean([a > b for a in alike for b in others])
    assert person_auc(vectors, np.array([0, 0, 1, 1])) == pytest.approx(expected)
    assert person_auc(np.ones((4, 2)), np.array([0, 0, 1, 1])) == 0.5
    assert np.isnan(person_auc(vectors, np.arange(4)))


def test_mpfn_learns_to_tell_persons_apart() -> None:
    """Those it learns from, whose seats hide their habits; persons it never saw are asked for in the slow test."""
    toys = habit_toy(64, 5, visits=2, bins=256, effect=0.3, nuisance=1.0)
    scaling, found = fit_movement_scaling(toys, 0), []
    for epochs, rate in ((12, 1e-2), (1, 1e-9)):
        loop = MpdrmLoop(person_epochs=epochs, epochs=0, windows=1, batch=32, learning_rate=rate, temperature=0.2)
        made = train_visits(toys, toys, scaling, SHAPE, loop, 0, CancelToken(), ignore_events)
        vectors = code_visits(made.network, toys, scaling).persons(toys, knowing=False).numpy()
        found.append(person_auc(vectors, toys.persons))
    assert found[0] > found[1] + 0.08


def test_training_beats_the_constant_where_it_can_and_not_where_it_cannot() -> None:
    errors = []
    for permuted, epochs in ((False, 8), (True, 3)):
        loop = MpdrmLoop(person_epochs=1, epochs=epochs, windows=2, batch=16, learning_rate=3e-3)
        train, dev, test = (habit_toy(n, 20 + i, visits=2, bins=384, habit=0.4) for i, n in enumerate((48, 20, 20)))
        if permuted:
            rng = np.random.default_rng(0)
            for data in (train, dev, test):
                data.scores = rng.permutation(data.scores)
        scaling = fit_movement_scaling(train, 0)
        made = train_visits(train, dev, scaling, SHAPE, loop, 0, CancelToken(), ignore_events)
        predicted = train.scores.mean() + train.scores.std() * standard_scores(made.network, test, scaling)
        errors.append(rmse(predicted, test.scores) / rmse(np.full(len(test), train.scores.mean()), test.scores))
    assert errors[0] < 0.8 < 0.95 < errors[1]


def test_what_is_foreseen_is_the_ridge_of_earlier_visits(
    toy: MovementData, scaling: ChannelScaling, whole: TrainedMpdrm
) -> None:
    network = copy.deepcopy(whole.network)
    coded = code_visits(network, toy, scaling)
    penalty = refit_alignment(network, coded, coded, (toy, toy))
    own, level = (part.double().numpy().mean(axis=1) for part in (coded.person, coded.depression))
    rows = np.flatnonzero(toy.visits > 1)
    x = np.array([own[toy.earlier[i]].mean(axis=0) for i in rows])
    expected = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ level[rows]).T
    np.testing.assert_allclose(network.suppression.align.weight.detach(), expected, atol=1e-4)
    once = habit_toy(4, 1, visits=1, bins=384)
    alone = code_visits(network, once, scaling)
    assert np.isnan(refit_alignment(network, alone, alone, (once, once)))
    np.testing.assert_allclose(network.suppression.align.weight.detach(), expected, atol=1e-4)


def test_earlier_visits_tell_habit_from_effect() -> None:
    """Where habits are twice the effect, who knows a person's earlier visits errs less than who does not."""
    loop = MpdrmLoop(person_epochs=1, epochs=4, windows=1, batch=24)
    train, dev, test = (habit_toy(n, 40 + i, bins=256, habit=2.0, channels=6) for i, n in enumerate((72, 40, 60)))
    scaling = fit_movement_scaling(train, 0)
    shape = replace(SHAPE, token=160)
    errors = []
    for suppress in (True, False):
        chosen = replace(shape, suppress=suppress)
        made = train_visits(train, dev, scaling, chosen, loop, 0, CancelToken(), ignore_events)
        predicted = train.scores.mean() + train.scores.std() * standard_scores(made.network, test, scaling)
        errors.append(rmse(predicted, test.scores))
    assert errors[0] < errors[1] - 0.2


def test_the_last_layer_is_shrunk_where_it_learns_nothing(
    toy: MovementData, scaling: ChannelScaling, whole: TrainedMpdrm
) -> None:
    network = copy.deepcopy(whole.network)
    noise = replace(toy, scores=np.random.default_rng(0).permutation(toy.scores))
    coded = code_visits(network, toy, scaling)
    assert refit_head(network, coded, coded, (toy, noise)) > whole.penalty
    assert standard_scores(network, toy, scaling).std() < 0.3 < standard_scores(whole.network, toy, scaling).std()


def test_toys_are_what_they_say() -> None:
    data = habit_toy(150, 3, visits=2, bins=256, effect=1.0)
    size = np.log(data.series[:, :, :12].astype(float).std(axis=1))
    own = [np.corrcoef(size[::2, c], size[1::2, c])[0, 1] for c in range(12)]
    pulls = [np.corrcoef(size[:, c], data.scores)[0, 1] for c in range(12)]
    assert min(own) > 0.3
    assert all((pull > 0.2) == bool(c % 2) for c, pull in enumerate(pulls))
    assert max(pulls[::2]) < -0.2


def test_change_is_against_earlier_visits_alone() -> None:
    found = change_statistics(np.array([[1.0], [2.0], [6.0], [9.0]]), np.array([0, 0, 0, 1]), np.array([1, 2, 3, 1]))
    np.testing.assert_allclose(found, [[1, 0], [2, 1], [6, 4.5], [9, 0]])


def test_metrics_draw_persons_and_not_visits() -> None:
    rng = np.random.default_rng(0)
    persons = np.repeat(np.arange(30), 4)
    error = np.repeat(rng.normal(0, 3, 30), 4)  # the same in all visits of a person
    observed = rng.uniform(0, 24, 120)
    by_person = measure_by_person(observed + error, observed, persons)
    by_visit = measure_by_person(observed + error, observed, np.arange(120))
    assert by_person.rmse.value == pytest.approx(rmse(observed + error, observed))
    assert by_person.rmse.high - by_person.rmse.low > 1.5 * (by_visit.rmse.high - by_visit.rmse.low)
    assert gain_by_person(observed, observed + error, observed, persons).value == pytest.approx(by_person.rmse.value)
    chosen = one_visit_each(persons, 0)
    assert sorted(persons[chosen]) == list(range(30))


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return Cohort.from_simulation(simulate_cohort(3, "longitudinal", 2, seconds=40))


def test_visits_are_read_once_and_kept(cohort: Cohort, tmp_path: Path) -> None:
    def load(**how: object) -> tuple[MovementData, int]:
        events: list[object] = []
        made = load_visits(cohort, 38, CancelToken(), events.append, "reading", cache=tmp_path, **how)  # type: ignore[arg-type]
        return made, sum(isinstance(e, Progress) for e in events)

    first, reads = load()
    again, none = load()
    assert reads > 0 == none
    np.testing.assert_array_equal(first.series, again.series)
    assert first.series.shape == (len(cohort), 380, 47)
    assert list(first.visits[:3]) == [1, 2, 3]
    assert first.behaviour is not None
    np.testing.assert_allclose(first.behaviour.mean(axis=0), 0, atol=1e-5)
    for file in tmp_path.glob("movement-*"):
        file.write_bytes(b"damaged")
    third, made_again = load()
    assert made_again > 0
    np.testing.assert_array_equal(third.series, first.series)


def test_sessions_too_short_are_refused(cohort: Cohort) -> None:
    with pytest.raises(DatasetError, match=r"20 s of each session hold no window of 25\.6 s"):
        load_visits(cohort, 20, CancelToken(), ignore_events, "reading")


def test_statistics_by_hand() -> None:
    values = np.arange(12, dtype=np.float32).reshape(6, 2) ** 2
    usable = np.array([True, True, True, False, True, True])
    kept = values[usable].astype(float)
    found = movement_statistics(values, usable).reshape(4, 2)
    np.testing.assert_allclose(found[0], kept.mean(axis=0))
    np.testing.assert_allclose(found[1], kept.std(axis=0))
    np.testing.assert_allclose(found[2], np.abs(np.diff(kept, axis=0)).mean(axis=0))
    np.testing.assert_allclose(found[3], np.percentile(kept, 95, axis=0))
    assert (movement_statistics(values, ~np.ones(6, dtype=bool)) == 0).all()


def test_splits_share_no_person_and_small_ones_are_refused() -> None:
    cohort = simulated_visits(110, 0, 30.0)
    cohort.check_person_disjoint()
    assert {s.split for s in with_calibration(cohort, 0).sessions} == {"train", "dev", "calibration", "test"}
    renamed = cohort.with_session_splits([s.split.replace("calibration", "train") for s in cohort.sessions])
    dealt = with_calibration(renamed, 0)
    assert len({s.person_id for s in dealt.sessions if s.split == "calibration"}) == 19
    with pytest.raises(DatasetError, match="at least 10 are needed"):
        with_calibration(simulated_visits(30, 0, 30.0), 0)


@pytest.mark.slow
def test_a_whole_run_makes_a_loadable_model_with_its_card(tmp_path: Path) -> None:
    simulated = simulate_cohort(48, "longitudinal", 3, seconds=45)
    shares = {"train": 0.34, "dev": 0.22, "calibration": 0.22, "test": 0.22}
    cohort = Cohort.from_simulation(simulated).with_splits(shares, 0)
    config = MpdrmConfig(0, 45.0, shape=SHAPE, loop=LOOP, name="small", checkpoint=tmp_path / "c", cache=tmp_path / "d")
    model = train_mpdrm(cohort, config)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert isinstance(loaded, MpdrmModel)
    card = loaded.card
    assert set(card.test) == {
        "network", "network without earlier visits", "ridge on statistics",
        "ridge on statistics and their change", "constant",
    }  # fmt: skip
    assert card.coverage["45"]["width"] > 0
    assert sum(card.persons.values()) == 48
    prediction = loaded.predict(simulated.session(1), earlier=[simulated.session(0)])
    assert prediction.habit is not None
    assert prediction.score is not None
    again = train_mpdrm(cohort, config)
    assert same(model.network, again.network)


@pytest.mark.slow
def test_mpfn_tells_simulated_persons_apart_that_it_never_saw() -> None:
    cohort = simulated_visits(100, 4, 90.0)
    train, test = (
        load_visits(cohort.split(name), 90, CancelToken(), ignore_events, name) for name in ("train", "test")
    )
    scaling = fit_movement_scaling(train, 0)
    loop = MpdrmLoop(epochs=0, windows=4)
    network = train_visits(train, test, scaling, MpdrmShape(), loop, 0, CancelToken(), ignore_events).network
    vectors = code_visits(network, test, scaling).persons(test, knowing=False).numpy()
    assert person_auc(vectors, test.persons) >= 0.9
