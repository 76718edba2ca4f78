"""A run's history: like units averaged, repeated steps counted once, phases timed over all sessions."""

import numpy as np
import pytest
from tests.core.search.report.conftest import SPACE, event, search_events, supernet_started

from lineament.search.report.history import MOST_COLUMNS, read_history
from lineament.search.runs import Event


def test_losses_are_averaged_over_like_units_and_the_last_report_of_a_step_counts() -> None:
    (losses,) = read_history(search_events()).losses
    assert (losses.phase, losses.title, losses.runs) == ("warm-up", "gaze, CNN", 2)
    assert losses.train.steps == (1, 2, 3)
    assert losses.train.mean == pytest.approx((1.5, 1.0, (1 / 3 + 9.0) / 2))
    assert losses.train.low == pytest.approx((1.0, 0.5, 1 / 3))
    assert losses.train.high == pytest.approx((2.0, 1.5, 9.0))
    assert losses.validation is not None
    assert losses.validation.steps == (2, 3)


def test_units_of_other_families_have_their_own_curves_in_the_usual_order() -> None:
    events = search_events()
    events.insert(2, event(1.5, *supernet_started("c", "gnn")))
    events.insert(3, event(1.6, "c", "losses", {"step": 1, "train": 1.0, "validation": None}))
    first, second = read_history(events).losses
    assert (first.title, second.title) == ("gaze, CNN", "gaze, GNN")
    assert second.validation is None


def test_weights_may_come_by_name_or_in_the_order_of_the_space() -> None:
    named = search_events()
    listed = [as_lists(e) if e.kind == "operation_weights" else e for e in named]
    one, other = read_history(named).weights, read_history(listed).weights
    assert len(one) == len(other) == 1  # an edge without a choice is left out
    assert one[0].operations == other[0].operations == SPACE.edge("gaze.cnn.0-1").candidates
    np.testing.assert_allclose(one[0].weights, other[0].weights)
    assert one[0].weights.shape == (3, 10)


def as_lists(one: Event) -> Event:
    edges = {edge: list(weights.values()) for edge, weights in one.values["edges"].items()}
    return event(one.time, one.unit, one.kind, {"step": one.values["step"], "edges": edges})


def test_long_histories_of_weights_are_thinned_out_to_the_last_step() -> None:
    events = [*search_events()[:2], event(2.0, *supernet_started("a"))]
    for step in range(1, 301):
        events.append(event(3.0, "a", "losses", {"step": step, "train": 1.0, "validation": 1.0}))
        weights = {"step": step, "edges": {"gaze.cnn.0-1": {"skip": step / 300, "conv3": 1 - step / 300}}}
        events.append(event(3.0, "a", "operation_weights", weights))
    (edge,) = read_history(events).weights
    assert len(edge.steps) == MOST_COLUMNS
    assert (edge.steps[0], edge.steps[-1]) == (1, 300)
    np.testing.assert_allclose(edge.weights[:, 0], np.array(edge.steps) / 300)


def test_phases_add_up_what_several_sessions_did() -> None:
    again = [
        event(107.0, None, "session_started", {"resumed": True, "finished": 1}),
        event(108.0, None, "phase_started", {"phase": "warm-up", "part": "", "units": 2, "cost": 60.0}),
        event(108.5, "a", "unit_finished", {"unit_kind": "warm_up", "seconds": 0.0, "reused": True}),
        event(109.0, "b", "unit_finished", {"unit_kind": "warm_up", "seconds": 0.5, "reused": False}),
        event(110.0, None, "phase_finished", {"phase": "warm-up", "part": "", "spent": 60.0}),
    ]
    stopped = [e for e in search_events() if e.kind != "phase_finished" and (e.kind, e.unit) != ("unit_finished", "b")]
    history = read_history([*stopped, *again])
    (phase,) = history.phases
    assert (phase.units, phase.seconds, phase.spent) == (2, 3.0, 60.0)
    assert phase.wall_s == pytest.approx(6.0 - 1.0 + 2.0)  # not the hundred seconds in between
    assert history.sessions == 2


def test_damage_and_lost_workers_are_counted() -> None:
    events = [
        *search_events(),
        event(8.0, "a", "unit_restarted", {"reason": "its result is damaged"}),
        event(9.0, "a", "unit_retried", {"reason": "its process died", "attempt": 2}),
        event(9.5, None, "leaderboard", {"entries": [{"name": "x", "mean_rmse": 4.0}]}),
    ]
    history = read_history(events)
    assert (history.restarted, history.retried) == (1, 1)
    assert history.short_list[0]["name"] == "x"


def test_nothing_is_made_of_no_events() -> None:
    history = read_history([])
    assert history.to_json()["phases"] == []
    assert history.losses == history.weights == []
