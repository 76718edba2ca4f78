"""One currency for every method: a unit is one optimiser step of one standalone architecture of four attributes on the
standard batch of 24 sessions x 12 windows.

Prices are declared, from step times measured on one core relative to that step (12 features, 24 a token); they do not
depend on the machine a search runs on, so equal budgets are equal on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from lineament.models.architecture.space import Edge, SearchSpace
from lineament.search.errors import SearchError
from lineament.search.runs.unit import Unit

OVERHEAD = 0.1
"""Of a step, whatever the network."""
ARCHITECTURE = 0.225
"""A step of one attribute's extractor with every edge decided: four and the overhead make 1."""
FORWARD = 0.35
"""A forward pass of a window against its share of a training step."""
BATCH_WINDOWS = 288
EXTRACTOR: Mapping[str, tuple[float, float]] = {
    "cnn": (0.25, 0.017),
    "gnn": (0.20, 0.012),
    "landmarks gnn": (0.50, 0.060),
    "moments": (0.12, 0.055),
}
"""Of a supernet's extractor: a share for the extractor, and for every candidate beyond one on an edge."""
FUSION = 0.012
"""For every candidate beyond one in the fusion cell."""


def step_cost(space: SearchSpace) -> float:
    """Units of one optimiser step (weights or architecture) of the network of `space`."""
    open_edges = [edge for edge in space.possible() if len(edge.candidates) > 1]
    families = [edge for edge in space.possible() if edge.name.endswith(".family")]
    if not open_edges:
        return OVERHEAD + ARCHITECTURE * len(families)
    total = OVERHEAD + FUSION * _spare(space, "fusion.")
    for edge in families:
        attribute = edge.name.removesuffix(".family")
        for family in edge.candidates:
            total += _extractor_cost(space, attribute, family)
    return total


def _extractor_cost(space: SearchSpace, attribute: str, family: str) -> float:
    kind = "landmarks gnn" if (attribute, family) == ("landmarks", "gnn") else family
    base, each = EXTRACTOR[kind]
    return base + each * _spare(space, f"{attribute}.{family}.")


def _spare(space: SearchSpace, prefix: str) -> int:
    return sum(len(edge.candidates) - 1 for edge in space.possible() if edge.name.startswith(prefix))


def forward_cost(space: SearchSpace, windows: float) -> float:
    """Units of a forward pass of so many windows."""
    return step_cost(space) * FORWARD * windows / BATCH_WINDOWS


def perturbation_cost(space: SearchSpace, windows: float, edges: Sequence[Edge] | None = None) -> float:
    """Units of taking away every candidate of every open edge once, on so many validation windows."""
    open_edges = [edge for edge in (edges or space.possible()) if len(edge.candidates) > 1]
    return forward_cost(space, windows) * sum(len(edge.candidates) + 1 for edge in open_edges)


@dataclass
class Budget:
    """Units to spend, and what each phase spent. Units done in an earlier session count all the same."""

    total: float
    spent: dict[str, float] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    @property
    def left(self) -> float:
        return self.total - sum(self.spent.values())

    def charge(self, phase: str, units: Sequence[Unit]) -> float:
        """Count units of a phase, each only once in a search; what was added."""
        new = {unit.key: unit.cost for unit in units if unit.key not in self._known}
        self._known |= set(new)
        self.spent[phase] = self.spent.get(phase, 0.0) + sum(new.values())
        return sum(new.values())


def require_enough(total: float, least: float, what: str) -> None:
    """Raises `SearchError` naming the least budget that works."""
    if total < least:
        raise SearchError(
            f"a budget of {total:,.0f} steps is too small for {what}",
            remedy=f"Use at least {ceil(least):,}, or fewer folds, repeats or steps of training.",
        )
