"""Memory that runs out: batches are computed in parts with the same losses and gradients, and a unit says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch  # noqa: TID253
from tests.support.tiny_cohorts import tiny_cohort

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import FacialNetwork, Widths, build_network, even_weights
from lineament.progress import CancelToken, ignore_events
from lineament.search import comparison, metrics
from lineament.search.batches import Sessions
from lineament.search.config import SearchConfig
from lineament.search.data import Fold, Part, SearchData
from lineament.search.engines import InlineEngine
from lineament.search.recipe import Recipe
from lineament.search.runs import RunError
from lineament.search.search import create_run, run_search
from lineament.search.supernet import Supernet
from lineament.search.training import WeightTraining, predict

PART, FOLD = Part("official", 0), Fold(3, 0, 0)
SPACE = facial_space(("action units", "gaze"), ("cnn", "moments"))
TINY = SearchConfig(
    method="random",
    budget=2,
    folds=2,
    repeats=1,
    search_folds=2,
    short_list=4,
    random_candidates=0,
    random_controls=1,
    tuning_steps=1,
    width=4,
    token=6,
    attention_width=3,
    attributes=("gaze", "head pose"),
    families=("cnn", "moments"),
    recipe=Recipe(steps=3, persons=4, windows=2, validation_windows=1),
)


@pytest.fixture(scope="module")
def data() -> SearchData:
    return SearchData(tiny_cohort(24, 4, signal="level", test=6))


def make_training(data: SearchData, parts: int) -> WeightTraining:
    fitted, _ = data.fold(PART, FOLD)
    network = build_network(SPACE, {}, Widths(6, 8, 4), 0)
    sessions = Sessions(*data.resident("cpu"), data.features.present, data.scalings(fitted))
    recipe = Recipe(steps=30, persons=7, windows=3)
    return WeightTraining(network, sessions, fitted, data.part(PART).targets, recipe, 0, parts=parts)


@pytest.mark.parametrize("parts", [2, 4, 16])
def test_parts_have_the_losses_and_gradients_of_the_whole(data: SearchData, parts: int) -> None:
    whole, split = make_training(data, 1), make_training(data, parts)
    for _ in range(2):  # what is drawn for the second batch is the same too
        losses = [training.loss(even_weights(SPACE)) for training in (whole, split)]
        torch.testing.assert_close(losses[1], losses[0], rtol=1e-5, atol=1e-6)
    for loss in losses:
        loss.backward()
    ours = dict(split.network.named_parameters())
    for name, parameter in whole.network.named_parameters():
        torch.testing.assert_close(ours[name].grad, parameter.grad, rtol=1e-3, atol=1e-6)


def test_operation_weights_hear_the_same_through_parts(data: SearchData) -> None:
    held, gradients = data.fold(PART, FOLD)[1], []
    for parts in (1, 3):
        weights = {name: values.requires_grad_() for name, values in even_weights(SPACE).items()}
        Supernet(make_training(data, parts), held).architecture_loss(weights).backward()
        gradients.append(weights["gaze.cnn.0-1"].grad)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-6)


def test_whole_sessions_are_predicted_alike_in_smaller_blocks(data: SearchData) -> None:
    rows, asked = data.part(PART).test, []
    for parts in (1, 8):
        training = make_training(data, parts)
        blocks = [len(batch.present) for _, batch in training.sessions.whole(rows, parts=parts * 8)]
        asked.append((blocks, predict(training.network, even_weights(SPACE), training.sessions, rows, training.target)))
    assert max(asked[1][0]) < max(asked[0][0])
    assert asked[0][1] == pytest.approx(asked[1][1])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def most_sessions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Networks run out of memory on more sessions than this list's only number."""
    most, forward = [2], FacialNetwork.forward

    def hungry(network: FacialNetwork, batch: object, *rest: object) -> object:
        if len(batch.present) > most[0]:  # type: ignore[attr-defined]
            raise MemoryError
        return forward(network, batch, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(FacialNetwork, "forward", hungry)
    monkeypatch.setattr("lineament.search.batches.WINDOWS_AT_ONCE", 8)
    monkeypatch.setattr(metrics, "DRAWS", 100)
    monkeypatch.setattr(comparison, "DRAWS", 200)
    return most


def test_a_search_that_runs_out_of_memory_halves_its_batches_and_says_so(
    tmp_path: Path, most_sessions: list[int]
) -> None:
    features = tiny_cohort(14, 2, test=4)
    with create_run(tmp_path / "run", features, TINY) as run:
        outcome = run_search(features, TINY, run, InlineEngine())
        halved = [event for event in run.events() if event.kind == "batch_halved"]
    assert outcome.genotype
    assert {event.values["parts"] for event in halved} == {2}
    assert "memory did not suffice" in halved[0].values["reason"]


def test_where_no_part_is_small_enough_the_run_stops_and_can_be_resumed(
    tmp_path: Path, most_sessions: list[int]
) -> None:
    features, folder = tiny_cohort(14, 2, test=4), tmp_path / "run"
    most_sessions[0] = 0
    with create_run(folder, features, TINY) as run, pytest.raises(RunError, match=r"memory ran out .* Use fewer"):
        run_search(features, TINY, run, InlineEngine(), CancelToken(), ignore_events)
    most_sessions[0] = 100
    with run.open(folder) as again:
        run_search(features, TINY, again, InlineEngine())
    assert (folder / "outcome.json").exists()
