"""`lineament models`: which models are here, what they are, and optional trackers."""

from pathlib import Path

import click
from rich.console import Console

from lineament.resources import resource_path


@click.group("models", invoke_without_command=True)
@click.pass_context
def models_group(context: click.Context) -> None:
    """List the models, show a card, add an optional tracker."""
    if context.invoked_subcommand is None:
        context.invoke(list_command)


@models_group.command("list")
def list_command() -> None:
    """List the shipped models and the optional tracker."""
    from lineament.face import face_landmarker_path
    from lineament.models import load_model

    console = Console(highlight=False, soft_wrap=True)
    for folder in sorted(path for path in resource_path("models").iterdir() if path.is_dir()):
        console.print(f"{folder.name}: {load_model(folder).card.summary()}", markup=False)
    tracker = face_landmarker_path()
    state = f"installed ({tracker})" if tracker else "not installed; `lineament models add face-landmarker FILE`"
    console.print(f"face-landmarker (optional tracker): {state}", markup=False)


@models_group.command("show")
@click.argument("model", type=click.Path(path_type=Path))
def show_command(model: Path) -> None:
    """Print the card of MODEL: the name of a shipped model, or a model folder."""
    from lineament.models import load_model

    folder = model if model.exists() else resource_path("models") / model
    Console(highlight=False, soft_wrap=True).print(load_model(folder).card.markdown(), markup=False)


@models_group.command("add")
@click.argument("kind", type=click.Choice(["face-landmarker"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def add_command(kind: str, file: Path) -> None:
    """Install an optional tracker from a file you have."""
    from lineament.face import install_face_landmarker

    target = install_face_landmarker(file)
    Console(highlight=False, soft_wrap=True).print(f"installed {kind} as {target}", markup=False)
