"""Architectures beside the searched ones: designed by hand, one attribute alone, with a fixed fusion; and what a
candidate of the short list is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineament.models.architecture.facial_space import FUSION_NODES, REPRESENTATIONS, facial_space
from lineament.models.architecture.space import Genotype, SearchSpace


@dataclass(frozen=True)
class Candidate:
    """One architecture that may be retrained. name: for tables; origin: what proposed it."""

    name: str
    origin: str
    attributes: tuple[str, ...]
    genotype: Genotype

    @property
    def space(self) -> SearchSpace:
        """The space whose one architecture this is."""
        return facial_space(self.attributes).only(self.genotype)

    @property
    def identity(self) -> tuple[tuple[str, ...], Genotype]:
        return self.attributes, self.genotype

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "origin": self.origin,
            "attributes": list(self.attributes),
            "genotype": self.genotype.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Candidate":
        return cls(data["name"], data["origin"], tuple(data["attributes"]), Genotype.from_json(data["genotype"]))


def searched_space(
    attributes: Sequence[str],
    families: Sequence[str],
    *,
    fusion_search: bool = True,
    representations: Sequence[str] = REPRESENTATIONS,
) -> SearchSpace:
    """The space of a search; without fusion search the fusion edges offer the plain sum alone."""
    space = represented(facial_space(attributes, families), representations)
    if fusion_search or len(attributes) < 2:
        return space
    return space.restrict({edge: (operation,) for edge, operation in plain_fusion(attributes).items()})


def represented(space: SearchSpace, representations: Sequence[str]) -> SearchSpace:
    """The space with these representations alone; where none of them can enter, whatever can stays."""
    inputs = [edge for edge in space.edges if edge.name.endswith(".input")]
    kept = {edge.name: tuple(name for name in edge.candidates if name in representations) for edge in inputs}
    return space.restrict({name: candidates for name, candidates in kept.items() if candidates})


def plain_fusion(attributes: Sequence[str]) -> dict[str, str]:
    """Choices that make the fused token a multiple of the attention-weighted sum of all tokens.

    The cell's output is the sum of all tokens and of both nodes: nodes that share the tokens out between them double
    it, nodes that both sum two tokens triple it.
    """
    names = list(attributes)
    if len(names) < 2:
        return {}
    right = {2: (names[0], names[1], "sum"), 3: (names[-1], names[-1], "skip"), 4: (names[-2], names[-1], "sum")}
    choices: dict[str, str] = {}
    for node, picked in zip(FUSION_NODES, ((names[0], names[1], "sum"), right[len(names)]), strict=True):
        choices |= dict(zip((f"fusion.{node}.{slot}" for slot in ("left", "right", "operation")), picked, strict=True))
    return choices


def hand_designed(attributes: Sequence[str]) -> Candidate:
    """Residual convolutions on the series of every attribute and a plain sum: conv3, skip, conv3.

    The network that no search of our study of 343 architectures on 105 series was able to beat.
    """
    cell = {"input": "series", "0-1": "conv3", "0-2": "skip", "1-2": "conv3"}
    choices = dict(plain_fusion(attributes))
    for name in attributes:
        choices[f"{name}.family"] = "cnn"
        choices |= {f"{name}.cnn.{edge}": operation for edge, operation in cell.items()}
    genotype = facial_space(tuple(attributes)).genotype(choices)
    return Candidate("hand-designed", "hand", tuple(attributes), genotype)


def alone(candidate: Candidate, attribute: str) -> Candidate:
    """One attribute's extractor out of a candidate, as a network of its own that looks at nothing else."""
    space, choices = facial_space((attribute,)), candidate.genotype.to_json()
    genotype = space.genotype({**choices, f"{attribute}.moments.partners": "own"})
    return Candidate(f"{attribute} alone", "single attribute", (attribute,), genotype)


def distinct(candidates: Sequence[Candidate], most: int | None = None) -> list[Candidate]:
    """The first of every group of equal architectures, at most `most` of them."""
    first: dict[tuple[tuple[str, ...], Genotype], Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.identity, candidate)
    return list(first.values())[:most]
