"""`lineament evaluate`: every system and every control on one cohort, in one table."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from lineament.cli.progress import Notice, watched_work
from lineament.cli.search_cohorts import CohortSource
from lineament.progress import Cancelled, CancelToken, EventSink

if TYPE_CHECKING:
    from lineament.evaluation.settings import EvaluationSettings
    from lineament.evaluation.table import Table
    from lineament.evaluation.views import Material

SEEDS = {"quick": 2, "standard": 3}


@click.command("evaluate")
@click.option("--models", default="all", show_default=True, help="all, or names of systems separated by commas.")
@click.option("--cohort", required=True, help="Folder of a cohort, or simulated:PRESET:PERSONS[:SEED].")
@click.option(
    "--protocol",
    type=click.Choice(("official", "nested-cv")),
    default="official",
    show_default=True,
    help="The cohort's own splits, or person-disjoint nested cross-validation.",
)
@click.option("--quick", is_flag=True, help="Short trainings on two minutes of every session.")
@click.option(
    "--seeds", type=click.IntRange(1), default=None, help="Trainings that differ by chance alone  [3; quick 2]"
)
@click.option("--workers", type=click.IntRange(0), default=0, help="Processes that train at once  [one a core]")
@click.option(
    "--searched",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a finished search, whose architecture is retrained; searched anew if not given.",
)
@click.option(
    "--budget", type=click.IntRange(1), default=None, help="Training steps of the search in every outer fold."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the run and its table.")
def evaluate_command(
    models: str,
    cohort: str,
    protocol: str,
    quick: bool,
    seeds: int | None,
    workers: int,
    searched: Path | None,
    budget: int | None,
    out: Path | None,
) -> None:
    """Compare systems and controls on --cohort and keep table, chart and everything trained in --out.

    Ctrl-C stops after saving; the same command goes on, also after a crash, and with more models or seeds. Published
    figures stand in a section of their own and were not measured here.
    """
    from lineament.evaluation.forms import to_text, write_forms
    from lineament.evaluation.settings import EvaluationSettings

    source = CohortSource.parse(cohort)
    settings = EvaluationSettings.of_preset(protocol, quick=quick, search_budget=budget)
    folder = out or Path(f"evaluation-{_short(source)}-{protocol}{'-quick' if quick else ''}")
    names = [name.strip() for name in models.split(",") if name.strip()]
    wanted = SEEDS[settings.preset] if seeds is None else seeds
    try:
        with watched_work() as (cancel, terminal):
            table = _evaluated(source, settings, names, searched, wanted, workers, folder, cancel, terminal)
            paths = write_forms(table, folder)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled(f"Stopped. What is finished is kept in {folder}; go on by the same command") from None
    console = Console(highlight=False, soft_wrap=True)
    console.print(to_text(table), markup=False, end="")
    for path in paths:
        console.print(f"wrote {path}", markup=False)


def _short(source: CohortSource) -> str:
    return source.folder.name if source.folder is not None else str(source).replace(":", "-")


def _evaluated(
    source: CohortSource,
    settings: "EvaluationSettings",
    names: list[str],
    searched: Path | None,
    seeds: int,
    workers: int,
    folder: Path,
    cancel: CancelToken,
    terminal: EventSink,
) -> "Table":
    from lineament.cli.evaluate_progress import EvaluationProgress
    from lineament.evaluation.evaluate import Asked, evaluate, open_evaluation
    from lineament.evaluation.systems.registry import chosen_systems
    from lineament.search.engines import choose_engine
    from lineament.search.report import record_environment

    material = _read(source, settings.seconds, cancel, terminal)
    systems, told = chosen_systems(names, material.offer, searched)
    for sentence in told:
        terminal(Notice(sentence))
    asked = Asked(systems, seeds, material.views, material.oracle, (*told, *material.notes))
    with open_evaluation(folder, material.features, settings) as run:
        source.keep_in(folder)
        progress = EvaluationProgress(terminal, run)
        # one worker is this process: nothing is gained by a second one that waits for it
        with choose_engine("cpu", {0: None, 1: 0}.get(workers, workers)) as engine:
            record_environment(folder, "cpu", engine.workers)
            return evaluate(material.features, settings, asked, run, engine, cancel, progress)


def _read(source: CohortSource, seconds: float, cancel: CancelToken, terminal: EventSink) -> "Material":
    """The cohort as far as it is evaluated; what a user should know of it is shown. Folders do not hold an oracle."""
    from lineament.evaluation.views import Material, views_of_recorded, views_of_simulated
    from lineament.features.cohort_features import cohort_features
    from lineament.features.events import FeatureWarning
    from lineament.simulation import oracle_predictions, simulate_cohort
    from lineament.video.index_cache import cache_folder

    def tell(event: object) -> None:
        terminal(Notice(event.text) if isinstance(event, FeatureWarning) else event)

    cohort = source.open(seconds, cancel, terminal)
    for note in cohort.notes:
        terminal(Notice(note))
    features = cohort_features(cohort, seconds, cache=cache_folder() / "features", cancel=cancel, sink=tell)
    if source.folder is not None:
        return Material(features, views_of_recorded(cohort), cohort.notes)
    simulated = simulate_cohort(source.persons, source.preset, source.seed, seconds=seconds, cancel=cancel)
    views = views_of_simulated(cohort, simulated, cache_folder() / "crops")
    return Material(features, views, cohort.notes, oracle_predictions(simulated))
