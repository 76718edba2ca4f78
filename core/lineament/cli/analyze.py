"""`lineament analyze`: measure videos, score them, and write what was found."""

from pathlib import Path

import click
from rich.console import Console

from lineament.analysis import AnalysisSettings
from lineament.cli.crops import report_crops, wanted_crops
from lineament.cli.estimate import describe_estimate, find_and_load, write_estimate
from lineament.cli.progress import watched_work
from lineament.crops import CropRequest, analyze_with_crops
from lineament.errors import LineamentError
from lineament.models import Prediction
from lineament.recording import Recording, write_openface_csv


@click.command("analyze")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the results.")
@click.option("--openface-csv", is_flag=True, help="Also write an OpenFace 2.x CSV beside each recording.")
@click.option(
    "--tracker",
    type=click.Choice(["facemesh", "face-landmarker"]),
    default="facemesh",
    show_default=True,
    help="face-landmarker needs `lineament models add face-landmarker FILE` once.",
)
@click.option(
    "--model",
    help="Folder or name of the model to score with; the shipped one if not given.",
)
@click.option("--any-extractor", is_flag=True, help="Score even if the model was trained on another extractor; marked.")
@click.option("--crops", callback=wanted_crops, help="Also keep aligned face crops, for example 112@8,224@2.")
@click.option("--fresh", is_flag=True, help="Measure again even where a finished or begun analysis is there.")
def analyze_command(
    files: tuple[Path, ...],
    out: Path,
    openface_csv: bool,
    tracker: str,
    model: str | None,
    any_extractor: bool,
    crops: tuple[CropRequest, ...],
    fresh: bool,
) -> None:
    """Measure each of FILES, write its recording to the folder --out, and print the model estimate.

    A stopped or killed analysis goes on where it stopped when the same command is run again.
    """
    from lineament.inference import estimate
    from lineament.models.pixels import PixelModel

    console = Console(highlight=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    loaded = find_and_load(model)
    request = loaded.crop_request if isinstance(loaded, PixelModel) else None
    wanted = tuple(dict.fromkeys((*crops, *((request,) if request is not None else ()))))
    settings = AnalysisSettings(tracker=tracker, fresh=fresh)
    failed = 0
    for file in files:
        try:
            with watched_work() as (cancel, sink):
                recording, made = analyze_with_crops(file, out, settings, wanted, cancel=cancel, sink=sink)
                prediction = estimate(loaded, recording, force=any_extractor, cancel=cancel, sink=sink)
                written = write_results(recording, prediction, file, out, openface_csv)
            report(console, file, prediction, written)
            report_crops(console, made)
        except LineamentError as error:
            failed += 1
            errors.print(f"error: {error}", markup=False)
    if failed:
        raise SystemExit(1)


def write_results(
    recording: Recording, prediction: Prediction, file: Path, out: Path, openface_csv: bool
) -> list[Path]:
    """Write what goes beside the recording; the paths written."""
    written = []
    if openface_csv:
        target = out / f"{file.stem}.csv"
        write_openface_csv(recording, target)
        written.append(target)
    estimate = out / f"{file.stem}.estimate.json"
    write_estimate(prediction, recording, estimate)
    written.append(estimate)
    return written


def report(console: Console, file: Path, prediction: Prediction, written: list[Path]) -> None:
    console.print(f"{file.name}: {describe_estimate(prediction)}", markup=False)
    for path in written:
        console.print(f"  wrote {path}", markup=False)
