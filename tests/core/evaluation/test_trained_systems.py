"""The published systems' trainings as units: on made-up crops and movement, stopped and gone on with, in processes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.core.evaluation.conftest import settings_of
from tests.support.tiny_cohorts import tiny_cohort

from lineament.crops import CropFacts, CropRequest
from lineament.crops.file import crop_file
from lineament.datasets.cohort import Cohort, Session
from lineament.errors import LineamentError
from lineament.evaluation.data import CROP_LIST, MOVEMENT, EvaluationData, keep_movement, read_movement
from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.evaluate import Asked, evaluate, open_evaluation
from lineament.evaluation.forms import to_json_text
from lineament.evaluation.systems import dj_ldml, hmhn, mpdrm
from lineament.evaluation.systems.registry import chosen_systems
from lineament.evaluation.table import Table
from lineament.evaluation.views import CROP_REQUEST, CutCrops, Views, views_of_recorded
from lineament.features.channels import N_CHANNELS
from lineament.features.cohort_features import CohortFeatures
from lineament.progress import Cancelled, CancelToken
from lineament.provenance import Provenance
from lineament.search.engines import InlineEngine, PoolEngine
from lineament.search.engines.engine import Engine
from lineament.search.runs import Event, Run, SavePolicy
from lineament.training.mpdrm.data import MovementData

PERSONS, BINS = 14, 384
NEW = ("mpdrm", "hmhn", "dj-ldml")
NAMES = ("ridge-means", "hand-designed")


@pytest.fixture(scope="module")
def features() -> CohortFeatures:
    return tiny_cohort(10, 2, signal="level", test=4)


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory, features: CohortFeatures) -> list[Path]:
    """Noise whose brightness is the score; nobody has the first session's face in view for a clip."""
    folder, rng, paths = tmp_path_factory.mktemp("crops"), np.random.default_rng(0), []
    for i, score in enumerate(features.scores):
        paths.append(write_crops(folder / f"{i}.crops", CROP_REQUEST, 3 if i == 0 else 32, float(score), rng))
    return paths


def write_crops(path: Path, request: CropRequest, count: int, score: float, rng: np.random.Generator) -> Path:
    origin = Provenance("none", "1", simulated=True, settings={}, utc_time="")
    with crop_file(path, CropFacts(request, origin, (640, 480))) as writer:
        for k in range(count):
            image = np.clip(rng.normal(60 + 5 * score, 20, (request.size, request.size, 3)), 0, 255).astype(np.uint8)
            writer.add(k / request.rate, k, np.eye(2, 3, dtype=np.float32), image)
    return path


@pytest.fixture(scope="module")
def movement(features: CohortFeatures) -> MovementData:
    """Noise whose level is the score; the last session has none."""
    rng = np.random.default_rng(1)
    rows = np.arange(PERSONS - 1)
    series = rng.normal(size=(len(rows), BINS, N_CHANNELS)) + features.scores[rows, None, None] / 8
    usable = np.ones((len(rows), BINS), dtype=bool)
    persons = rows.astype(np.int64)
    return MovementData(series.astype(np.float16), usable, persons, np.ones(len(rows), np.int64), rows.astype(float))


QUICK = (
    (mpdrm, {"person_epochs": 1, "epochs": 2, "patience": 2, "windows": 2}),
    (hmhn, {"epochs": 2, "frames": 2, "dev_frames": 2, "crops": 2, "batch": 8}),
    (dj_ldml, {"epochs": 2, "clips": 1, "dev_clips": 1, "clips_per_video": 1}),
)


@pytest.fixture(scope="module", autouse=True)
def very_quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, quick in QUICK:
            patch.setattr(module, "QUICK", quick)
        yield


def run_in(
    folder: Path,
    features: CohortFeatures,
    crops: list[Path],
    movement: MovementData,
    engine: Engine,
    *names: str,
    cancel: CancelToken | None = None,
    sink=lambda event: None,  # type: ignore[no-untyped-def]
) -> Table:
    settings = settings_of("official")
    views = Views(cohort_of(features), CutCrops(crops))
    systems, _ = chosen_systems(names, views.offer(features))
    with open_evaluation(folder, features, settings) as run, engine:
        keep_movement(folder / MOVEMENT, movement)  # what is there is kept
        return evaluate(features, settings, Asked(systems, 1, views), run, engine, cancel, sink)


def cohort_of(features: CohortFeatures) -> Cohort:
    facts = zip(features.person_ids, features.session_ids, features.scores, features.splits, strict=True)
    sessions = tuple(Session(p, s, float(score), split) for p, s, score, split in facts)

    def unread(i: int):  # type: ignore[no-untyped-def]
        raise AssertionError("movement is kept already")

    return Cohort(features.name, sessions, unread, features.extractor, simulated=True)


def results_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.glob("units/*/*"))
        if path.name in ("result.json", "arrays.safetensors")
    }


Whole = tuple[Path, Table]


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory,
    very_quick: None,
    features: CohortFeatures,
    crops: list[Path],
    movement: MovementData,
) -> Whole:
    """All three, never disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, run_in(folder, features, crops, movement, InlineEngine(), *NEW)


def test_all_are_trained_and_leave_no_checkpoint(whole: Whole) -> None:
    folder, table = whole
    rows = {row.name: row for row in table.rows}
    for name in NEW:
        assert rows[name].parameters > 100
        assert rows[name].seconds > 0
        assert 0 <= rows[name].figures.mae.value <= 24
        assert not rows[name].control
    assert not list(folder.glob("units/*/training.safetensors"))


@pytest.mark.parametrize("name", NEW)
def test_stopped_after_an_epoch_it_ends_with_the_same(
    name: str, whole: Whole, tmp_path: Path, features: CohortFeatures, crops: list[Path], movement: MovementData
) -> None:
    token = CancelToken()

    def checkpoints() -> list[Path]:
        return list(tmp_path.glob("run/units/*/training.safetensors"))

    def stop_when_saved(event: object) -> None:
        if checkpoints():
            token.cancel()

    with pytest.raises(Cancelled):
        run_in(tmp_path / "run", features, crops, movement, InlineEngine(), name, cancel=token, sink=stop_when_saved)
    assert checkpoints()
    resumed = run_in(tmp_path / "run", features, crops, movement, InlineEngine(), name)
    assert not checkpoints()
    assert results_of(tmp_path / "run").items() <= results_of(whole[0]).items()
    figures = [next(row for row in table.rows if row.name == name).figures for table in (resumed, whole[1])]
    assert figures[0] == figures[1]


def test_sessions_that_cannot_be_read_get_the_mean(whole: Whole, features: CohortFeatures) -> None:
    run, train = Run.view(whole[0]), features.rows_of("train")
    unit = next(unit for unit in run.finished_units() if unit.kind == "mpdrm")
    result = run.result(unit.key)
    said = dict(zip(result.arrays["rows"].tolist(), result.arrays["predictions"].tolist(), strict=True))
    assert set(said) == {*features.rows_of("dev").tolist(), *features.rows_of("test").tolist()}
    assert said[PERSONS - 1] == pytest.approx(features.scores[train].mean())
    assert np.std(list(said.values())) > 0


def test_cancelling_between_units_keeps_what_is_finished(tmp_path: Path, features: CohortFeatures) -> None:
    settings, token = settings_of("official"), CancelToken()
    systems, _ = chosen_systems(["constant", "hand-designed", "random"], Views().offer(features))

    def stop(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_finished":
            token.cancel()

    with open_evaluation(tmp_path / "run", features, settings) as run, pytest.raises(Cancelled):
        evaluate(features, settings, Asked(systems, 1), run, InlineEngine(), token, stop)
    kept = results_of(tmp_path / "run")
    assert len({name.split("/")[1] for name in kept}) == 1
    with open_evaluation(tmp_path / "run", features, settings) as run:
        evaluate(features, settings, Asked(systems, 1), run, InlineEngine())
    assert kept.items() <= results_of(tmp_path / "run").items()


def test_the_order_of_work_changes_nothing(tmp_path: Path, features: CohortFeatures) -> None:
    settings = settings_of("nested-cv", outer_folds=2, inner_folds=2)
    for folder, calls in (("together", [NAMES]), ("apart", [NAMES[1:], NAMES[:1], NAMES])):
        for names in calls:
            systems, _ = chosen_systems(names, Views().offer(features))
            with open_evaluation(tmp_path / folder, features, settings) as run:
                evaluate(features, settings, Asked(systems, 1), run, InlineEngine())
    assert results_of(tmp_path / "together") == results_of(tmp_path / "apart")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_processes_find_what_one_does(tmp_path: Path, features: CohortFeatures) -> None:
    settings, tables = settings_of("nested-cv", outer_folds=2, inner_folds=2), {}
    systems, _ = chosen_systems(NAMES, Views().offer(features))
    for name, engine in (("one", InlineEngine(SavePolicy(every_steps=2))), ("two", PoolEngine(2))):
        with open_evaluation(tmp_path / name, features, settings) as run, engine:
            tables[name] = evaluate(features, settings, Asked(systems, 1), run, engine)
    assert results_of(tmp_path / "one") == results_of(tmp_path / "two")
    one, two = (json.loads(to_json_text(tables[name])) for name in ("one", "two"))
    del one["seconds_a_training"], two["seconds_a_training"]
    assert one == two


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_processes_train_the_published_systems_alike(
    whole: Whole, tmp_path: Path, features: CohortFeatures, crops: list[Path], movement: MovementData
) -> None:
    run_in(tmp_path / "two", features, crops, movement, PoolEngine(2), *NEW)
    assert results_of(tmp_path / "two") == results_of(whole[0])


def test_crops_of_another_size_or_none_in_view_are_refused_in_a_sentence(
    tmp_path: Path, features: CohortFeatures, crops: list[Path], movement: MovementData
) -> None:
    rng = np.random.default_rng(0)
    other = write_crops(tmp_path / "other.crops", CropRequest(64, 8.0), 4, 1.0, rng)
    with pytest.raises(EvaluationError, match=r"session s13 have another size than 112 pixels\. Cut them again with"):
        run_in(tmp_path / "a", features, [*crops[:-1], other], movement, InlineEngine(), "hmhn")
    empty = [write_crops(tmp_path / f"{i}.crops", CROP_REQUEST, 2, 1.0, rng) for i in range(PERSONS)]
    with pytest.raises(EvaluationError, match="a fold of tiny has no session to learn from with enough of a face"):
        run_in(tmp_path / "b", features, empty, movement, InlineEngine(), "dj-ldml")
    with pytest.raises(LineamentError, match=r"gone\.crops: there is no such file"):
        run_in(tmp_path / "c", features, [tmp_path / "gone.crops"] * PERSONS, movement, InlineEngine(), "hmhn")


def test_movement_is_kept_with_rows_and_read_back(tmp_path: Path, movement: MovementData) -> None:
    keep_movement(tmp_path / MOVEMENT, replace(movement, absent=("a", "b")))
    read = read_movement(tmp_path / MOVEMENT)
    assert read.absent == ("a", "b")
    assert np.array_equal(read.scores, movement.scores)
    assert np.array_equal(read.series, movement.series)


def test_no_view_tells_a_label(tmp_path: Path, features: CohortFeatures, movement: MovementData) -> None:
    """Sessions bear their rows in place of scores while movement is read."""
    from lineament.evaluation.views import _prepare_movement
    from lineament.training.mpdrm import data as mpdrm_data

    seen: list[Cohort] = []

    def load(cohort: Cohort, *rest: object, **more: object) -> MovementData:
        seen.append(cohort)
        return movement

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mpdrm_data, "load_visits", load)
        _prepare_movement(cohort_of(features), tmp_path / MOVEMENT, features, 60.0, CancelToken(), lambda event: None)
    assert seen[0].scores.tolist() == list(range(PERSONS))
    assert seen[0].scale.high == PERSONS - 1


def test_crops_of_recorded_cohorts_lie_beside_their_recordings(tmp_path: Path, features: CohortFeatures) -> None:
    cohort = cohort_of(features)
    assert views_of_recorded(cohort).no_crops[0] == "has none: its recordings are not Lineament's own"
    files = [tmp_path / f"{s.session_id}.lineament.parquet" for s in cohort.sessions]
    sessions = tuple(replace(s, files=(file,)) for s, file in zip(cohort.sessions, files, strict=True))
    recorded = replace(cohort, sessions=sessions)
    missing = views_of_recorded(recorded)
    assert missing.crops is None
    with pytest.raises(
        EvaluationError, match=r"cohort tiny has none of 112@8 for sessions s0, .* and 9 more\. Cut them"
    ):
        chosen_systems(["hmhn"], missing.offer(features))
    for file in files:
        (tmp_path / file.name.replace(".parquet", ".112px-8fps.crops")).touch()
    found = views_of_recorded(recorded)
    assert found.crops is not None
    assert len(found.crops.files(1.0, 1, CancelToken(), lambda event: None)) == PERSONS


def test_a_list_of_crops_is_read_once(tmp_path: Path, features: CohortFeatures, crops: list[Path]) -> None:
    (tmp_path / CROP_LIST).write_text(json.dumps([str(path) for path in crops]))
    data = EvaluationData(features, tmp_path)
    assert data.crops is data.crops
    assert len(data.crops) == PERSONS
