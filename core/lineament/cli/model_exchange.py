"""`lineament models export | import | promote | reliability`: models on their way in, out and into use."""

from pathlib import Path

import click
from rich.console import Console

from lineament.cli.progress import watched_work


def add_exchange_commands(group: click.Group) -> None:
    """Put the commands into `lineament models`."""
    for command in (export_command, import_command, promote_command, promotions_command, reliability_command):
        group.add_command(command)


@click.command("export")
@click.argument("model")
@click.option("--onnx", type=click.Path(path_type=Path, dir_okay=False), help="One ONNX file, checked against torch.")
@click.option(
    "--archive", type=click.Path(path_type=Path), help="FILE.zip, or a folder: safetensors and JSON with sums."
)
def export_command(model: str, onnx: Path | None, archive: Path | None) -> None:
    """Write MODEL for other programs (--onnx) or for another Lineament (--archive).

    MODEL is a folder, or the name of a shipped model or of one in your library.
    """
    from lineament.models.exchange.archive import export_archive
    from lineament.models.exchange.library import find_model, load_any

    if onnx is None and archive is None:
        raise click.UsageError("Say what to write: --onnx FILE, --archive FILE, or both.")
    folder = find_model(model).folder
    console = Console(highlight=False, soft_wrap=True)
    if archive is not None:
        console.print(f"wrote {export_archive(folder, archive)}", markup=False)
    if onnx is not None:
        from lineament.models.exchange.onnx_file import export_onnx

        with watched_work() as (cancel, sink):
            made = export_onnx(load_any(folder), onnx, cancel=cancel, sink=sink)  # type: ignore[arg-type]
        console.print(
            f"wrote {made.path} ({made.bytes / 1e6:.1f} MB, {made.seconds:.0f} s): on {made.checked} random inputs it "
            f"differs from the model by at most {made.difference:.1g}",
            markup=False,
        )


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
def import_command(source: Path) -> None:
    """Copy a model's folder, or an archive, into your library; what is not wholly a model is refused."""
    from lineament.models.exchange.importing import import_model

    entry = import_model(source)
    Console(highlight=False, soft_wrap=True).print(f"{entry.name} is in your library: {entry.folder}", markup=False)


@click.command("promote")
@click.argument("model")
def promote_command(model: str) -> None:
    """Put MODEL into use in Review from its next start on, and log who did it and when."""
    from lineament.models.exchange.library import find_model, load_any
    from lineament.models.exchange.promotion import log_promotion

    entry = find_model(model)
    load_any(entry.folder)
    made = log_promotion(entry)
    before = f" instead of {made.previous_model}" if made.previous_model else ""
    Console(highlight=False, soft_wrap=True).print(
        f"{made.model} is in use{before}, put there by {made.who} at {made.utc}", markup=False
    )


@click.command("promotions")
def promotions_command() -> None:
    """List which models were put into use, by whom and when."""
    from lineament.models.exchange.promotion import promotions

    console = Console(highlight=False, soft_wrap=True)
    found = promotions()
    for one in found:
        before = f" instead of {one.previous_model}" if one.previous_model else ""
        console.print(f"{one.utc}  {one.who}: {one.model} ({one.model_hash[:12]}){before}", markup=False)
    if not found:
        console.print("Nobody has put another model than the shipped one into use.", markup=False)


@click.command("reliability")
@click.argument("model", type=click.Path(path_type=Path, file_okay=False))
@click.option("--test", required=True, help="The cohort of the card's figures: a folder, or simulated:PRESET:N[:SEED].")
@click.option("--seconds", type=click.FloatRange(min=60), default=480.0, show_default=True, help="Of each session.")
def reliability_command(model: Path, test: str, seconds: float) -> None:
    """Add the bins of held-out predictions to the card of an older MODEL folder, so that its calibration can be drawn.

    Refused where the persons are not those of the card's figures.
    """
    from lineament.errors import ModelError
    from lineament.inference.reliability import add_reliability
    from lineament.models.ensemble import Ensemble
    from lineament.models.exchange.library import load_any
    from lineament.search.cohort_source import CohortSource

    loaded = load_any(model)
    if not isinstance(loaded, Ensemble):
        raise ModelError(
            "this model reads face crops, which a cohort of recordings has not",
            path=model,
            remedy="Its bins are made when it is trained.",
        )
    with watched_work() as (cancel, sink):
        cohort = CohortSource.parse(test).open(seconds, cancel, sink)
        add_reliability(loaded, cohort, seconds=seconds, cancel=cancel, sink=sink)
    loaded.save(model)
    found = loaded.card.reliability
    assert found is not None
    Console(highlight=False, soft_wrap=True).print(
        f"wrote {model}: {found.inside:.1%} of {found.persons} persons inside intervals of {found.level:.0%}",
        markup=False,
    )
