"""`lineament simulate`: the avatar as a video with exact truth, and cohorts of simulated behaviour."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from lineament.cli.crops import wanted_crops
from lineament.cli.progress import watched_work
from lineament.crops import CropRequest
from lineament.progress import CancelToken, EventSink

if TYPE_CHECKING:
    from lineament.simulation import SimulatedCohort

_DEFAULT_PERSONS = 189
_LAYOUTS = ("simulated", "daic-woz", "e-daic", "avec2013", "avec2014", "openface", "d-vlog", "lmvd")
"""Lineament's own form first, then the names of `datasets.WRITERS`."""


@click.group("simulate")
def simulate_group() -> None:
    """Make simulated videos and cohorts. They show that the software works; they say nothing about people."""


@simulate_group.command("avatar")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Video to write (.mp4).")
@click.option("--seconds", type=click.FloatRange(min=0.2), default=30.0, show_default=True)
@click.option("--fps", type=click.FloatRange(min=1, max=240), default=30.0, show_default=True)
@click.option("--size", type=(int, int), default=(1280, 720), show_default=True, help="Width and height in pixels.")
@click.option("--seed", type=int, default=0, show_default=True, help="Person and behaviour.")
@click.option("--script", default="interview", show_default=True, help="What the avatar does.")
@click.option("--silent", is_flag=True, help="Leave the sound out.")
def avatar_command(
    out: Path, seconds: float, fps: float, size: tuple[int, int], seed: int, script: str, silent: bool
) -> None:
    """Render a talking avatar to a video, with its ground truth beside it."""
    from lineament.simulation.avatar import render_avatar

    with watched_work() as (cancel, sink):
        truth = render_avatar(
            out,
            seconds=seconds,
            fps=fps,
            size=size,
            seed=seed,
            script=script,
            sound=not silent,
            cancel=cancel,
            sink=sink,
        )
    Console(highlight=False, soft_wrap=True).print(f"wrote {out}\nwrote {truth}", markup=False)


@simulate_group.command("cohort")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to make.")
@click.option("--persons", type=int, default=None, help="How many  [default: 189]")
@click.option(
    "--preset",
    default="realistic",
    show_default=True,
    help="realistic, null, longitudinal, matched; strong and planted are toys.",
)
@click.option("--like", type=click.Choice(["daic-woz"]), help="Splits and session lengths of a corpus.")
@click.option("--seconds", type=float, default=None, help="Length of a session  [default: 600, or the corpus's]")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--layout",
    type=click.Choice(_LAYOUTS),
    default=_LAYOUTS[0],
    show_default=True,
    help="Whose files to write. PHQ-8 becomes BDI-II in AVEC's (63/24 of it, halves up) and 0 or 1 in the vlogs' "
    "(10 or more is 1).",
)
def cohort_command(
    out: Path, persons: int | None, preset: str, like: str | None, seconds: float | None, seed: int, layout: str
) -> None:
    """Simulate a cohort of interviews with PHQ-8 scores in the form real recordings have.

    Prints what an oracle reaches that knows every session's true behaviour: no model can do better.
    """
    from lineament.simulation import cohort_oracle

    with watched_work() as (cancel, sink):
        cohort = _made(persons, preset, like, seconds, seed, cancel, sink)
        started = time.perf_counter()
        simulated = _written(cohort, out, layout, cancel, sink)
        took = time.perf_counter() - started
    said = Console(highlight=False, soft_wrap=True)
    said.print(f"wrote {cohort.persons} simulated persons to {out}: {_described(cohort)}", markup=False)
    if simulated:
        said.print(f"{simulated / took:.1f} sessions a second")
    said.print(f"oracle on these sessions: {cohort_oracle(cohort)}", markup=False)


@simulate_group.command("crops")
@click.argument("cohort", type=click.Path(path_type=Path, file_okay=False))
@click.option("--crops", "requests", callback=wanted_crops, default="112@8", show_default=True)
@click.option("--seconds", type=click.FloatRange(min=1), help="Of each session  [default: all]")
@click.option("--workers", type=click.IntRange(0), default=0, help="Processes that draw at once  [one a core]")
def crops_command(cohort: Path, requests: tuple[CropRequest, ...], seconds: float | None, workers: int) -> None:
    """Draw the faces of the simulated persons in the folder COHORT as aligned crops, beside their recordings.

    Models of face crops can then be trained on it. A stopped run goes on when the same command is run again.
    """
    from lineament.crops.cohort import write_simulated_crops
    from lineament.simulation import reopen_cohort

    said = Console(highlight=False, soft_wrap=True)
    with watched_work() as (cancel, sink):
        made = reopen_cohort(cohort, cancel=cancel, sink=sink)
        for request in requests:
            files = write_simulated_crops(
                made,
                cohort,
                request,
                seconds=seconds,
                beside=True,
                workers=workers or os.cpu_count() or 1,
                cancel=cancel,
                sink=sink,
            )
            megabytes = sum(file.stat().st_size for file in files) / 1e6
            said.print(f"wrote the crops {request} of {len(files)} sessions, {megabytes:.1f} MB", markup=False)


def _written(cohort: "SimulatedCohort", out: Path, layout: str, cancel: CancelToken, sink: EventSink) -> int:
    """How many sessions were simulated, 0 where the layout's writer does not say."""
    if layout == _LAYOUTS[0]:
        from lineament.simulation import write_cohort

        return write_cohort(cohort, out, cancel=cancel, sink=sink)
    from lineament.datasets import WRITERS, Cohort

    WRITERS[layout](Cohort.from_simulation(cohort), out, cancel=cancel, sink=sink)
    return 0


def _made(
    persons: int | None,
    preset: str,
    like: str | None,
    seconds: float | None,
    seed: int,
    cancel: CancelToken,
    sink: EventSink,
) -> "SimulatedCohort":
    from lineament.simulation import like_daic_woz, simulate_cohort
    from lineament.simulation.cohort import DEFAULT_SECONDS

    if like is None:
        length = DEFAULT_SECONDS if seconds is None else seconds
        n = _DEFAULT_PERSONS if persons is None else persons
        return simulate_cohort(n, preset, seed, seconds=length, cancel=cancel, sink=sink)
    if seconds is not None:
        raise click.UsageError("--like sets the sessions' lengths; leave --seconds out.")
    return like_daic_woz(preset, seed, persons=persons, cancel=cancel, sink=sink)


def _described(cohort: "SimulatedCohort") -> str:
    sessions = f", {len(cohort)} sessions" if len(cohort) != cohort.persons else ""
    return f"{cohort.name}{sessions}"
