"""The search space and its architectures: enumeration by hand against what the space says of itself."""

import json
from itertools import product

import numpy as np
import pytest

from lineament.errors import ModelError
from lineament.models.architecture.facial_space import ATTRIBUTES, FAMILIES, facial_space
from lineament.models.architecture.space import Edge, Genotype, SearchSpace

SMALL = SearchSpace(
    "small",
    (
        Edge("family", ("cnn", "gnn")),
        Edge("kernel", ("a", "b", "c"), ("family", "cnn")),
        Edge("pool", ("max", "mean"), ("family", "cnn")),
        Edge("graph", ("full", "sparse"), ("family", "gnn")),
        Edge("degree", ("2", "3", "4"), ("graph", "sparse")),
        Edge("fusion", ("sum", "glu")),
    ),
)
CHAIN = SearchSpace("chain", (Edge("0-1", ("skip", "conv")), Edge("1-2", ("skip", "conv", "max"))))
SPACES = [SMALL, CHAIN, facial_space(["gaze"], ["gnn"])]


def by_hand(space: SearchSpace) -> set[tuple[tuple[str, str], ...]]:
    """All architectures: every combination of every edge's candidates, with the edges that do not exist struck out."""
    found = set()
    for combination in product(*(edge.candidates for edge in space.edges)):
        choices = dict(zip((edge.name for edge in space.edges), combination, strict=True))
        kept: dict[str, str] = {}
        for edge in space.edges:
            if edge.when is None or kept.get(edge.when[0]) == edge.when[1]:
                kept[edge.name] = choices[edge.name]
        found.add(tuple(kept.items()))
    return found


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.name)
def test_size_is_the_number_of_architectures(space: SearchSpace) -> None:
    assert space.size == len(by_hand(space))


def test_the_whole_space_is_larger_than_anyone_could_try() -> None:
    moments = 4 * 2 * 4
    extractor = 3 * 10 * 10 * 11 + 3 * 3 * 7 * 7 * 8 + moments
    landmarks = 3 * 10 * 10 * 11 + 1 * 3 * 7 * 7 * 8 + moments
    assert facial_space().size == extractor**3 * landmarks * (4 * 4 * 5) * (5 * 5 * 5)


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.name)
def test_random_reaches_every_architecture_of_a_small_space(space: SearchSpace) -> None:
    rng = np.random.default_rng(1)
    everything = by_hand(space)
    drawn = {space.random(rng).choices for _ in range(60 if space.size < 50 else 500)}
    assert drawn <= everything
    assert len(drawn) == len(everything) or space.size > 50


def test_random_depends_on_the_generator_alone() -> None:
    first, second = (facial_space().random(np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert first != facial_space().random(np.random.default_rng(6))


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.name)
def test_neighbours_differ_in_one_choice_and_the_edges_it_opens(space: SearchSpace) -> None:
    rng = np.random.default_rng(2)
    for _ in range(5):
        genotype = space.random(rng)
        near = list(space.neighbours(genotype))
        assert (
            len({g.choices for g in near}) == len(near) == sum(len(e.candidates) - 1 for e in active(space, genotype))
        )
        for other in near:
            space.validate(other)
            assert len(changed(genotype, other)) == 1


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.name)
def test_mutation_changes_one_choice_and_reaches_every_such_change(space: SearchSpace) -> None:
    rng = np.random.default_rng(3)
    genotype = space.random(rng)
    seen = set()
    for _ in range(400):
        child = space.mutate(genotype, rng)
        space.validate(child)
        difference = changed(genotype, child)
        assert len(difference) == 1
        seen.add((difference[0], child[difference[0]]))
    assert seen == {(e.name, c) for e in active(space, genotype) for c in e.candidates if c != genotype[e.name]}


def test_a_space_without_choice_mutates_to_itself() -> None:
    genotype = SMALL.genotype({"family": "gnn", "graph": "full", "fusion": "sum"})
    assert SMALL.only(genotype).mutate(genotype, np.random.default_rng(0)) == genotype


def active(space: SearchSpace, genotype: Genotype) -> tuple[Edge, ...]:
    return space.active(genotype.to_json())


def changed(one: Genotype, other: Genotype) -> list[str]:
    """Edges that both have with different choices."""
    return [edge for edge, choice in one.choices if other.get(edge) not in (None, choice)]


def test_choices_on_edges_that_do_not_exist_are_dropped() -> None:
    everything = {"family": "gnn", "kernel": "a", "pool": "max", "graph": "full", "degree": "4", "fusion": "glu"}
    genotype = SMALL.genotype(everything)
    assert genotype.choices == (("family", "gnn"), ("graph", "full"), ("fusion", "glu"))
    assert genotype == SMALL.genotype({"family": "gnn", "graph": "full", "fusion": "glu"})
    assert str(genotype) == "family=gnn, graph=full, fusion=glu"
    assert genotype["graph"] == "full"
    assert genotype.get("degree") is None
    with pytest.raises(KeyError):
        genotype["degree"]


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        ({"family": "gnn", "fusion": "sum"}, "nothing on edge graph"),
        ({"family": "rnn", "fusion": "sum"}, "rnn on edge family"),
        ({"family": "cnn", "kernel": "max", "pool": "max", "fusion": "sum"}, "Choose one of: a, b, c"),
    ],
)
def test_incomplete_and_unknown_choices_are_refused(choices: dict[str, str], word: str) -> None:
    with pytest.raises(ModelError, match=word):
        SMALL.genotype(choices)


def test_validation_refuses_edges_of_another_space_and_takes_any_order() -> None:
    genotype = SMALL.genotype({"family": "gnn", "graph": "sparse", "degree": "3", "fusion": "glu"})
    shuffled = Genotype.from_json(json.loads(json.dumps(genotype.to_json(), sort_keys=True)))
    SMALL.validate(shuffled)
    assert SMALL.only(shuffled) == SMALL.only(genotype)
    with pytest.raises(ModelError, match="kernel"):
        SMALL.validate(Genotype((*genotype.choices, ("kernel", "a"))))


def test_restricting_keeps_order_and_closes_what_depends_on_the_lost() -> None:
    less = SMALL.restrict({"family": ["cnn"], "kernel": ["c", "a"]})
    assert less.edge("kernel").candidates == ("a", "c")
    assert [edge.name for edge in less.possible()] == ["family", "kernel", "pool", "fusion"]
    assert less.size == len(by_hand(less)) == 2 * 2 * 2
    assert by_hand(less) < by_hand(SMALL)
    with pytest.raises(ModelError, match="kernel"):
        SMALL.restrict({"kernel": []})
    with pytest.raises(ModelError, match="no edge colour"):
        SMALL.restrict({"colour": ["red"]})


def test_an_architecture_is_a_space_of_size_one() -> None:
    rng = np.random.default_rng(8)
    for space in SPACES:
        genotype = space.random(rng)
        alone = space.only(genotype)
        assert alone.size == 1
        assert alone.random(rng) == genotype
        assert list(alone.neighbours(genotype)) == []
    with pytest.raises(ModelError):
        CHAIN.only(SMALL.random(rng))


@pytest.mark.parametrize("space", [*SPACES, facial_space()], ids=lambda s: s.name)
def test_spaces_and_architectures_survive_json(space: SearchSpace) -> None:
    again = SearchSpace.from_json(json.loads(json.dumps(space.to_json())))
    assert again == space
    assert again.content_hash == space.content_hash
    genotype = space.random(np.random.default_rng(0))
    assert Genotype.from_json(json.loads(json.dumps(genotype.to_json()))) == genotype


def test_hashes_are_the_same_on_every_machine_and_in_every_release() -> None:
    """Run folders, models and caches are known by these; a change here orphans them and needs a new schema version."""
    assert SMALL.content_hash == "719a9172e9fcb5647dcfd422"
    assert facial_space().content_hash == "41a57a62e912d995a9288753"
    genotype = SMALL.genotype({"family": "gnn", "graph": "full", "fusion": "glu"})
    assert genotype.content_hash == "613e948dd45df77a62fec157"
    assert Genotype(genotype.choices[::-1]).content_hash == genotype.content_hash


def test_whatever_changes_a_space_changes_its_hash() -> None:
    variants = [
        SMALL,
        SMALL.restrict({"pool": ["max"]}),
        SearchSpace("other", SMALL.edges),
        SearchSpace("small", SMALL.edges[:1] + SMALL.edges[2:]),
        SearchSpace("small", (*SMALL.edges[:5], Edge("fusion", ("sum", "glu"), ("family", "gnn")))),
    ]
    assert len({space.content_hash for space in variants}) == len(variants)


def test_malformed_spaces_are_refused() -> None:
    with pytest.raises(ModelError, match="no candidates"):
        Edge("0-1", ())
    with pytest.raises(ModelError, match="twice"):
        Edge("0-1", ("skip", "skip"))
    with pytest.raises(ModelError, match="two edges 0-1"):
        SearchSpace("double", (Edge("0-1", ("skip",)), Edge("0-1", ("conv",))))
    with pytest.raises(ModelError, match="depends on family"):
        SearchSpace("backwards", (Edge("graph", ("full",), ("family", "gnn")), Edge("family", ("gnn",))))
    with pytest.raises(ModelError, match="schema version 99"):
        SearchSpace.from_json({**SMALL.to_json(), "schema_version": 99})
    for damaged in ({"name": "e"}, {"name": "e", "candidates": ["a"], "when": ["x"]}, 5):
        with pytest.raises(ModelError, match="damaged"):
            SearchSpace.from_json({"schema_version": 1, "name": "s", "edges": [damaged]})


def test_the_facial_space_has_both_cells_for_every_attribute_and_a_way_through_each() -> None:
    space = facial_space()
    for name in ATTRIBUTES:
        assert space.edge(f"{name}.family").candidates == FAMILIES
        for family in ("cnn", "gnn"):
            assert "none" not in space.edge(f"{name}.{family}.0-1").candidates
            assert "none" not in space.edge(f"{name}.{family}.0-2").candidates
            assert "none" in space.edge(f"{name}.{family}.1-2").candidates
    assert space.edge("fusion.node 2.left").candidates == (*ATTRIBUTES, "node 1")
    alone = facial_space(["gaze"])
    assert not any(edge.name.startswith("fusion") for edge in alone.edges)
    assert all(edge.candidates == ("cnn",) for edge in facial_space(families=["cnn"]).edges if "family" in edge.name)
