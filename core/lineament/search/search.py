"""A whole search: phases, final ensemble, controls, verdict. It is a function of its units' results, so it resumes by
being run again."""

from dataclasses import replace
from pathlib import Path

from lineament.features.cohort_features import CohortFeatures
from lineament.models.architecture.space import SearchSpace
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.search.budget import Budget, require_enough
from lineament.search.candidates import searched_space
from lineament.search.config import SearchConfig
from lineament.search.controls import run_controls
from lineament.search.data import LOADER, Fold, Part, SearchData, open_data, store_features
from lineament.search.engines.engine import Engine
from lineament.search.outcome import PartOutcome, SearchOutcome, outcome_json, write_outcome
from lineament.search.phases import discretise, final, joint, short_list, train, warm_up
from lineament.search.phases.final import final_folds, run_final
from lineament.search.phases.propose import propose
from lineament.search.phases.short_list import run_short_list
from lineament.search.plan import Plan, Size
from lineament.search.runs.errors import RunError
from lineament.search.runs.registry import Loader, Registry
from lineament.search.runs.run import Run
from lineament.search.verdict import judge
from lineament.search.work import Work, folds_of

FUNCTIONS = {
    train.KIND: train.FUNCTION,
    warm_up.KIND: warm_up.FUNCTION,
    joint.KIND: joint.FUNCTION,
    discretise.KIND: discretise.FUNCTION,
}


def whole_space(config: SearchConfig) -> SearchSpace:
    """The space that a search with these settings begins with."""
    return searched_space(
        config.attributes,
        config.families,
        fusion_search=config.fusion_search,
        representations=config.representations,
    )


def create_run(folder: Path, features: CohortFeatures, config: SearchConfig) -> Run:
    """Begin a run for `run_search`, once the settings are known to work.

    Raises `SearchError` for a device that is not there or a budget too small, `DatasetError` for a cohort that cannot
    be split as asked, `RunError` and `StorageError` for the folder.
    """
    check_search(features, config)
    space_hash = whole_space(config).content_hash
    return Run.create(folder, config.to_json(), features.fingerprint, space_hash=space_hash, seed=config.seed)


def open_run(folder: Path, features: CohortFeatures | None = None) -> tuple[Run, SearchConfig]:
    """Go on with a run; its settings are those it was begun with. Raises `RunError`, also for another cohort."""
    run = Run.open(folder, fingerprint=features.fingerprint if features is not None else None)
    return run, SearchConfig.from_json(run.facts.config)


def check_search(features: CohortFeatures, config: SearchConfig) -> None:
    """Raises what `run_search` would raise before its first unit."""
    config.require_device()
    data = SearchData(features)
    parts, leasts = parts_of(config), []
    for part in parts:
        rows = data.part(part)
        for fold in _all_folds(config):
            data.fold(part, fold)
        leasts.append(Plan(config, Size(len(rows.pool), len(rows.test), features.present.shape[1])).least)
    what = (
        f"{config.method} over {len(config.attributes)} attributes with {config.folds} folds of {config.repeats} seeds"
    )
    require_enough(config.budget, max(leasts) * len(parts), what)


def _all_folds(config: SearchConfig) -> list[Fold]:
    """Every fold that some phase will deal."""
    counts = {"search": config.search_folds, short_list.PHASE: config.folds, final.PHASE: config.folds}
    return [fold for purpose, count in counts.items() for fold in folds_of(config, purpose, count)]


def parts_of(config: SearchConfig) -> list[Part]:
    """One part, or the outer folds of nested cross-validation and then everybody."""
    part = Part(config.protocol, config.seed, config.outer_folds)
    if config.protocol != "nested-cv":
        return [part]
    return [*(replace(part, outer=fold) for fold in range(config.outer_folds)), part]


def run_search(
    features: CohortFeatures,
    config: SearchConfig,
    run: Run,
    engine: Engine,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> SearchOutcome:
    """Search, or go on where an earlier call in the same run stopped; `outcome.json` is written at the end.

    The budget is shared evenly among the parts of nested cross-validation. Test scores are read once, after everything
    is decided. Raises `Cancelled` (everything finished is kept), `SearchError`, `DatasetError`, `RunError`,
    `StorageError`.
    """
    if run.facts.fingerprint != features.fingerprint:
        raise RunError(
            "the run was begun on another cohort, or the cohort has changed since",
            path=run.folder,
            remedy="Resume it with the cohort it was begun on, or start a new run in another folder.",
        )
    check_search(features, config)
    store_features(features, run.folder)
    data = open_data(str(run.folder), features.fingerprint)
    parts = parts_of(config)
    found = []
    for number, part in enumerate(parts):
        label = "" if len(parts) == 1 else "all" if part.outer is None else f"outer fold {number + 1}"
        each = config.budget / len(parts)
        work = work_on(part, each, config, data, run, engine, cancel or CancelToken(), sink)
        work.label, work.later = label, each * (len(parts) - number - 1)
        found.append(search_part(work))
    outcome = SearchOutcome(config, features, whole_space(config), found[-1], tuple(found[:-1]))
    facts = outcome_json(outcome)
    run.emit("leaderboard", sink=sink, entries=facts["leaderboard"])
    write_outcome(outcome, facts, run.folder)
    return outcome


def work_on(
    part: Part,
    budget: float,
    config: SearchConfig,
    data: SearchData,
    run: Run,
    engine: Engine,
    cancel: CancelToken,
    sink: EventSink,
) -> Work:
    """The means of a search on one part, with all kinds of units known."""
    arguments = {"folder": str(run.folder), "fingerprint": data.features.fingerprint}
    registry = Registry(FUNCTIONS, Loader(LOADER, arguments))
    return Work(config, part, data, run, engine, registry, cancel, sink, Budget(budget))


def search_part(work: Work) -> PartOutcome:
    """All phases on one part."""
    space = whole_space(work.config)
    proposals = propose(work, space)
    short_list = run_short_list(work, proposals.candidates, work.budget.left - work.plan.reserved)
    winner = short_list.winner.candidate
    ensemble = run_final(work, winner)
    controls = run_controls(work, winner, proposals.singles, space)
    verdict, prediction = judge(work, ensemble, controls)
    scalings = tuple(work.data.scalings(work.data.fold(work.part, fold)[0]) for fold in final_folds(work))
    return PartOutcome(
        work.rows, proposals, short_list, ensemble, controls, verdict, prediction, scalings, dict(work.budget.spent)
    )
