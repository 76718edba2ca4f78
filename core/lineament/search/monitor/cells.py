"""The cells as they stand now: on every edge the operations with their weights, the leading one first to be seen.

They come from the newest supernets, later from the best architecture retrained so far, in the end from the winner.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineament.models.architecture.drawing.words import label
from lineament.models.architecture.facial_space import ATTRIBUTES, FUSION_NODES
from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.report.history import EdgeWeights, History

SIDES = ("left", "right")


@dataclass(frozen=True)
class EdgeChoice:
    """An edge with its candidates and their weights, which sum to 1; an edge that is decided has one."""

    edge: str
    weights: tuple[tuple[str, float], ...]

    @property
    def leading(self) -> str:
        return max(self.weights, key=lambda pair: pair[1])[0]

    @property
    def weight(self) -> float:
        return max(weight for _, weight in self.weights)

    @property
    def decided(self) -> bool:
        return len(self.weights) == 1


@dataclass(frozen=True)
class ExtractorCell:
    """One attribute's cell of one family. edges: by the last part of their names ("0-1", "input", "graph").

    share: the family's weight where families are weighed, 1 where it is decided, None where it is still open.
    """

    attribute: str
    family: str
    edges: Mapping[str, EdgeChoice]
    share: float | None = None


@dataclass(frozen=True)
class FusionCell:
    """nodes: of each its "left", "right" and "operation"."""

    attributes: tuple[str, ...]
    nodes: Mapping[str, Mapping[str, EdgeChoice]]


@dataclass(frozen=True)
class Cells:
    """source: where they come from, in words. step: of the supernets, None where it is decided. extractors: of each
    attribute one, or one a family while families are open."""

    source: str
    step: int | None
    extractors: tuple[ExtractorCell, ...]
    fusion: FusionCell | None = None

    def of(self, attribute: str) -> tuple[ExtractorCell, ...]:
        """An attribute's cells, the heaviest family first."""
        own = [cell for cell in self.extractors if cell.attribute == attribute]
        return tuple(sorted(own, key=lambda cell: -(cell.share or 0.0)))

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.attribute for cell in self.extractors))


def current_cells(
    history: History, outcome: Mapping[str, Any] | None, short_list: Sequence[Mapping[str, Any]]
) -> Cells | None:
    """The winner's, the best one's so far, or the supernets'; None before the first supernet has begun."""
    if outcome is not None:
        winner = outcome["winner"]
        return _decided(Genotype.from_json(winner["genotype"]), f'The winner, "{winner["name"]}"')
    whole = [entry for entry in short_list if len(entry["attributes"]) == _most_attributes(short_list)]
    if whole:
        best = whole[0]
        return _decided(Genotype.from_json(best["genotype"]), f'The best retrained so far, "{best["name"]}"')
    return supernet_cells(history)


def _most_attributes(entries: Sequence[Mapping[str, Any]]) -> int:
    return max((len(entry["attributes"]) for entry in entries), default=0)


def _decided(genotype: Genotype, source: str) -> Cells:
    choices = {edge: EdgeChoice(edge, ((operation, 1.0),)) for edge, operation in genotype.choices}
    return _built(choices, source, None)


def supernet_cells(history: History) -> Cells | None:
    """Of the last phase with supernets: all its groups, the warm-up's one for each attribute and family."""
    if not history.spaces:
        return None
    phase = list(history.spaces)[-1][0]
    weights = {edge.edge: edge for edge in history.weights if edge.phase == phase}
    choices: dict[str, EdgeChoice] = {}
    families: dict[str, list[str]] = {}
    for (of, _), space in history.spaces.items():
        if of == phase:
            for name, choice in _choices(space, weights):
                if name.endswith(".family") and choice.decided:
                    families.setdefault(name, []).append(choice.leading)
                choices[name] = choice
    step = max((edge.steps[-1] for edge in weights.values()), default=0)
    for name, known in families.items():  # supernets of several families beside each other: none is chosen yet
        if len(known) > 1:
            choices[name] = EdgeChoice(name, tuple((family, float("nan")) for family in known))
    return _built(choices, f"Mean over folds and seeds, {phase}", step)


def _choices(space: SearchSpace, weights: Mapping[str, EdgeWeights]) -> Iterator[tuple[str, EdgeChoice]]:
    """Edges without a report yet weigh evenly."""
    for edge in space.possible():
        known = weights.get(edge.name)
        if known is not None and len(edge.candidates) > 1:
            last = known.weights[-1]
            pairs = tuple(zip(known.operations, (float(weight) for weight in last), strict=True))
        else:
            pairs = tuple((name, 1 / len(edge.candidates)) for name in edge.candidates)
        yield edge.name, EdgeChoice(edge.name, pairs)


def _built(choices: Mapping[str, EdgeChoice], source: str, step: int | None) -> Cells:
    extractors = []
    names = [name.removesuffix(".family") for name in choices if name.endswith(".family")]
    for attribute in sorted(names, key=lambda name: ATTRIBUTES.index(name) if name in ATTRIBUTES else 99):
        for family, weight in choices[f"{attribute}.family"].weights:
            prefix = f"{attribute}.{family}."
            edges = {name.removeprefix(prefix): c for name, c in choices.items() if name.startswith(prefix)}
            share = None if weight != weight else weight
            extractors.append(ExtractorCell(attribute, family, edges, share))
    return Cells(source, step, tuple(extractors), _fusion(choices, tuple(names)))


def _fusion(choices: Mapping[str, EdgeChoice], attributes: tuple[str, ...]) -> FusionCell | None:
    nodes = {
        node: {slot: choices[f"fusion.{node}.{slot}"] for slot in (*SIDES, "operation")}
        for node in FUSION_NODES
        if f"fusion.{node}.operation" in choices
    }
    return FusionCell(attributes, nodes) if nodes else None


def words(cells: Cells) -> str:
    """The leading operations, for those who do not see the drawing."""
    parts = []
    for cell in cells.extractors:
        chosen = ", ".join(f"{edge} {label(choice.leading)} {choice.weight:.2f}" for edge, choice in cell.edges.items())
        parts.append(f"{cell.attribute}, {label(cell.family)}: {chosen}")
    return ". ".join(parts)
