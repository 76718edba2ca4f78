"""`lineament models`: which models are here, what they are, and optional trackers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from lineament.cli.model_exchange import add_exchange_commands
from lineament.cli.progress import watched_work
from lineament.resources import resource_path

if TYPE_CHECKING:
    from lineament.datasets import Cohort
    from lineament.inference.faithfulness import Faithfulness
    from lineament.models import Comparison


@click.group("models", invoke_without_command=True)
@click.pass_context
def models_group(context: click.Context) -> None:
    """List the models, show a card, exchange models, add an optional tracker."""
    if context.invoked_subcommand is None:
        context.invoke(list_command)


add_exchange_commands(models_group)


@models_group.command("list")
def list_command() -> None:
    """List the shipped models, those in your library, and the optional tracker."""
    from lineament.face import face_landmarker_path
    from lineament.models import default_model_folder
    from lineament.models.exchange.library import list_models
    from lineament.models.exchange.promotion import promoted_model

    console = Console(highlight=False, soft_wrap=True)
    default, promoted = default_model_folder().name, promoted_model()
    for entry in list_models():
        marked = "; the default" if entry.origin == "shipped" and entry.folder.name == default else ""
        marked += "; yours" if entry.origin == "own" else ""
        marked += "; in use in Review" if promoted is not None and promoted.model_hash == entry.model_hash else ""
        summary = entry.card.summary() if entry.card is not None else entry.problem
        console.print(f"{entry.folder.name}: {summary}{marked}", markup=False)
    tracker = face_landmarker_path()
    state = f"installed ({tracker})" if tracker else "not installed; `lineament models add face-landmarker FILE`"
    console.print(f"face-landmarker (optional tracker): {state}", markup=False)


@models_group.command("show")
@click.argument("model")
def show_command(model: str) -> None:
    """Print the card of MODEL: the name of a shipped model or of one in your library, or a model folder."""
    from lineament.models import describe_model
    from lineament.models.exchange.library import find_model, load_any

    folder = find_model(model).folder
    load_any(folder)  # a card whose weights are damaged describes nothing
    Console(highlight=False, soft_wrap=True).print(describe_model(folder).card.markdown(), markup=False)


def _folder_of(model: Path) -> Path:
    return model if model.exists() else resource_path("models") / model


@models_group.command("add")
@click.argument("kind", type=click.Choice(["face-landmarker"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def add_command(kind: str, file: Path) -> None:
    """Install an optional tracker from a file you have."""
    from lineament.face import install_face_landmarker

    target = install_face_landmarker(file)
    Console(highlight=False, soft_wrap=True).print(f"installed {kind} as {target}", markup=False)


@models_group.command("faithfulness")
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--cohort",
    type=click.Path(path_type=Path, file_okay=False),
    help="Cohort folder; simulated persons if not given.",
)
@click.option("--split", help="Only the sessions of this split of the cohort.")
@click.option("--persons", type=click.IntRange(min=2), default=60, show_default=True, help="Simulated persons.")
@click.option("--preset", default="realistic", show_default=True, help="Kind of simulated persons.")
@click.option("--seconds", type=click.FloatRange(min=60), default=480.0, show_default=True, help="Of each session.")
@click.option("--draws", type=click.IntRange(min=1), default=20, show_default=True, help="Random removals a session.")
@click.option("--seed", type=int, default=20_000, show_default=True, help="Of simulated persons and random removals.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures as JSON.")
def faithfulness_command(
    model: Path,
    cohort: Path | None,
    split: str | None,
    persons: int,
    preset: str,
    seconds: float,
    draws: int,
    seed: int,
    out: Path | None,
) -> None:
    """Does the score of MODEL change more where its attention is than elsewhere?

    Removes the most attended moments of every session, and as many at random, and each attribute.
    """
    import json

    import numpy as np

    from lineament.inference.faithfulness import measure_faithfulness
    from lineament.models import load_model
    from lineament.models.sessions import windows_of_recordings
    from lineament.storage import write_atomically

    loaded = load_model(_folder_of(model))
    with watched_work() as (cancel, sink):
        chosen = _cohort(cohort, split, persons, preset, seconds, seed)
        sessions = windows_of_recordings(
            chosen, seconds, absent=loaded.absent, task="removing moments and attributes", cancel=cancel, sink=sink
        )
        found = measure_faithfulness(loaded, sessions, np.random.default_rng(seed), draws=draws, cancel=cancel)
    console = Console(highlight=False, soft_wrap=True)
    console.print(_faithfulness_text(loaded.model_id, chosen.name, found), markup=False)
    if out is not None:
        facts = {"model": loaded.model_id, "model_hash": loaded.model_hash, "cohort": chosen.name, "draws": draws}
        write_atomically(out, json.dumps({**facts, **found.to_json()}, indent=1).encode())
        console.print(f"wrote {out}", markup=False)


@models_group.command("from-search")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Model folder to write.")
@click.option("--calibration", required=True, help="Cohort for the intervals: a folder, or simulated:PRESET:N[:SEED].")
@click.option("--test", required=True, help="Cohort for the card's figures, as --calibration.")
@click.option("--cohort", help="The cohort the search ran on, where it is no longer where it was.")
@click.option("--name", default="searched", show_default=True)
@click.option("--comparison", type=click.Path(path_type=Path, dir_okay=False), help="JSON of the card's table.")
def from_search_command(
    run: Path, out: Path, calibration: str, test: str, cohort: str | None, name: str, comparison: Path | None
) -> None:
    """Make a model of the network that the finished search in the folder RUN found.

    Its intervals and figures come from persons that the search did not see.
    """
    from lineament.cli.search_cohorts import CohortSource, source_features
    from lineament.inference.found import read_found
    from lineament.inference.shipping import finish_model, require_strangers, searched_model

    found = read_found(run)
    seconds = float(found.config["seconds"])
    source = CohortSource.parse(cohort) if cohort else CohortSource.of_run(run)
    table = _read_comparison(comparison) if comparison is not None else None
    with watched_work() as (cancel, sink):
        strangers = [CohortSource.parse(text).open(seconds, cancel, sink) for text in (calibration, test)]
        require_strangers(source.open(seconds, cancel, sink), *strangers)
        model = searched_model(found, source_features(source, seconds, cancel, sink), name)
        finish_model(model, found, *strangers, seconds=seconds, comparison=table, cancel=cancel, sink=sink)
        model.save(out)
    Console(highlight=False, soft_wrap=True).print(f"wrote {out}\n{model.card.summary()}", markup=False)


def _read_comparison(path: Path) -> "Comparison":
    import json

    from lineament.errors import ModelError
    from lineament.models import Comparison

    try:
        return Comparison.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            "this is not a table for a model card", path=path, remedy="Give title, columns, rows."
        ) from error


def _cohort(folder: Path | None, split: str | None, persons: int, preset: str, seconds: float, seed: int) -> "Cohort":
    from lineament.datasets import Cohort, open_cohort
    from lineament.simulation import simulate_cohort

    if folder is None:
        return Cohort.from_simulation(simulate_cohort(persons, preset=preset, seed=seed, seconds=seconds))
    cohort = open_cohort(folder)
    return cohort.split(split) if split else cohort


def _faithfulness_text(model: str, cohort: str, found: "Faithfulness") -> str:
    """Figures for the terminal, in points of the scale."""
    short = f", {found.left_out} left out as too short" if found.left_out else ""
    lines = [
        f"{model} on {found.sessions} sessions of {cohort}{short}.",
        "Mean change of the score in points, with 95 % bootstrap intervals over sessions:",
    ]
    lines += [
        f"  {m.share:.0%} of the moments removed: most attended {m.top}, at random {m.random}, "
        f"difference {m.difference}; larger in {m.above:.0%} of sessions"
        for m in found.moments
    ]
    if found.attributes is not None:
        a = found.attributes
        shares = (f"{name} {a.attention[name]:.2f} of attention, {a.effect[name]:.2f} points" for name in a.effect)
        lines += [
            f"  an attribute left out: {'; '.join(shares)}",
            f"  most attended attribute against the mean of the others: {a.difference}; larger in {a.above:.0%}",
            f"  rank correlation of attention with effect within a session: {a.rank}",
        ]
    return "\n".join(lines)
