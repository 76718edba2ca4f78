"""Which family of extractors each attribute leans to, over time, and what that is read from.

Where families share a supernet, it is their weight. Where each has supernets of its own (the warm-up), it is the
validation loss, in which less is better. For methods that only ask for architectures it is the share of each family
among the best so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineament.models.architecture.drawing.words import label
from lineament.search.config import SearchConfig
from lineament.search.report.history import EdgeWeights, History, Losses

WEIGHT, LOSS, SHARE = "weight in the supernet", "validation loss (less is better)", "share of the best so far"


@dataclass(frozen=True)
class Leaning:
    """One attribute. lines: family -> (steps, values). chosen: None while it is open.

    retrained: family -> RMSE of its best architectures retrained from scratch, where that is known.
    """

    attribute: str
    source: str
    lines: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]
    chosen: str | None = None
    retrained: Mapping[str, float] | None = None


Boards = Sequence[tuple[float, Sequence[Mapping[str, Any]]]]
"""Leaderboards of a black-box search: (how many architectures had been tried, the best of them)."""


def leanings(
    config: SearchConfig, history: History, outcome: Mapping[str, Any] | None, tried: Boards
) -> tuple[Leaning, ...]:
    """One for each attribute, also where nothing is known yet."""
    found = []
    for attribute in config.attributes:
        source, lines = _lines(attribute, config, history, tried)
        retrained = _retrained(outcome, attribute)
        found.append(Leaning(attribute, source, lines, _chosen(attribute, config, history, outcome), retrained))
    return tuple(found)


Lines = dict[str, tuple[tuple[float, ...], tuple[float, ...]]]


def _lines(attribute: str, config: SearchConfig, history: History, tried: Boards) -> tuple[str, Lines]:
    edge = next((e for e in reversed(history.weights) if e.edge == f"{attribute}.family"), None)
    if edge is not None:
        return WEIGHT, _weights(edge)
    losses = {f: _loss(history, f"{attribute}, {label(f)}") for f in config.families}
    known: Lines = {family: line for family, line in losses.items() if line is not None}
    if known or config.method_facts.differentiable:
        return LOSS, known
    return SHARE, _shares(attribute, config, tried)


def _weights(edge: EdgeWeights) -> Lines:
    steps = tuple(float(step) for step in edge.steps)
    return {name: (steps, tuple(map(float, edge.weights[:, i]))) for i, name in enumerate(edge.operations)}


def _loss(history: History, title: str) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Of the part that is worked on, which comes last."""
    own: Losses | None = next((one for one in reversed(history.losses) if one.title == title), None)
    curve = (own.validation or own.train) if own is not None else None
    return (tuple(float(step) for step in curve.steps), curve.mean) if curve is not None else None


def _shares(attribute: str, config: SearchConfig, tried: Boards) -> Lines:
    if not tried:
        return {}
    steps = tuple(number for number, _ in tried)
    lines: Lines = {}
    for family in config.families:
        values = []
        for _, best in tried:
            chosen = [entry["genotype"].get(f"{attribute}.family") for entry in best]
            values.append(chosen.count(family) / len(chosen) if chosen else 0.0)
        lines[family] = (steps, tuple(values))
    return lines


def _chosen(attribute: str, config: SearchConfig, history: History, outcome: Mapping[str, Any] | None) -> str | None:
    if len(config.families) == 1:
        return config.families[0]
    if outcome is not None:
        genotype = outcome["winner"]["genotype"]
        if f"{attribute}.family" in genotype:
            return str(genotype[f"{attribute}.family"])
        warm = (outcome.get("warm_up") or {}).get("families", {})
        return str(warm[attribute]["chosen"]) if attribute in warm else None
    joint = [space for (_, group), space in history.spaces.items() if group == "supernet"]
    if not joint:
        return None
    left = joint[-1].edge(f"{attribute}.family").candidates
    return left[0] if len(left) == 1 else None


def _retrained(outcome: Mapping[str, Any] | None, attribute: str) -> Mapping[str, float] | None:
    facts = ((outcome or {}).get("warm_up") or {}).get("families", {}).get(attribute, {})
    tried = facts.get("families")
    return {name: float(figures["rmse"]) for name, figures in tried.items()} if tried else None
