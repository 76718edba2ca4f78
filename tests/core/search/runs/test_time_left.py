"""The time left: learned for each kind, shared among workers, and not misled by what was already there."""

import pytest

from lineament.search.runs import Event, TimeLeft, Unit

FAST = [Unit("fast", {"i": i}, cost=10) for i in range(4)]
SLOW = [Unit("slow", {"i": i}, cost=10) for i in range(2)]


def started(unit: Unit, time: float) -> Event:
    return Event(time, "unit_started", unit.key, {})


def progress(unit: Unit, time: float, step: int) -> Event:
    return Event(time, "unit_progress", unit.key, {"step": step, "steps": 100})


def finished(unit: Unit, time: float, seconds: float, reused: bool = False) -> Event:
    return Event(time, "unit_finished", unit.key, {"seconds": seconds, "reused": reused})


def test_nothing_is_known_at_the_start_and_nothing_is_left_at_the_end() -> None:
    left = TimeLeft()
    left.plan(FAST[:1])
    assert left.seconds(0.0) is None
    left.observe(finished(FAST[0], 5.0, 5.0))
    assert left.seconds(5.0) == 0.0


def test_each_kind_has_its_own_speed_and_an_unknown_one_that_of_all() -> None:
    left = TimeLeft()
    left.plan(FAST + SLOW)
    left.observe(finished(FAST[0], 2.0, 2.0))
    assert left.seconds(2.0) == pytest.approx(3 * 2 + 2 * 2)
    left.observe(finished(SLOW[0], 32.0, 30.0))
    assert left.seconds(32.0) == pytest.approx(3 * 2 + 30)


def test_workers_share_the_work() -> None:
    left = TimeLeft(workers=2)
    left.plan(FAST)
    left.observe(finished(FAST[0], 4.0, 4.0))
    assert left.seconds(4.0) == pytest.approx(3 * 4 / 2)


def test_a_running_unit_counts_by_its_steps() -> None:
    left = TimeLeft()
    left.plan(FAST[:2])
    left.observe(started(FAST[0], 0.0))
    left.observe(progress(FAST[0], 0.0, 0))
    left.observe(progress(FAST[0], 3.0, 25))
    assert left.seconds(3.0) == pytest.approx(0.75 * 12 + 12)


def test_what_an_earlier_session_did_does_not_count_as_speed() -> None:
    left = TimeLeft()
    left.plan(FAST)
    left.observe(finished(FAST[0], 0.0, 0.0, reused=True))
    left.observe(started(FAST[1], 0.0))
    left.observe(progress(FAST[1], 1.0, 50))
    assert left.seconds(1.0) is None
    left.observe(progress(FAST[1], 2.0, 75))
    assert left.seconds(2.0) == pytest.approx((0.25 + 2) * 4)


def test_a_resumed_unit_that_finished_teaches_by_the_part_done_here() -> None:
    left = TimeLeft()
    left.plan(FAST[:2])
    left.observe(started(FAST[0], 0.0))
    left.observe(progress(FAST[0], 1.0, 80))
    left.observe(finished(FAST[0], 3.0, 3.0))
    assert left.seconds(3.0) == pytest.approx(2.0 / 0.2)


def test_later_work_is_expected_until_its_units_are_known() -> None:
    left = TimeLeft()
    left.plan(FAST[:1])
    left.expect("slow", 100.0)
    left.observe(finished(FAST[0], 1.0, 1.0))
    assert left.seconds(1.0) == pytest.approx(10.0)
    left.plan(SLOW)
    assert left.seconds(1.0) == pytest.approx(2.0)


def test_units_nobody_planned_are_ignored() -> None:
    left = TimeLeft()
    left.observe(finished(FAST[0], 1.0, 1.0))
    assert left.seconds(1.0) is None


def test_a_clock_that_is_set_back_never_makes_the_time_left_negative() -> None:
    left = TimeLeft()
    left.plan(FAST[:2])
    left.observe(started(FAST[0], 5000.0))
    left.observe(progress(FAST[0], 5000.0, 0))
    left.observe(progress(FAST[0], 5003.0, 25))
    left.observe(progress(FAST[0], 1000.0, 50))
    assert left.seconds(1000.0) is None or left.seconds(1000.0) >= 0
    left.observe(progress(FAST[0], 1003.0, 75))
    assert left.seconds(1003.0) == pytest.approx(3 + 12)
    left.observe(finished(FAST[0], 900.0, 15.0))
    left.observe(started(FAST[1], 900.0))
    left.observe(progress(FAST[1], 900.0, 0))
    left.observe(progress(FAST[1], 902.0, 50))
    assert left.seconds(902.0) == pytest.approx(2)
