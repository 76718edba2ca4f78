"""`lineament simulate`: the avatar as a video with exact truth, and cohorts of simulated behaviour."""

from pathlib import Path

import click
from rich.console import Console

from lineament.cli.progress import watched_work


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
@click.option("--persons", type=click.IntRange(min=1), default=189, show_default=True)
@click.option("--preset", default="realistic", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def cohort_command(out: Path, persons: int, preset: str, seed: int) -> None:
    """Simulate a cohort of interviews with PHQ-8 scores in the form real recordings have."""
    from lineament.simulation import simulate_cohort, write_cohort

    with watched_work() as (cancel, sink):
        cohort = simulate_cohort(persons, preset=preset, seed=seed, cancel=cancel, sink=sink)
        write_cohort(cohort, out)
    Console(highlight=False, soft_wrap=True).print(f"wrote {persons} simulated persons to {out}", markup=False)
