"""`lineament train`: train the hand-designed network."""

from pathlib import Path

import click
from rich.console import Console

from lineament.cli.progress import watched_work


@click.command("train")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Model folder to write.")
@click.option(
    "--cohort",
    type=click.Path(path_type=Path, file_okay=False),
    help="Cohort folder; simulated if not given.",
)
@click.option("--quick", is_flag=True, help="A small cohort and few epochs, to try the machinery out.")
@click.option("--seed", type=int, default=0, show_default=True)
def train_command(out: Path, cohort: Path | None, quick: bool, seed: int) -> None:
    """Train the hand-designed network and save it with its model card."""
    from lineament.training import TrainingConfig, train_hand_designed

    with watched_work() as (cancel, sink):
        config = TrainingConfig.quick(seed=seed, cohort=cohort) if quick else TrainingConfig(seed=seed, cohort=cohort)
        model = train_hand_designed(config, cancel=cancel, sink=sink)
        model.save(out)
    Console(highlight=False, soft_wrap=True).print(f"wrote {out}\n{model.card.summary()}", markup=False)
