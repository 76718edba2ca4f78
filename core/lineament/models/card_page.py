"""A model card as a page of Markdown."""

from collections.abc import Iterator, Mapping

from lineament.models.architecture.drawing.words import label
from lineament.models.card import Comparison, ModelCard
from lineament.models.prediction import ATTRIBUTES

_CELL = ("0-1", "0-2", "1-2")


def card_page(card: ModelCard) -> str:
    """The whole page; parts that a card does not have are left out."""
    lines = [
        f"# {card.name}",
        "",
        f"{card.summary_line[0].upper()}{card.summary_line[1:]}. Research use only: a model estimate, not a diagnosis.",
        "",
        *_facts(card),
        "",
        "## How well it does",
        "",
        *_results(card),
        "",
    ]
    if card.comparison is not None:
        lines += [f"## {card.comparison.title}", "", *_comparison(card.comparison), ""]
    if card.architecture:
        lines += ["## Architecture", "", *_architecture(card.architecture), ""]
    lines += ["## Limits", "", *(f"- {limit}" for limit in card.limits), ""]
    lines += ["## How it was made", "", *(f"- {name}: {value}" for name, value in card.settings.items())]
    return "\n".join([*lines, *(f"- {note}" for note in card.notes), ""])


def _facts(card: ModelCard) -> list[str]:
    persons = ", ".join(f"{count} {name}" for name, count in card.persons.items())
    found = ", architecture chosen by search" if card.architecture else ""
    lines = [
        f"| kind | {card.kind}{found}, {card.parameters:,} parameters |",
        "|---|---|",
        f"| scale | {card.scale.name}, {card.scale.low} to {card.scale.high} |",
        f"| trained on | {card.data} |",
        f"| extractor | {card.trained_on} |",
        f"| persons | {persons} |",
    ]
    if card.absent:
        lines.append(f"| not read, because the training recordings lack it | {', '.join(card.absent)} |")
    return [
        *lines,
        f"| licence | {card.licence} |",
        f"| made by | Lineament {card.app_version}, {card.utc_time} |",
    ]


def _results(card: ModelCard) -> list[str]:
    rows = [
        f"{card.persons.get('test', 0)} persons that took no part in training, 95 % bootstrap intervals.",
        "",
        "| predictor | RMSE | MAE | CCC | r | share of the reachable gain |",
        "|---|---|---|---|---|---|",
    ]
    for name, m in card.test.items():
        share = f"{card.reachable_share[name]:.0%}" if name in card.reachable_share else "-"
        rows.append(f"| {name} | {m.rmse} | {m.mae} | {m.ccc or '-'} | {m.r or '-'} | {share} |")
    rows += [
        "",
        f"RMSE below the constant predictor's by {card.rmse_gain}; below ridge's by {card.ridge_gain}.",
        "",
        f"Interval at level {card.level:.0%} (split conformal):",
        "",
        "| usable seconds | coverage on test persons | mean width |",
        "|---|---|---|",
    ]
    rows += [f"| {s} | {c['coverage']:.1%} | {c['width']:.1f} |" for s, c in card.coverage.items()]
    if card.oracle:
        figures = ", ".join(f"{name} {value:.2f}" for name, value in card.oracle.items())
        rows += ["", f"Oracle (knows every session's true behaviour parameters): {figures}."]
    return rows


def _comparison(table: Comparison) -> list[str]:
    lines = [f"| system | {' | '.join(table.columns)} |", "|---" * (len(table.columns) + 1) + "|"]
    for system, figures in table.rows:
        cells = (str(figure) if figure is not None else "-" for figure in figures)
        lines.append(f"| {system} | {' | '.join(cells)} |")
    return [*lines, "", table.note] if table.note else lines


def _of_moments(own: Mapping[str, str]) -> str:
    """What the moments family reads, in words."""
    return f"{own.get('signal', '-')}, {own.get('partners', '-')}, delayed {own.get('delays', '-')}"


def _architecture(choices: Mapping[str, str]) -> Iterator[str]:
    yield "Chosen by search. Each attribute's extractor, then the cell that joins them."
    yield ""
    yield f"| attribute | extractor | reads | graph | {' | '.join(edge.replace('-', ' to ') for edge in _CELL)} |"
    yield "|---" * (4 + len(_CELL)) + "|"
    for name in ATTRIBUTES:
        family = choices.get(f"{name}.family")
        if family is not None:
            there = f"{name}.{family}."
            own = {edge.removeprefix(there): label(c) for edge, c in choices.items() if edge.startswith(there)}
            reads = own["input"] if "input" in own else _of_moments(own)
            rest = (own.get(key, "-") for key in ("graph", *_CELL))
            yield f"| {name} | {label(family)} | {reads} | {' | '.join(rest)} |"
    nodes = dict.fromkeys(edge.split(".")[1] for edge in choices if edge.startswith("fusion."))
    if nodes:
        yield ""
        joined = (
            f"{node} = {label(choices.get(f'fusion.{node}.operation', ''))}"
            f"({choices.get(f'fusion.{node}.left')}, {choices.get(f'fusion.{node}.right')})"
            for node in nodes
        )
        yield f"Fusion: {'; '.join(joined)}. The attended attributes are added to them."
