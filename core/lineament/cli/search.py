"""`lineament search`: find a network for a cohort, go on with a stopped search, report what one found."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from lineament.cli.progress import watched_work
from lineament.cli.search_cohorts import CohortSource, source_features
from lineament.cli.search_options import asked_for, cohort_and_settings, ray_option
from lineament.progress import Cancelled, CancelToken, EventSink

if TYPE_CHECKING:
    from lineament.features.cohort_features import CohortFeatures
    from lineament.search.config import SearchConfig
    from lineament.search.engines import Engine
    from lineament.search.runs import Run

FORMATS = ("text", "json", "html", "svg", "dot")


class _RunByDefault(click.Group):
    """`lineament search --cohort ...` is `lineament search run --cohort ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("search", cls=_RunByDefault, context_settings={"help_option_names": ["-h", "--help"]})
def search_group() -> None:
    """Search for the network that fits a cohort best; `run` is meant where no other command is named."""


@search_group.command("run")
@cohort_and_settings
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="New folder for the run.")
@ray_option
def run_command(
    cohort: str | None,
    settings: Path | None,
    out: Path,
    budget: str | None,
    quick: bool,
    changes: tuple[str, ...],
    ray: str,
    **named: Any,
) -> None:
    """Search on --cohort and keep everything in --out.

    Ctrl-C stops after saving; `lineament search resume` goes on, also after a crash.
    """
    source, config = asked_for(cohort, settings, budget, quick, changes, named)
    _work(out, source, config, config.workers, ray)


@search_group.command("estimate")
@cohort_and_settings
@click.option("--runs", type=click.Path(path_type=Path, file_okay=False), help="Folder of earlier runs to go by.")
def estimate_command(
    cohort: str | None,
    settings: Path | None,
    runs: Path | None,
    budget: str | None,
    quick: bool,
    changes: tuple[str, ...],
    **named: Any,
) -> None:
    """Say how long a search will take and how much memory, without searching.

    One step is tried on the cohort; with --runs the speed is that of earlier runs on this machine.
    """
    from lineament.search.preflight_trial import full_estimate

    source, config = asked_for(cohort, settings, budget, quick, changes, named)
    with watched_work() as (cancel, terminal):
        features = source_features(source, config.seconds, cancel, terminal)
        found, _ = full_estimate(features, config, None, runs, cancel)
    Console(highlight=False, soft_wrap=True).print(found.words, markup=False)


@search_group.command("resume")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option("--cohort", default=None, help="The cohort, where it is no longer where it was.")
@click.option("--workers", type=click.IntRange(0), default=None, help="Another number of processes than before.")
@ray_option
def resume_command(run: Path, cohort: str | None, workers: int | None, ray: str) -> None:
    """Go on with the search in the folder RUN; what is finished is not done again.

    Wherever it was computed before, it goes on where it is told to now: on --ray, or on this computer.
    """
    from lineament.search.config import SearchConfig
    from lineament.search.runs.run import read_facts

    config = SearchConfig.from_json(read_facts(run).config)
    source = CohortSource.parse(cohort) if cohort else CohortSource.of_run(run)
    _work(run, source, config, config.workers if workers is None else workers, ray, resumed=True)


@search_group.command("report")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; printed if not given.")
def report_command(run: Path, form: str, out: Path | None) -> None:
    """Report what the search in the folder RUN found, or how far it is.

    html is one page for a browser; svg and dot draw the found architecture alone.
    """
    from lineament.search.report import FORMS, build_report, to_text
    from lineament.storage import write_atomically

    report = build_report(run)
    console = Console(highlight=False, soft_wrap=True)
    if form == "text" and out is None:
        width = console.width if console.is_terminal else 110
        console.print(to_text(report, width), markup=False, end="")
        return
    content = FORMS[form](report)
    if out is None:
        click.echo(content, nl=False)
        return
    write_atomically(out, content.encode())
    console.print(f"wrote {out}", markup=False)


@search_group.command("settings")
def settings_command() -> None:
    """List every setting that --set takes."""
    from lineament.search.config import SETTINGS

    table = Table(box=None, pad_edge=False)
    for title in ("setting", "default", "allowed", "what it is"):
        table.add_column(title)
    for one in SETTINGS:
        default = ", ".join(one.default) if isinstance(one.default, tuple) else f"{one.default}"
        table.add_row(one.name, default, ", ".join(one.choices) or one.bounds, one.help)
    Console(highlight=False).print(table)


def _work(
    folder: Path, source: CohortSource, config: "SearchConfig", workers: int, ray: str, *, resumed: bool = False
) -> None:
    """Search in `folder`, say what was found, or how to go on with it."""
    from lineament.search.engines import choose_engine

    # one worker is this process: nothing is gained by a second one that waits for it
    number = {0: None, 1: 0}.get(workers, workers)
    try:
        # a cluster that cannot be used is told before anything is computed for it
        with watched_work() as (cancel, terminal), choose_engine(config.device_name, number, ray=ray) as engine:
            features = source_features(source, config.seconds, cancel, terminal)
            with _opened(folder, source, features, config, resumed=resumed) as run:
                _search(run, features, config, engine, cancel, terminal)
    except (Cancelled, KeyboardInterrupt):
        again = f'lineament search resume "{folder}"' + (f" --ray {ray}" if ray else "")
        command = again if (folder / "run.json").exists() else "the same command"
        raise Cancelled(f"Stopped. What is finished is kept; go on by {command}") from None
    _say_result(folder)


def _opened(
    folder: Path, source: CohortSource, features: "CohortFeatures", config: "SearchConfig", *, resumed: bool
) -> "Run":
    from lineament.search.search import create_run, open_run

    run = open_run(folder, features)[0] if resumed else create_run(folder, features, config)
    source.keep_in(folder)
    return run


def _search(
    run: "Run",
    features: "CohortFeatures",
    config: "SearchConfig",
    engine: "Engine",
    cancel: CancelToken,
    terminal: EventSink,
) -> None:
    from lineament.cli.search_progress import SearchProgress
    from lineament.search.control.commands import session
    from lineament.search.report import record_environment
    from lineament.search.search import run_search

    progress = SearchProgress(terminal, run, config.budget)
    record_environment(run.folder, config.device_name, engine.workers)
    with session(run, progress):
        run_search(features, config, run, engine, cancel, progress)
    progress.finish()


def _say_result(folder: Path) -> None:
    from lineament.search.report import build_report, summary

    console = Console(highlight=False, soft_wrap=True)
    console.print(summary(build_report(folder)), markup=False)
    console.print(f'The whole report: lineament search report "{folder}"', markup=False)
