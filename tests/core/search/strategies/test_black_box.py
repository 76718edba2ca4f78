"""Black-box strategies one by one: names, first asks, no repeats, what they do with results."""

import itertools
from typing import Any

import pytest

from lineament.errors import ModelError
from lineament.models.architecture.space import Edge, Genotype, SearchSpace
from lineament.search.strategies import DEFAULT_METHOD, METHODS, BlackBox, black_box, differentiable, method_named
from lineament.search.strategies.errors import StrategyError
from lineament.search.strategies.evolution import Evolution
from lineament.search.testing import CONDITIONAL_SPACE, FLAT_SPACE, synthetic_table

BLACK_BOXES = [method.name for method in METHODS.values() if not method.differentiable]


def search(strategy: BlackBox, table: dict[Genotype, float], queries: int) -> list[Genotype]:
    asked = []
    for _ in range(queries):
        asked.append(strategy.ask())
        strategy.tell(asked[-1], -table[asked[-1]])
    return asked


def test_names_and_parts() -> None:
    assert list(METHODS) == [
        "drnas_pt", "uniform_pt", "darts", "gdas", "beta_darts", "random", "evolution", "tpe", "local",
    ]  # fmt: skip
    assert DEFAULT_METHOD == "drnas_pt"
    parts = {name: (method.relaxation, method.selection) for name, method in METHODS.items() if method.differentiable}
    assert parts == {
        "drnas_pt": ("drnas", "perturbation"),
        "uniform_pt": ("uniform", "perturbation"),
        "darts": ("darts", "argmax"),
        "gdas": ("gdas", "argmax"),
        "beta_darts": ("beta_darts", "argmax"),
    }
    assert [black_box(name, FLAT_SPACE, 0).name for name in BLACK_BOXES] == BLACK_BOXES
    assert [differentiable(name).name for name in parts] == [relaxation for relaxation, _ in parts.values()]


@pytest.mark.parametrize(
    ("ask", "listed"),
    [
        (lambda: method_named("dartz"), "drnas_pt, uniform_pt"),
        (lambda: black_box("darts", FLAT_SPACE, 0), "random, evolution, tpe, local"),
        (lambda: differentiable("random"), "drnas, uniform, darts"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(ask: Any, listed: str) -> None:
    with pytest.raises(StrategyError, match=listed):
        ask()


@pytest.mark.parametrize("name", BLACK_BOXES)
def test_no_architecture_is_asked_for_twice_while_there_are_others(name: str) -> None:
    table = synthetic_table(FLAT_SPACE, seed=1)
    asked = search(black_box(name, FLAT_SPACE, 0), table, 50)
    assert len(set(asked)) == 50


@pytest.mark.parametrize("name", BLACK_BOXES)
def test_an_exhausted_space_is_asked_for_again(name: str) -> None:
    table = synthetic_table(CONDITIONAL_SPACE, seed=1)
    asked = search(black_box(name, CONDITIONAL_SPACE, 0), table, 30)
    assert set(asked) == set(table)


@pytest.mark.parametrize("name", BLACK_BOXES)
def test_an_architecture_of_another_space_is_refused(name: str) -> None:
    with pytest.raises(ModelError):
        black_box(name, FLAT_SPACE, 0).tell(CONDITIONAL_SPACE.genotype({"entry": "series", "family": "none"}), 1.0)


@pytest.mark.parametrize("name", ["evolution", "tpe", "local"])
def test_what_is_told_steers_the_search(name: str) -> None:
    """Late asks are better than early ones, and worse where the losses are turned round."""
    space = SearchSpace("eight", tuple(Edge(f"e{i}", ("a", "b", "c")) for i in range(8)))

    def share_of_a(asked: list[Genotype]) -> float:
        return sum(choice == "a" for genotype in asked for _, choice in genotype.choices) / (8 * len(asked))

    late = {}
    for sign in (1, -1):
        strategy = black_box(name, space, 0)
        asked = []
        for _ in range(80):
            asked.append(strategy.ask())
            strategy.tell(asked[-1], -sign * share_of_a(asked[-1:]))
        late[sign] = share_of_a(asked[60:])
    assert late[1] > 0.5
    assert late[-1] < 0.2


def test_evolution_forgets_the_oldest_and_breeds_one_choice_away() -> None:
    table = synthetic_table(FLAT_SPACE, seed=2)
    strategy = Evolution(FLAT_SPACE, 0, population=5, tournament=2)
    asked = search(strategy, table, 20)
    for index in range(5, 20):
        distances = [sum(a != b for a, b in zip(asked[index].choices, old.choices, strict=True))
                     for old in asked[index - 5 : index]]  # fmt: skip
        assert min(distances) == 1
    living = [Genotype.from_json(choices) for choices, _ in strategy.state_dict()["living"]]
    assert living == asked[-5:]


def test_local_search_visits_all_neighbours_before_it_starts_anew() -> None:
    table = synthetic_table(FLAT_SPACE, seed=3, interaction=0.0)
    best = max(table, key=lambda genotype: table[genotype])
    asked = search(black_box("local", FLAT_SPACE, 0), table, 40)
    reached = asked.index(best)
    around = set(FLAT_SPACE.neighbours(best))
    assert around <= set(asked[: reached + 1 + len(around)])


def test_the_walk_of_a_seed_does_not_change_unnoticed() -> None:
    """Runs of an older version resume only while a seed means the same walk."""
    table = synthetic_table(FLAT_SPACE, seed=0)
    codes = {}
    for name in ("random", "evolution", "local"):
        asked = search(black_box(name, FLAT_SPACE, 0), table, 25)[-3:]
        codes[name] = ["".join(operation[0] for _, operation in genotype.choices) for genotype in asked]
    assert codes == GOLDEN


GOLDEN = {
    "random": ["cpsss", "cssps", "spsps"],
    "evolution": ["spspc", "spcss", "cccsc"],
    "local": ["csspc", "csscc", "cssss"],
}


def test_several_may_be_asked_for_before_the_first_is_told() -> None:
    table = synthetic_table(FLAT_SPACE, seed=0)
    for name in BLACK_BOXES:
        strategy = black_box(name, FLAT_SPACE, 0)
        asked = [strategy.ask() for _ in range(30)]
        for genotype in asked:
            strategy.tell(genotype, -table[genotype])
        assert len(set(asked)) == 30
        assert all(a != b for a, b in itertools.pairwise(asked))
