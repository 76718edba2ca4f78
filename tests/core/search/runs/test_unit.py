"""Units are known by what decides their result, and get seeds that depend on nothing else."""

from lineament.search.runs import Unit, derived_seed


def test_equal_work_is_one_unit_whatever_it_is_expected_to_cost() -> None:
    one = Unit("train", {"fold": 1, "edges": ("a", "b")}, cost=5)
    same = Unit("train", {"edges": ["a", "b"], "fold": 1}, cost=9)
    assert one == same
    assert one.key == same.key
    assert len({one, same, Unit("train", {"fold": 2, "edges": ["a", "b"]}), Unit("test", one.settings)}) == 3


def test_later_changes_to_what_was_handed_in_do_not_reach_the_unit() -> None:
    settings = {"edges": ["a"]}
    unit = Unit("train", settings)
    key = unit.key
    settings["edges"].append("b")
    assert Unit("train", unit.settings).key == key


def test_keys_and_seeds_stay_what_they_were_in_runs_on_disk() -> None:
    """If this fails, old runs no longer resume: raise `RUN_SCHEMA`."""
    unit = Unit("warm_up", {"attribute": "gaze", "fold": 0, "rate": 0.003})
    assert unit.key == "e124172d40d99bd5174230e8"
    assert derived_seed(7, unit.key) == 1593805979178684853


def test_seeds_differ_between_units_and_between_runs_and_fit_every_generator() -> None:
    seeds = {derived_seed(run, Unit("u", {"i": i}).key) for run in range(5) for i in range(200)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_unit_comes_back_from_json() -> None:
    unit = Unit("train", {"fold": 1}, cost=3.5)
    assert Unit.from_json(unit.to_json()) == unit
    assert Unit.from_json(unit.to_json()).cost == 3.5
