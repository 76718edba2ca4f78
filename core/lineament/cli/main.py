"""Entry point of `lineament`, and the one place where an error becomes a sentence and an exit status."""

import sys

import click
from rich.console import Console

from lineament.cli.analyze import analyze_command
from lineament.cli.crops import crops_command
from lineament.cli.estimating import estimate_command
from lineament.cli.evaluate import evaluate_command
from lineament.cli.models import models_group
from lineament.cli.review import review_command
from lineament.cli.search import search_group
from lineament.cli.self_test import run_self_test
from lineament.cli.simulate import simulate_group
from lineament.cli.train import train_command
from lineament.errors import LineamentError
from lineament.progress import Cancelled
from lineament.version import __version__

EXIT_FAILED = 1
EXIT_STOPPED = 130  # what shells use for a program ended by Ctrl-C


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lineament")
@click.option(
    "--self-test",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=run_self_test,
    help="Try what this installation can do, print a table and end: 0 where nothing failed.",
)
def cli() -> None:
    """Measure, model and review facial behaviour. Research use only: model estimates, never a diagnosis."""


cli.add_command(analyze_command)
cli.add_command(crops_command)
cli.add_command(estimate_command)
cli.add_command(review_command)
cli.add_command(simulate_group)
cli.add_command(train_command)
cli.add_command(search_group)
cli.add_command(evaluate_command)
cli.add_command(models_group)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with 0, 1 (failed, one sentence on stderr), 2 (usage) or 130 (stopped)."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        cli.main(args=arguments, prog_name="lineament", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LineamentError as error:
        errors.print(f"error: {error}", markup=False)
        sys.exit(EXIT_FAILED)
    except (Cancelled, KeyboardInterrupt, click.Abort) as stopped:
        errors.print(
            str(stopped) or "Stopped. What is finished is kept; run the same command to continue.", markup=False
        )
        sys.exit(EXIT_STOPPED)


if __name__ == "__main__":
    main()
