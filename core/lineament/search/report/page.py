"""A report as one HTML page that loads nothing: written like a short paper, drawn as SVG, light and dark."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from lineament.datasets.scales import SCALES
from lineament.models.architecture.drawing import to_svg
from lineament.models.architecture.drawing.canvas import Canvas
from lineament.models.architecture.drawing.lines import to_text as architecture_text
from lineament.models.architecture.drawing.palette import palette
from lineament.models.architecture.drawing.words import label
from lineament.search.report.charts import budget_bars, forest, heat_map, interval_chart, loss_chart
from lineament.search.report.facts import data_facts, run_facts
from lineament.search.report.figures import SIDES, comparison, estimate, side_title
from lineament.search.report.report import Report
from lineament.search.report.style import style
from lineament.search.report.text import coverage_sentence, nested_sentence

_CONTROLS = ("constant", "ridge", "hand-designed")


def to_html(report: Report) -> str:
    """The whole report as one page."""
    title = f"Search on {report.cohort.get('name', report.folder.name)}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="muted">{escape(_subtitle(report))}</p>',
        f'<div class="notice">{"".join(f"<p>{escape(words)}</p>" for words in report.labels)}</div>',
        *_verdict(report),
        *_section("Data", [_card(_facts(data_facts(report)))]),
        *(_found(report) if report.outcome is not None else []),
        *_section("How it was found", _process(report)),
        *_section("Method card", [_method_card(report)]),
        *_section("How to repeat it", _repeat(report)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style()}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _subtitle(report: Report) -> str:
    method = f"{report.config.method}: {report.config.method_facts.summary}"
    return f"{method}; {report.config.budget:,} training steps; begun {report.facts.created}"


def _section(title: str, parts: Iterable[str]) -> list[str]:
    return [f"<h2>{escape(title)}</h2>", *parts]


def _verdict(report: Report) -> list[str]:
    first, *others = report.sentences
    lines = [f'<p class="verdict">{escape(first)}</p>', *(f"<p>{escape(words)}</p>" for words in others)]
    if report.outcome is not None:
        lines.append(f"<p>{escape(coverage_sentence(report))}</p>")
    return lines


def _facts(facts: Mapping[str, str]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(n)}</dt><dd>{escape(v)}</dd>' for n, v in facts.items())}</dl>"


def _card(content: str, kind: str = "") -> str:
    return f'<div class="card {kind}">{content}</div>' if kind else f'<div class="card">{content}</div>'


def _svg(canvas: Canvas) -> str:
    return canvas.to_svg()


def _found(report: Report) -> list[str]:
    outcome, genotype, colours = report.outcome, report.genotype, palette("page")
    assert outcome is not None
    assert genotype is not None
    winner = outcome["winner"]
    drawn = (
        f"<p>{escape(winner['name'])}, proposed by {escape(winner['origin'])}: {winner['parameters']:,} parameters, "
        f"{len(outcome['members'])} networks in the ensemble; what predicts in the end is the "
        f"{escape(outcome['final']['kind'])}.</p>"
    )
    text = f"<details><summary>In words</summary>{_card(f'<pre>{escape(architecture_text(genotype))}</pre>')}</details>"
    parts = [drawn, _card(to_svg(genotype, "page")), text]
    sure: list[str] = []
    for side in SIDES:
        if outcome[side]:
            sure.append(f"<h3>{escape(side_title(side).capitalize())}</h3>")
            sure.append(_card(_svg(forest(outcome["leaderboard"], side, _constant(outcome, side), colours))))
            sure.append(_card(_leaderboard(outcome["leaderboard"], side)))
    if outcome["nested"]:
        table = outcome["nested"]["leaderboard"]
        rows = [{"name": name, "kind": _kind(outcome, name), "nested": figures} for name, figures in table.items()]
        rows.sort(key=lambda row: row["nested"]["rmse"]["value"])
        sure.append("<h3>All outer test folds together</h3>")
        sure.append(f"<p>{escape(nested_sentence(outcome['nested']))}</p>")
        sure.append(_card(_svg(forest(rows, "nested", table["constant"]["rmse"]["value"], colours))))
        sure.append(_card(_plain_leaderboard(table)))
    scale = SCALES[str(outcome["cohort"]["scale"])]
    charts = [
        _card(_svg(interval_chart(outcome[side], side_title(side).capitalize(), scale.low, scale.high, colours)))
        for side in SIDES
        if outcome[side]
    ]
    intervals = f'<h3>Intervals</h3><p>{escape(coverage_sentence(report))}</p><div class="pair">{"".join(charts)}</div>'
    return [*_section("What was found", parts), *_section("How sure", [*sure, intervals])]


def _kind(outcome: Mapping[str, Any], name: str) -> str:
    """final, network or control, as the leaderboard says of the predictor of that name."""
    return next((str(row["kind"]) for row in outcome["leaderboard"] if row["name"] == name), "control")


def _constant(outcome: Mapping[str, Any], side: str) -> float | None:
    values = [row[side]["rmse"]["value"] for row in outcome["leaderboard"] if row["name"] == "constant" and row[side]]
    return float(values[0]) if values else None


def _table(titles: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], numbers: Sequence[int] = ()) -> str:
    """rows: (class of the row, cells, escaped here). numbers: columns that are set to the right."""

    def cells(tag: str, texts: Sequence[str]) -> str:
        kinds = [' class="number"' if i in numbers else "" for i in range(len(texts))]
        return "".join(f"<{tag}{kind}>{escape(text)}</{tag}>" for kind, text in zip(kinds, texts, strict=True))

    body = "".join(f'<tr class="{kind}">{cells("td", texts)}</tr>' for kind, texts in rows)
    return f"<table><thead><tr>{cells('th', titles)}</tr></thead><tbody>{body}</tbody></table>"


def _leaderboard(entries: Sequence[Mapping[str, Any]], side: str) -> str:
    rows = []
    for row in entries:
        figures = row[side]
        if figures is None:
            continue
        tests = [comparison(figures.get(f"against {name}")) for name in _CONTROLS]
        points = [estimate(figures[name]) for name in ("rmse", "mae", "ccc", "r")]
        parameters = f"{row['parameters']:,}" if row["parameters"] else "–"
        kind = "own" if row["kind"] in ("final", "network") else "control"
        rows.append((kind, [row["name"], *points, *tests, parameters]))
    titles = ["predictor", "RMSE (95 %)", "MAE (95 %)", "CCC (95 %)", "r (95 %)"]
    titles += [*(f"p against {name}" for name in _CONTROLS), "parameters"]
    note = "p: paired permutation over persons; better or worse where the bootstrap interval of the gain agrees."
    return f'{_table(titles, rows, range(1, 9))}<p class="muted">{note}</p>'


def _plain_leaderboard(table: Mapping[str, Mapping[str, Any]]) -> str:
    ordered = sorted(table.items(), key=lambda item: item[1]["rmse"]["value"])
    rows = [("", [name, *(estimate(f[key]) for key in ("rmse", "mae", "ccc", "r"))]) for name, f in ordered]
    return _table(["predictor", "RMSE (95 %)", "MAE (95 %)", "CCC (95 %)", "r (95 %)"], rows, range(1, 5))


def _process(report: Report) -> list[str]:
    history, colours, parts = report.history, palette("page"), []
    if history.phases:
        parts += ["<h3>Budget by phase</h3>", _card(_svg(budget_bars(history.phases, colours)))]
    if report.outcome is not None and report.outcome["warm_up"]:
        parts += ["<h3>Families the warm-up chose</h3>", _card(_families(report.outcome["warm_up"]["families"]))]
    if report.short_list:
        parts += ["<h3>Short list, retrained from scratch</h3>", _card(_short_list(report.short_list))]
    for phase, group in groupby(history.losses, key=lambda losses: losses.phase):
        charts = "".join(_card(_svg(loss_chart(losses, colours))) for losses in group)
        parts.append(
            _details(f"Losses, {phase}", f'<div class="grid">{charts}</div>', opened=not phase.startswith("warm-up"))
        )
    for phase, edges in groupby(history.weights, key=lambda edge: edge.phase):
        maps = "".join(_card(_svg(heat_map(edge, colours))) for edge in edges)
        parts.append(
            _details(f"Operation weights over steps, {phase}", f'<div class="grid">{maps}</div>', opened=False)
        )
    return parts or ["<p>Nothing has been searched yet.</p>"]


def _details(title: str, content: str, *, opened: bool) -> str:
    return f"<details{' open' if opened else ''}><summary>{escape(title)}</summary>{content}</details>"


def _families(families: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for attribute, facts in families.items():
        tried = facts.get("families", {})
        shown = ", ".join(f"{label(n)} {f['rmse']:.2f} ({f['parameters']:,} parameters)" for n, f in tried.items())
        rows.append(("", [attribute, label(facts["chosen"]), shown or "the only one"]))
    return _table(["attribute", "chosen", "RMSE of its best architectures, retrained"], rows)


def _short_list(entries: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for entry in entries:
        numbers = [f"{entry['parameters']:,}", f"{entry['seeds']}", f"{entry['mean_rmse']:.3f}"]
        rows.append(("", [entry["name"], entry["origin"], *numbers]))
    return _table(["candidate", "proposed by", "parameters", "seeds", "mean RMSE"], rows, range(2, 5))


def _method_card(report: Report) -> str:
    rows = "".join(
        f"<tr><td>{p.number}</td><td>{escape(p.practice)}</td>"
        f'<td class="status {p.status.replace(" ", "-")}">{escape(p.status)}</td><td>{escape(p.fact)}</td></tr>'
        for p in report.card
    )
    head = "<thead><tr><th></th><th>practice</th><th>status</th><th>shown by</th></tr></thead>"
    source = "Lindauer and Hutter, Best practices for scientific research on neural architecture search, JMLR 2020."
    return _card(f'<table>{head}<tbody>{rows}</tbody></table><p class="muted">{source} Filled in from the run.</p>')


def _repeat(report: Report) -> list[str]:
    settings = json.dumps(report.config.to_json(), indent=1)
    return [
        _card(_facts(run_facts(report))),
        _details("All settings", _card(f"<pre>{escape(settings)}</pre>"), opened=False),
    ]
