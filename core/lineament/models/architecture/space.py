"""The search space: named edges with candidate operations, frozen, written as JSON, known by its content's hash.

An edge is any choice the search makes: which operation joins two nodes of a cell, which representation enters it, which
graph joins its nodes, whether the extractor is a CNN or a GNN. An edge that only exists after another choice says so in
`when` (the edges of a CNN cell exist only where that attribute's family is "cnn"). Everything that searches knows edges
and candidates alone; what they mean is `network.py`'s affair.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

from lineament.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

SPACE_SCHEMA = 1


@dataclass(frozen=True)
class Edge:
    """One choice. when: (edge, candidate) that must have been chosen for this edge to exist, or None."""

    name: str
    candidates: tuple[str, ...]
    when: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if not self.candidates or len(set(self.candidates)) != len(self.candidates):
            raise ModelError(
                f"edge {self.name} has no candidates, or one of them twice",
                remedy="Give each edge different operations.",
            )


@dataclass(frozen=True)
class Genotype:
    """One architecture: the operation chosen on every active edge, in the space's order.

    Edges that do not exist under these choices are left out, so equal networks have equal genotypes and hashes.
    """

    choices: tuple[tuple[str, str], ...]

    def __getitem__(self, edge: str) -> str:
        """The operation on `edge`; raises `KeyError` when the genotype has no such edge."""
        return dict(self.choices)[edge]

    def get(self, edge: str) -> str | None:
        return dict(self.choices).get(edge)

    def to_json(self) -> dict[str, str]:
        return dict(self.choices)

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "Genotype":
        return cls(tuple((str(edge), str(operation)) for edge, operation in data.items()))

    @property
    def content_hash(self) -> str:
        return _hash(sorted(self.choices))

    def __str__(self) -> str:
        return ", ".join(f"{edge}={operation}" for edge, operation in self.choices)


@dataclass(frozen=True)
class SearchSpace:
    """Edges in an order in which every `when` refers to an earlier one."""

    name: str
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        earlier: dict[str, Edge] = {}
        for edge in self.edges:
            if edge.name in earlier:
                raise ModelError(f"the space {self.name} has two edges {edge.name}", remedy="Name each edge once.")
            if edge.when is not None and edge.when[0] not in earlier:
                raise ModelError(
                    f"edge {edge.name} depends on {edge.when[0]}, which does not come before it",
                    remedy="List an edge after the one it depends on.",
                )
            earlier[edge.name] = edge

    def edge(self, name: str) -> Edge:
        """Raises `KeyError` when the space has no such edge."""
        return {edge.name: edge for edge in self.edges}[name]

    def active(self, choices: Mapping[str, str]) -> tuple[Edge, ...]:
        """The edges that exist under `choices` (edges whose condition is not decided yet are left out)."""
        kept: list[Edge] = []
        names: set[str] = set()
        for edge in self.edges:
            if edge.when is None or (edge.when[0] in names and choices.get(edge.when[0]) == edge.when[1]):
                kept.append(edge)
                names.add(edge.name)
        return tuple(kept)

    def possible(self) -> tuple[Edge, ...]:
        """The edges that exist in some architecture of this space: after `restrict` some no longer do."""
        kept: dict[str, Edge] = {}
        for edge in self.edges:
            if edge.when is None or (edge.when[0] in kept and edge.when[1] in kept[edge.when[0]].candidates):
                kept[edge.name] = edge
        return tuple(kept.values())

    def genotype(self, choices: Mapping[str, str]) -> Genotype:
        """The canonical genotype of `choices`; choices for edges that do not exist are dropped.

        Raises `ModelError` when an active edge has no choice or an operation it does not offer.
        """
        active = self.active(choices)
        for edge in active:
            if choices.get(edge.name) not in edge.candidates:
                raise ModelError(
                    f"the architecture has {choices.get(edge.name, 'nothing')} on edge {edge.name}",
                    remedy=f"Choose one of: {', '.join(edge.candidates)}.",
                )
        return Genotype(tuple((edge.name, choices[edge.name]) for edge in active))

    def validate(self, genotype: Genotype) -> None:
        """Raises `ModelError` when `genotype` is not one of this space's architectures."""
        extra = set(genotype.to_json()) - set(self.genotype(genotype.to_json()).to_json())
        if extra:
            raise ModelError(
                f"the architecture has edges that the space {self.name} does not have: {', '.join(sorted(extra))}",
                remedy="Use the space it was found in.",
            )

    def random(self, rng: "np.random.Generator") -> Genotype:
        """An architecture with every choice drawn evenly."""
        return self.genotype(self._draw(rng))

    def mutate(self, genotype: Genotype, rng: "np.random.Generator") -> Genotype:
        """The same architecture with one active edge that offers a choice changed; edges it opens are drawn evenly."""
        choices = {**self._draw(rng), **genotype.to_json()}
        open_edges = [edge for edge in self.active(choices) if len(edge.candidates) > 1]
        if not open_edges:
            return genotype
        edge = open_edges[rng.integers(len(open_edges))]
        others = [name for name in edge.candidates if name != choices[edge.name]]
        return self.genotype({**choices, edge.name: others[rng.integers(len(others))]})

    def _draw(self, rng: "np.random.Generator") -> dict[str, str]:
        return {edge.name: edge.candidates[rng.integers(len(edge.candidates))] for edge in self.edges}

    def neighbours(self, genotype: Genotype) -> Iterable[Genotype]:
        """Every architecture one choice away; edges that a choice opens take their first candidate."""
        first = {edge.name: edge.candidates[0] for edge in self.edges}
        for edge in self.active(genotype.to_json()):
            for candidate in edge.candidates:
                if candidate != genotype[edge.name]:
                    yield self.genotype({**first, **genotype.to_json(), edge.name: candidate})

    def restrict(self, kept: Mapping[str, Iterable[str]]) -> "SearchSpace":
        """The space with fewer candidates on the named edges, in their old order.

        Raises `ModelError` when an edge would lose all, and for an edge the space does not have.
        """
        unknown = set(kept) - {edge.name for edge in self.edges}
        if unknown:
            raise ModelError(
                f"the space {self.name} has no edge {', '.join(sorted(unknown))}", remedy="Name edges of this space."
            )
        edges = []
        for edge in self.edges:
            chosen = set(kept.get(edge.name, edge.candidates))
            edges.append(replace(edge, candidates=tuple(c for c in edge.candidates if c in chosen)))
        return replace(self, edges=tuple(edges))

    def only(self, genotype: Genotype) -> "SearchSpace":
        """The space whose one architecture is `genotype`; raises `ModelError` when that is none of this space's."""
        self.validate(genotype)
        choices = self.genotype(genotype.to_json()).choices
        return replace(self, edges=tuple(replace(self.edge(e), candidates=(o,)) for e, o in choices))

    @property
    def size(self) -> int:
        """How many architectures there are."""
        total = 1
        for edge in self.edges:
            if edge.when is None:
                total *= sum(self._below(edge, candidate) for candidate in edge.candidates)
        return total

    def _below(self, edge: Edge, candidate: str) -> int:
        opened = [e for e in self.edges if e.when == (edge.name, candidate)]
        return prod(sum(self._below(e, c) for c in e.candidates) for e in opened)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": SPACE_SCHEMA,
            "name": self.name,
            "edges": [
                {"name": e.name, "candidates": list(e.candidates), "when": list(e.when) if e.when else None}
                for e in self.edges
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SearchSpace":
        """Raises `ModelError` for another schema version or malformed edges."""
        if data.get("schema_version") != SPACE_SCHEMA:
            raise ModelError(
                f"the search space has schema version {data.get('schema_version')}, not {SPACE_SCHEMA}",
                remedy="Open it with the version of Lineament that wrote it.",
            )
        try:
            edges = tuple(
                Edge(e["name"], tuple(e["candidates"]), (e["when"][0], e["when"][1]) if e["when"] else None)
                for e in data["edges"]
            )
            return cls(data["name"], edges)
        except (KeyError, TypeError, IndexError) as error:
            raise ModelError(
                "the search space is damaged: an edge lacks its name, candidates or condition",
                remedy="Restore the file, or start a new search.",
            ) from error

    @property
    def content_hash(self) -> str:
        return _hash(self.to_json())


def _hash(data: object) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
