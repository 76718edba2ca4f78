"""`lineament estimate`: what a model says of a recording that is there."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from lineament.cli.crops import recording_of
from lineament.cli.estimate import describe_estimate, describe_habit, estimate_json, find_and_load, write_estimate
from lineament.cli.progress import watched_work
from lineament.recording import SUFFIX, Recording, open_recording

STDOUT = Path("-")


@click.command("estimate")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--model", help="Model folder, or the name of a shipped model or of one in your library.")
@click.option(
    "--earlier",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A recording of the same person's earlier visit, for MPDRM; may be repeated.",
)
@click.option("--video", type=click.Path(path_type=Path), help="What was recorded, for models of face crops.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write all of it as JSON; - for the terminal.")
@click.option("--any-extractor", is_flag=True, help="Score even if the model was trained on another extractor; marked.")
def estimate_command(
    recording: Path,
    model: str | None,
    earlier: tuple[Path, ...],
    video: Path | None,
    target: Path | None,
    any_extractor: bool,
) -> None:
    """Print the model estimate for RECORDING: a recording, or a video that `analyze` measured.

    The interval comes first; the point estimate means little without it. For models of face crops the crops are cut
    from the video on the way, and kept beside the recording.
    """
    from lineament.inference import estimate

    loaded = find_and_load(model)
    measured, filmed = _opened(recording)
    before = [_opened(path)[0] for path in earlier]
    with watched_work() as (cancel, sink):
        found = estimate(
            loaded,
            measured,
            earlier=before,
            video=video or filmed,
            force=any_extractor,
            cancel=cancel,
            sink=sink,
        )
    if target == STDOUT:
        json.dump(estimate_json(found, measured), sys.stdout, indent=1)
        sys.stdout.write("\n")
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{recording.name}: {describe_estimate(found)}", markup=False)
    if found.habit is not None:
        console.print(f"  {describe_habit(found.habit)}", markup=False)
    if target is not None:
        write_estimate(found, measured, target)
        console.print(f"  wrote {target}", markup=False)


def _opened(path: Path) -> tuple[Recording, Path | None]:
    """The recording, and the video where that is what was named."""
    is_recording = path.is_dir() or path.suffix.lower() in (".csv", Path(SUFFIX).suffix) or "_CLNF_" in path.name
    if is_recording or not path.exists():
        return open_recording(path), None
    return open_recording(recording_of(path, None)), path
