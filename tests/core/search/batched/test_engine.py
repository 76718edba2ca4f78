"""The batched engine: the units it takes together end as they do alone, in the same files, stopped and resumed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.core.search.batched.conftest import PART, RECIPE
from tests.core.search.test_search import TINY, search
from tests.support.tiny_cohorts import tiny_cohort
from tests.support.toy_units import REGISTRY as TOYS

from lineament.features.cohort_features import CohortFeatures
from lineament.progress import Cancelled, CancelToken, ignore_events
from lineament.search.batched import engine as engine_module
from lineament.search.batched.engine import BatchedEngine
from lineament.search.batched.group import Host, execute_group, grouped
from lineament.search.candidates import Candidate, hand_designed
from lineament.search.data import LOADER, Fold, store_features
from lineament.search.engines import Engine, InlineEngine, PoolEngine, choose_engine
from lineament.search.phases import train
from lineament.search.recipe import Recipe
from lineament.search.runs import Event, Run, RunError, SavePolicy, Unit, UnitResult
from lineament.search.runs.checkpoint import read_checkpoint
from lineament.search.runs.registry import Loader, Registry

SHORT = Recipe(steps=8, persons=8, windows=2)
HAND = hand_designed(("action units", "gaze"))


@pytest.fixture(scope="module")
def features() -> CohortFeatures:
    return tiny_cohort(24, 3, signal="level", test=4)


def begin(folder: Path, features: CohortFeatures) -> tuple[Run, Registry]:
    run = Run.create(folder, {}, features.fingerprint, seed=3)
    store_features(features, folder)
    loader = Loader(LOADER, {"folder": str(folder), "fingerprint": features.fingerprint})
    return run, Registry({train.KIND: train.FUNCTION, **TOYS.functions}, loader)


def unit(
    fold: int = 0,
    repeat: int = 0,
    *,
    candidate: Candidate = HAND,
    permuted: int | None = None,
    test: bool = True,
    recipe: Recipe = SHORT,
) -> Unit:
    """As `train_unit` makes it."""
    settings = {
        "part": (PART if permuted is None else PART.shuffled(permuted)).to_json(),
        "recipe": recipe.to_json(),
        "widths": {"width": 4, "token": 6, "attention": 3},
        "attention": True,
        "fold": Fold(3, 1, fold).to_json(),
        "repeat": repeat,
        "attributes": list(candidate.attributes),
        "genotype": candidate.genotype.to_json(),
        "test": test,
    }
    return Unit(train.KIND, settings)


UNITS = [unit(0), unit(1), unit(0, 1), unit(2, permuted=7)]


def run_all(
    engine: Engine, folder: Path, features: CohortFeatures, units: Sequence[Unit]
) -> tuple[dict[str, UnitResult], list[Event]]:
    run, registry = begin(folder, features)
    with run, engine:
        return engine.run(units, registry, run, CancelToken(), ignore_events), run.events()


def assert_alike(found: Mapping[str, UnitResult], expected: Mapping[str, UnitResult]) -> None:
    assert list(found) == list(expected)
    for key, result in expected.items():
        assert dict(found[key].values) == dict(result.values)
        assert found[key].arrays.keys() == result.arrays.keys()
        for name, array in result.arrays.items():
            assert found[key].arrays[name].dtype == array.dtype
            if not name.startswith("network/"):
                difference = found[key].arrays[name].astype(np.float64) - array.astype(np.float64)
                assert np.abs(difference).max() < 1e-3, name


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, features: CohortFeatures) -> dict[str, UnitResult]:
    return run_all(InlineEngine(), tmp_path_factory.mktemp("alone") / "run", features, UNITS)[0]


def test_units_that_share_their_architecture_are_found(features: CohortFeatures) -> None:
    registry = Registry({train.KIND: train.FUNCTION, **TOYS.functions})
    other = [
        unit(candidate=hand_designed(("gaze",))),
        unit(test=False),
        unit(recipe=RECIPE),
        Unit("double", {"number": 1}),
    ]
    found = grouped([UNITS[0], *other, *UNITS[1:]], registry, 3)
    assert found == [UNITS[:3], UNITS[3:], *([one] for one in other)]
    stranger = Registry({train.KIND: "tests.support.toy_units:double"})
    assert grouped(UNITS, stranger, 9) == [[one] for one in UNITS], "another function trains otherwise"


def test_results_are_those_of_units_alone(
    tmp_path: Path, features: CohortFeatures, alone: dict[str, UnitResult]
) -> None:
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    found, events = run_all(BatchedEngine(), tmp_path / "run", features, UNITS)
    assert_alike(found, alone)
    assert torch.get_rng_state().equal(before)
    assert torch.get_num_threads() == threads
    # progress and time left are told as often as the clock allows
    kinds = Counter(event.kind for event in events if event.kind not in ("time_left", "unit_progress"))
    assert kinds == {"session_started": 1, "unit_started": 4, "losses": 32, "unit_finished": 4}
    assert not list(tmp_path.rglob("checkpoint.*"))


def test_other_units_run_beside_them_and_finished_ones_are_read(tmp_path: Path, features: CohortFeatures) -> None:
    run, registry = begin(tmp_path / "run", features)
    units = [Unit("double", {"number": 4}), *UNITS[:2]]
    with run:
        BatchedEngine().run(units[:2], registry, run, CancelToken(), ignore_events)
        seen: list[object] = []
        found = BatchedEngine().run(units, registry, run, CancelToken(), seen.append)
    assert list(found) == [one.key for one in units]
    assert found[units[0].key].values["number"] == 8
    finished = {e.unit: e.values["reused"] for e in seen if isinstance(e, Event) and e.kind == "unit_finished"}
    assert finished == {units[0].key: True, units[1].key: True, units[2].key: False}


class After(CancelToken):
    """Cancelled once it was asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    @property
    def cancelled(self) -> bool:
        self.left -= 1
        if self.left < 0:
            self.cancel()
        return super().cancelled


@pytest.mark.parametrize("second", [BatchedEngine(), InlineEngine()], ids=["batched", "inline"])
def test_cancelled_it_goes_on_in_either_engine(
    second: Engine, tmp_path: Path, features: CohortFeatures, alone: dict[str, UnitResult]
) -> None:
    run, registry = begin(tmp_path / "run", features)
    with run:
        with pytest.raises(Cancelled):
            BatchedEngine().run(UNITS, registry, run, After(5), ignore_events)
        saved = [read_checkpoint(path) for path in (tmp_path / "run").glob("units/*/checkpoint.safetensors")]
        steps = [envelope["state"]["step"] for envelope in saved if envelope is not None]
        assert not run.finished_units()
        assert len(steps) == 4, "all units saved, not only the one that heard of it"
        assert len(set(steps)) == 1
        assert 0 < steps[0] < SHORT.steps
        found = second.run(UNITS, registry, run, CancelToken(), ignore_events)
        started = [event for event in run.events() if event.kind == "unit_started"]
    assert_alike(found, alone)
    assert [event.values["resumed"] for event in started] == 4 * [False] + 4 * [True]


def test_units_at_different_steps_take_turns(
    tmp_path: Path, features: CohortFeatures, alone: dict[str, UnitResult]
) -> None:
    run, registry = begin(tmp_path / "run", features)
    with run:
        with pytest.raises(Cancelled):
            InlineEngine(SavePolicy(every_steps=1)).run(UNITS[:1], registry, run, After(3), ignore_events)
        found = BatchedEngine().run(UNITS, registry, run, CancelToken(), ignore_events)
    assert_alike(found, alone)


def test_too_little_memory_halves_a_group(
    tmp_path: Path, features: CohortFeatures, alone: dict[str, UnitResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def small(units: Sequence[Unit], host: Host) -> None:
        sizes.append(len(units))
        if len(units) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        execute_group(units, host)

    monkeypatch.setattr(engine_module, "execute_group", small)
    found, events = run_all(BatchedEngine(), tmp_path / "run", features, UNITS)
    assert sizes == [4, 2, 2]
    assert [event.values["units"] for event in events if event.kind == "group_halved"] == [4]
    assert_alike(found, alone)


def test_one_unit_that_lacks_memory_is_a_sentence(tmp_path: Path, features: CohortFeatures) -> None:
    with pytest.raises(RunError, match="memory ran out while computing a unit"):
        run_all(BatchedEngine(), tmp_path / "run", features, [Unit("runs_out", {})])


def test_a_mistake_is_not_taken_for_lack_of_memory(
    tmp_path: Path, features: CohortFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(units: Sequence[Unit], host: Host) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(engine_module, "execute_group", wrong)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        run_all(BatchedEngine(), tmp_path / "run", features, UNITS)


def test_a_whole_search_finds_the_same(tmp_path: Path) -> None:
    cohort = tiny_cohort(14, 2, test=4)
    one = search(tmp_path / "one", cohort, TINY, InlineEngine())
    together = search(tmp_path / "together", cohort, TINY, BatchedEngine())
    assert together.part.winner == one.part.winner
    np.testing.assert_allclose(together.part.ensemble.held, one.part.ensemble.held, atol=1e-3)
    np.testing.assert_allclose(together.part.controls.hand.test, one.part.controls.hand.test, atol=1e-3)


def test_gpus_get_it_and_the_cpu_never() -> None:
    assert all(isinstance(choose_engine(device, n), BatchedEngine) for device in ("cuda", "cuda:1") for n in (None, 0))
    assert type(choose_engine("cpu", 0)) is InlineEngine
    with choose_engine("cpu", 2) as pool:
        assert isinstance(pool, PoolEngine)
