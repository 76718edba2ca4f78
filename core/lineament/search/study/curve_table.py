"""The learning curves as tables: a row a predictor, a column a number of persons."""

from collections.abc import Mapping, Sequence
from typing import Any

from lineament.search.study.table import Line, kinds, line_of

Cells = Sequence[Mapping[str, Any]]


def curves_to_markdown(points: Cells) -> str:
    """A table for every preset, with the share of the reachable gain and the RMSE; empty without points."""
    return "\n".join(_table(points, preset) for preset in sorted({preset for preset, _ in kinds(points)}))


def _table(points: Cells, preset: str) -> str:
    own = [point for point in points if point["cohort"]["preset"] == preset]
    sizes = sorted({point["cohort"]["train"] for point in own})
    names = list(dict.fromkeys(name for point in own for name in point["predictions"]))
    seeds = len({point["cohort"]["seed"] for point in own})
    toy = " (toy)" if preset in ("strong", "planted") else ""
    head = (
        f"### {preset}{toy}: learning curves, {own[0]['cohort']['test']} persons to be tested on, {seeds} cohorts\n\n"
        "Share of the reachable gain; RMSE.\n\n"
        f"| predictor | {' | '.join(f'{size:,} persons' for size in sizes)} |\n|{'---|' * (len(sizes) + 1)}\n"
    )
    return head + "".join(_row(own, name, sizes) for name in names) + "\n"


def _row(points: Cells, name: str, sizes: Sequence[int]) -> str:
    cells = []
    for size in sizes:
        there = [p for p in points if p["cohort"]["train"] == size and name in p["predictions"]]
        cells.append(_cell(line_of(name, there, name, searched=False)) if there else "")
    return f"| {name} | {' | '.join(cells)} |\n"


def _cell(line: Line) -> str:
    share = f"{line.share.value:.0%} ({line.share.low:.0%} to {line.share.high:.0%})"
    return f"{share}; {line.rmse.value:.2f} ({line.rmse.low:.2f}-{line.rmse.high:.2f})"
