"""Shares, costs and times of phases, told from events by hand."""

import pytest
from tests.core.search.monitor.conftest import event, finished, over, phase, started

from lineament.search.config import SearchConfig
from lineament.search.monitor.stages import Stage, StageReader, planned_phases
from lineament.search.runs import Event


def read(config: SearchConfig, *events: Event, live: bool = True) -> dict[str, Stage]:
    reader = StageReader()
    for one in events:
        reader.take(one)
    return {stage.title: stage for stage in reader.stages(config, live=live)}


def warm(at: float, unit: str, attribute: str, cost: float) -> Event:
    return started(at, unit, "warm_up", cost, attribute=attribute, family="cnn")


def test_before_anything_all_phases_of_the_method_wait(config: SearchConfig) -> None:
    stages = read(config)
    assert list(stages) == ["gaze", "pose", "joint", "discretise", "short list", "final", "controls"]
    assert {stage.state for stage in stages.values()} == {"waiting"}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"method": "random"}, ["search", "short list", "final", "controls"]),
        ({"joint": False}, ["warm-up", "short list", "final", "controls"]),
        ({"method": "darts"}, ["warm-up", "joint", "short list", "final", "controls"]),
    ],
)
def test_phases_follow_from_the_settings(config: SearchConfig, changes: dict[str, object], names: list[str]) -> None:
    assert planned_phases(config.with_changes(**changes)) == names


def test_the_warm_up_is_told_apart_by_attribute(config: SearchConfig) -> None:
    stages = read(
        config,
        phase(0.0, "warm-up", 40.0),
        warm(1.0, "a", "gaze", 10.0),
        finished(3.0, "a", "warm_up", 2.0),
        warm(3.0, "b", "gaze", 10.0),
        event(5.0, "unit_progress", "b", step=1, steps=2),
    )
    # both attributes cost alike, so 20 of the phase's 40 are expected for each
    assert stages["gaze"].share == pytest.approx(15 / 20)
    assert (stages["gaze"].state, stages["gaze"].pieces, stages["gaze"].work_s) == ("running", 1, 2.0)
    assert (stages["pose"].state, stages["pose"].share) == ("waiting", 0.0)


def test_an_attribute_that_takes_more_than_was_expected_of_it_is_never_over_the_whole(config: SearchConfig) -> None:
    stages = read(config, phase(0.0, "warm-up", 20.0), warm(1.0, "a", "gaze", 30.0), finished(2.0, "a", "warm_up"))
    assert (stages["gaze"].share, stages["gaze"].cost) == (1.0, 30.0)


def test_the_time_left_is_the_pace_of_this_session(config: SearchConfig) -> None:
    stages = read(
        config,
        phase(100.0, "joint", 30.0),
        started(100.0, "a", "joint", 30.0),
        event(110.0, "unit_progress", "a", step=1, steps=4),
    )
    assert stages["joint"].left_s == pytest.approx(30.0)  # a quarter took ten seconds


def test_what_an_earlier_session_did_does_not_count_for_the_pace(config: SearchConfig) -> None:
    stages = read(
        config,
        phase(0.0, "joint", 30.0),
        started(0.0, "a", "joint", 30.0),
        event(50.0, "unit_progress", "a", step=2, steps=4),
        event(1000.0, "session_started", resumed=True, finished=0),
        phase(1000.0, "joint", 30.0),
        started(1000.0, "a", "joint", 30.0, resumed=True),
        event(1005.0, "unit_progress", "a", step=3, steps=4),
    )
    assert stages["joint"].share == pytest.approx(0.75)
    assert stages["joint"].left_s == pytest.approx(5.0)


def test_a_unit_begun_anew_without_a_checkpoint_begins_at_nothing(config: SearchConfig) -> None:
    stages = read(
        config,
        phase(0.0, "joint", 30.0),
        started(0.0, "a", "joint", 30.0),
        event(5.0, "unit_progress", "a", step=3, steps=4),
        started(9.0, "a", "joint", 30.0, resumed=False),
    )
    assert stages["joint"].share == 0.0


def test_a_phase_that_is_over_is_whole_whatever_it_was_expected_to_cost(config: SearchConfig) -> None:
    stages = read(config, phase(0.0, "final", 100.0), over(5.0, "final", 60.0))
    assert (stages["final"].state, stages["final"].share) == ("finished", 1.0)


def test_after_a_pause_phases_that_were_finished_stay_so(config: SearchConfig) -> None:
    before = [phase(0.0, "joint", 10.0), started(0.0, "a", "joint", 10.0), finished(5.0, "a", "joint")]
    before += [over(5.0, "joint", 10.0), phase(6.0, "final", 20.0), event(7.0, "paused"), event(90.0, "continued")]
    again = [phase(90.0, "joint", 10.0), finished(90.0, "a", "joint", reused=True)]
    assert read(config, *before, *again)["joint"].state == "finished"
    damaged = [phase(90.0, "joint", 10.0), started(91.0, "a", "joint", 10.0)]
    assert read(config, *before, *damaged)["joint"].state == "running"


def test_where_nobody_works_a_phase_under_way_is_halted(config: SearchConfig) -> None:
    events = [phase(0.0, "joint", 30.0), started(0.0, "a", "joint", 30.0)]
    stages = read(config, *events, event(3.0, "unit_progress", "a", step=1, steps=2), live=False)
    assert (stages["joint"].state, stages["joint"].share, stages["joint"].left_s) == ("halted", 0.5, None)


def test_parts_of_nested_cross_validation_have_a_strip_each(config: SearchConfig) -> None:
    nested = config.with_changes(protocol="nested-cv")
    stages = read(
        nested,
        phase(0.0, "joint", 10.0, "outer fold 1"),
        over(1.0, "joint", 10.0, "outer fold 1"),
        phase(2.0, "warm-up", 10.0, "outer fold 2"),
    )
    assert stages["joint"].state == "waiting"


def test_a_clock_that_was_set_back_says_nothing_of_the_time_left(config: SearchConfig) -> None:
    events = [phase(100.0, "joint", 30.0), started(100.0, "a", "joint", 30.0)]
    stages = read(config, *events, event(40.0, "unit_progress", "a", step=1, steps=2))
    assert stages["joint"].left_s is None
