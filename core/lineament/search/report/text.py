"""A report for the terminal: the verdict, the leaderboard with its tests, the cells, the budget, the method card."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from lineament.models.architecture.drawing import to_text as architecture_text
from lineament.search.report.facts import data_facts, run_facts
from lineament.search.report.figures import SIDES, comparison, estimate, side_title
from lineament.search.report.report import Report


def to_text(report: Report, width: int = 110) -> str:
    """The whole report as plain text, at most `width` characters a line."""
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, legacy_windows=False)
    for part in _parts(report):
        console.print(part)
    written = console.file
    assert isinstance(written, StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def summary(report: Report) -> str:
    """Verdict and winner in a few lines."""
    lines = list(report.sentences)
    if report.outcome is not None:
        winner = report.outcome["winner"]
        lines.append(f"Architecture: {winner['name']} ({winner['origin']}), {winner['parameters']:,} parameters.")
        lines.append(coverage_sentence(report))
    return "\n".join([*lines, *report.labels])


def coverage_sentence(report: Report) -> str:
    """How often the intervals held."""
    assert report.outcome is not None
    level = f"{report.config.level:.0%}".replace("%", " %")
    parts = []
    for side in SIDES:
        table = report.outcome[side]
        if table:
            share = f"{100 * table['coverage']:.0f} % of {len(table['scores'])} sessions {side_title(side)}"
            parts.append(f"{share} (mean width {table['width']:.1f})")
    return f"The {level} intervals held {' and '.join(parts)}."


def nested_sentence(nested: Mapping[str, Any]) -> str:
    """The final predictor of every outer fold against the constant, and how often the intervals held."""
    found = nested["final against constant"]
    gain = f"{found['rmse_gain']:+.2f} ({found['low']:+.2f} to {found['high']:+.2f}), p = {found['p']:.3g}"
    held = f"{100 * nested['coverage']:.0f} % of {len(nested['scores'])} sessions"
    return f"Against the constant the final predictors gain {gain}; the intervals held {held}."


def _parts(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(f"Search report: {report.cohort.get('name', report.folder.name)}"), Text("")]
    parts += [Text(sentence) for sentence in report.sentences]
    parts += [Text(label) for label in report.labels]
    parts += [_section("Data", _pairs(data_facts(report)))]
    if report.outcome is not None:
        parts.append(_section("What was found", _found(report)))
        for side in SIDES:
            if report.outcome[side]:
                parts.append(_section(f"Leaderboard, {side_title(side)}", _leaderboard(report.outcome, side)))
        if report.outcome["nested"]:
            nested = report.outcome["nested"]
            parts.append(_section("Leaderboard, all outer test folds together", _nested(nested)))
            parts.append(Text(nested_sentence(nested)))
        parts.append(Text(coverage_sentence(report)))
    if report.short_list:
        parts.append(_section("Short list", _short_list(report.short_list)))
    parts.append(_section("Budget", _budget(report)))
    parts.append(_section("Method card (Lindauer and Hutter 2020)", _card(report)))
    return [*parts, _section("How to repeat it", _pairs(run_facts(report)))]


def _section(title: str, content: RenderableType) -> RenderableType:
    return Group(Text(""), Text(title.upper()), content)


def _pairs(facts: Mapping[str, str]) -> Table:
    table = _table("", "")
    for name, value in facts.items():
        table.add_row(name, value)
    table.show_header = False
    return table


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _found(report: Report) -> RenderableType:
    genotype = report.genotype
    assert genotype is not None
    return Text(architecture_text(genotype))


def _leaderboard(outcome: Mapping[str, Any], side: str) -> Table:
    table = _table("predictor", "RMSE (95 %)", "MAE", "CCC", "r", "p vs constant", "p vs ridge", "p vs hand-designed")
    for row in outcome["leaderboard"]:
        figures = row[side]
        if figures is None:
            continue
        tests = [comparison(figures.get(f"against {name}")) for name in ("constant", "ridge", "hand-designed")]
        points = [estimate(figures[name], short=True) for name in ("mae", "ccc", "r")]
        table.add_row(row["name"], estimate(figures["rmse"]), *points, *tests)
    return table


def _nested(nested: Mapping[str, Any]) -> Table:
    table = _table("predictor", "RMSE (95 %)", "MAE", "CCC", "r")
    rows = sorted(nested["leaderboard"].items(), key=lambda item: item[1]["rmse"]["value"])
    for name, figures in rows:
        points = [estimate(figures[key], short=True) for key in ("mae", "ccc", "r")]
        table.add_row(name, estimate(figures["rmse"]), *points)
    return table


def _short_list(entries: Sequence[Mapping[str, Any]], most: int = 10) -> Table:
    table = _table("candidate", "proposed by", "parameters", "seeds", "mean RMSE")
    for entry in entries[:most]:
        facts = (f"{entry['parameters']:,}", f"{entry['seeds']}", f"{entry['mean_rmse']:.3f}")
        table.add_row(entry["name"], entry["origin"], *facts)
    if len(entries) > most:
        table.add_row(f"and {len(entries) - most} more", "", "", "", "")
    return table


def _budget(report: Report) -> Table:
    table = _table("phase", "steps", "pieces of work", "seconds of work", "seconds passed")
    for phase in report.history.phases:
        spent = f"{phase.spent:,.0f}" if phase.spent is not None else f"not finished ({phase.cost:,.0f} expected)"
        table.add_row(phase.title, spent, f"{phase.units}", f"{phase.seconds:,.0f}", f"{phase.wall_s:,.0f}")
    return table


def _card(report: Report) -> Table:
    table = _table("", "practice", "", "shown by")
    for practice in report.card:
        table.add_row(f"{practice.number}", practice.practice, practice.status, practice.fact)
    return table
