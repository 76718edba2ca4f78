"""`lineament crops`: aligned face crops of a video that was analysed, and what both commands say about crops."""

from pathlib import Path

import click
from rich.console import Console

from lineament.analysis.place import choose_place
from lineament.cli.progress import watched_work
from lineament.crops import CropFile, CropRequest, make_crops, parse_requests
from lineament.errors import RecordingError
from lineament.recording import SUFFIX, open_recording
from lineament.video import VideoReader


def wanted_crops(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[CropRequest, ...]:
    """What --crops says; the callback of both commands' option."""
    if text is None:
        return ()
    try:
        return parse_requests(text)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from error


@click.command("crops")
@click.argument("video", type=click.Path(path_type=Path))
@click.option("--crops", "requests", callback=wanted_crops, default="112@8,224@2", show_default=True)
@click.option(
    "--recording", type=click.Path(path_type=Path), help="Its recording, where that is not beside it or in --out."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder that `analyze` wrote to.")
@click.option("--face", type=int, help="Another face than the participant's, by its number.")
@click.option("--fresh", is_flag=True, help="Cut again even where the crops are there.")
def crops_command(
    video: Path,
    requests: tuple[CropRequest, ...],
    recording: Path | None,
    out: Path | None,
    face: int | None,
    fresh: bool,
) -> None:
    """Cut aligned face crops out of VIDEO, which was analysed before, and write them beside its recording.

    A stopped or killed run goes on where it stopped when the same command is run again.
    """
    console = Console(highlight=False, soft_wrap=True)
    measured = open_recording(recording or recording_of(video, out), face)
    with watched_work() as (cancel, sink):
        made = make_crops(video, measured, requests, fresh=fresh, cancel=cancel, sink=sink)
    report_crops(console, made)


def report_crops(console: Console, made: tuple[CropFile, ...]) -> None:
    for crops in made:
        megabytes = crops.path.stat().st_size / 1e6
        console.print(f"  wrote {crops.path}: {len(crops)} crops, {megabytes:.1f} MB", markup=False)


def recording_of(video: Path, out: Path | None) -> Path:
    """The recording of this very video: in the folder given, beside the video, or in the user's own data folder."""
    with VideoReader(video) as reader:
        digest = reader.info.content_hash
    for folder in (out,) if out is not None else (video.parent, None):
        place = choose_place(video, digest, folder)
        if place.recording.is_file():
            return place.recording
    raise RecordingError(
        f"no recording ({video.stem}{SUFFIX}) of this video was found",
        path=video,
        remedy="Run `lineament analyze` on it first, or name the recording with --recording.",
    )
