"""`lineament train`: train any of the systems on a cohort, stop and go on."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from lineament.cli.progress import Notice, watched_work
from lineament.progress import Cancelled, EventSink

if TYPE_CHECKING:
    from lineament.settings import Setting
    from lineament.training.asked import Asked

SYSTEMS = ("hand-designed", "hmhn", "dj-ldml", "mpdrm")
_HAND_DESIGNED = SYSTEMS[0]


@click.command("train")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Model folder to write.")
@click.option(
    "--system",
    type=click.Choice(SYSTEMS),
    help=f"HMHN and DJ-LDML read face crops, MPDRM movement with earlier visits.  [{_HAND_DESIGNED}]",
)
@click.option("--cohort", help="Folder of a cohort, or simulated:PRESET:PERSONS[:SEED].")
@click.option("--preset", type=click.Choice(("small", "full")), help="Sizes and settings  [small; hand-designed full]")
@click.option("--device", type=click.Choice(("auto", "cpu", "cuda")), help="What is trained on  [auto]")
@click.option("--seed", type=int, help="Where random numbers come from  [0]")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Any other setting; may be repeated.")
@click.option("--settings", "list_only", is_flag=True, help="List the settings of --system and --preset, and stop.")
@click.option("--resume", "go_on", is_flag=True, help="Go on with the unfinished training in --out.")
@click.option("--quick", is_flag=True, help="The same as --preset small.")
def train_command(
    out: Path | None,
    system: str | None,
    cohort: str | None,
    preset: str | None,
    device: str | None,
    seed: int | None,
    changes: tuple[str, ...],
    list_only: bool,
    go_on: bool,
    quick: bool,
) -> None:
    """Train a system on --cohort and save it with its model card in --out.

    Ctrl-C stops; the state after the last whole epoch is kept and `--resume` goes on from it, to the same model (bit
    for bit on a processor). Without --cohort the hand-designed network simulates its own.
    """
    from lineament.training import TrainingError, training_settings

    if quick and preset == "full":
        raise TrainingError("--quick and --preset full ask for two presets", remedy="Give one of the two.")
    preset = "small" if quick else preset
    name = system or _HAND_DESIGNED
    if list_only:
        _list(training_settings(name, preset))
        return
    if out is None:
        raise click.UsageError("Missing option '--out'.")
    if go_on:
        given = {"--system": system, "--cohort": cohort, "--preset": preset, "--device": device, "--seed": seed}
        _refuse_other([option for option, value in given.items() if value is not None] + ["--set"] * bool(changes))
        asked = None
    else:
        asked = _asked(name, cohort, {"preset": preset, "device": device, "seed": seed}, changes)
    _run(asked, out)


def _asked(system: str, cohort: str | None, named: dict[str, object], changes: tuple[str, ...]) -> "Asked":
    from lineament.datasets.source import CohortSource
    from lineament.settings import assignments
    from lineament.training import Asked, training_settings

    values = {name: value for name, value in named.items() if value is not None}
    known = training_settings(system, str(values["preset"]) if "preset" in values else None)
    values |= assignments(changes, known, f"lineament train --system {system} --settings")
    return Asked.checked(system, CohortSource.parse(cohort) if cohort is not None else None, values)


def _refuse_other(options: list[str]) -> None:
    if options:
        raise click.UsageError(f"--resume goes on with what was asked; leave {', '.join(options)} out.")


def _run(asked: "Asked | None", out: Path) -> None:
    from lineament.training import resume, train

    try:
        with watched_work() as (cancel, terminal):
            sink = _told(terminal)
            if asked is None:
                model = resume(out, cancel, sink)
            else:
                model = train(asked.system, asked.cohort, asked.settings, out, cancel, sink)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled(_how_to_go_on(out)) from None
    Console(highlight=False, soft_wrap=True).print(f"wrote {out}\n{model.card.summary()}", markup=False)


def _how_to_go_on(out: Path) -> str:
    from lineament.training import unfinished

    if unfinished(out) is None:
        return "Stopped before anything was learnt; run the same command again."
    return f"Stopped. What was learnt is kept; go on with: lineament train --resume --out {out}"


def _told(terminal: EventSink) -> EventSink:
    """Notes, and a line for each epoch, above the bars."""
    from lineament.training import TrainingNote

    def tell(event: object) -> None:
        if isinstance(event, TrainingNote):
            terminal(Notice(event.text))
            return
        terminal(event)
        error = getattr(event, "dev_rmse", None)
        if isinstance(error, float) and getattr(event, "best", False):
            terminal(Notice(f"epoch {event.epoch + 1}: dev RMSE {error:.2f}, the best so far"))  # type: ignore[attr-defined]

    return tell


def _list(settings: "list[Setting]") -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in settings:
        bounds = f"; {one.bounds}" if one.bounds else ""
        choices = f"; {', '.join(one.choices)}" if one.choices else ""
        default = one.default if one.default != "" else "empty"
        console.print(f"{one.name} = {default}  ({one.kind}; {one.help}{bounds}{choices})", markup=False)
