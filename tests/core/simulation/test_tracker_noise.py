"""The measurement model has the tracker's measured gains, noise and offsets; the tool that measures them is right."""

import json

import numpy as np
import pytest
from tools.fit_tracker_noise import (
    FPS,
    Compared,
    fit_line,
    fit_losses,
    fit_points,
    fit_units,
    noise_by_activity,
    noise_of,
)

from lineament.face import AU_NAMES
from lineament.simulation import draw_person, simulate_session
from lineament.simulation.measurement import measure_action_units, measure_gaze, measure_pose
from lineament.simulation.motion import Motion
from lineament.simulation.persons import Person
from lineament.simulation.rendering import wander
from lineament.simulation.tracker import LINES, TABLE, tracker_noise

N = 6000


@pytest.fixture(scope="module")
def person() -> Person:
    return draw_person(np.random.default_rng(3))


@pytest.fixture(scope="module")
def motion(person: Person) -> Motion:
    return simulate_session(person, 5, N / 30, 30, np.random.default_rng(4)).motion


def lag_1(x: np.ndarray) -> float:
    return float(np.corrcoef(x[1:], x[:-1])[0, 1])


def test_the_committed_table_is_whole() -> None:
    facts = json.loads(TABLE.read_text(encoding="utf-8"))
    assert facts["made_by"] == "tools/fit_tracker_noise.py"
    assert set(facts["units"]) == set(AU_NAMES)
    assert set(facts["lines"]) == set(LINES)
    tracker = tracker_noise()
    gains = np.diag(tracker.mixing)
    assert ((gains > 0.1) & (gains < 1.5)).all()
    assert ((tracker.noise >= 0.02) & (tracker.noise < 1.5)).all()
    assert (tracker.lasting_s >= 0.01).all()
    assert 1 <= tracker.turned < 3
    assert 0 < tracker.points_common < 1


def test_intensities_have_the_tables_noise(person: Person, motion: Motion) -> None:
    """Where nothing is cut at 0 and the head is straight, two measurements of one movement differ by the noise."""
    tracker = tracker_noise()
    twelve = AU_NAMES.index("AU12")
    raised = motion.au.copy()
    raised[:, twelve] = 3.0
    straight = np.zeros_like(motion.head)
    still = Motion(**{**vars(motion), "au": raised, "head": straight})
    a, b = (measure_action_units(still, person.appearance, 30, 1.0, np.random.default_rng(s)) for s in (0, 1))
    difference = (a[:, twelve] - b[:, twelve]).astype(float)
    size = tracker.noise[twelve] + tracker.growth[twelve] * raised.sum(axis=1)
    assert difference.std() / np.sqrt(2) == pytest.approx(np.sqrt((size**2).mean()), rel=0.15)
    assert lag_1(difference) == pytest.approx(np.exp(-1 / (30 * tracker.lasting_s[twelve])), abs=0.03)
    quiet = measure_action_units(still, person.appearance, 30, 0.0, np.random.default_rng(0))
    expected = raised @ tracker.mixing[:, twelve]  # gains of this person only scale it
    assert np.corrcoef(quiet[:, twelve], expected)[0, 1] > 0.8


def test_noise_grows_in_turned_faces(person: Person, motion: Motion) -> None:
    tracker = tracker_noise()
    twelve = AU_NAMES.index("AU12")
    raised = motion.au.copy()
    raised[:, twelve] = 4.0
    spreads = []
    for yaw in (0.0, 30.0):
        head = np.zeros_like(motion.head)
        head[:, 1] = np.radians(yaw)
        still = Motion(**{**vars(motion), "au": raised, "head": head})
        a, b = (measure_action_units(still, person.appearance, 30, 1.0, np.random.default_rng(s)) for s in (0, 1))
        spreads.append(float((a[:, twelve] - b[:, twelve]).std()))
    assert spreads[1] / spreads[0] == pytest.approx(tracker.turned, rel=0.12)


def test_gaze_and_pose_have_the_persons_gain_and_offset(person: Person, motion: Motion) -> None:
    looks, tracker = person.appearance, tracker_noise()
    gaze = measure_gaze(motion, looks, 30, 1.0, np.random.default_rng(0))
    open_eyes = motion.closure < 0.05
    for k in (0, 1):
        gain, _ = np.polyfit(motion.gaze[open_eyes, k], gaze[open_eyes, k], 1)
        assert gain == pytest.approx(looks.line_gain[k], abs=0.05)
    rotation, place = measure_pose(motion, looks, 30, 1.0, np.random.default_rng(0))
    rest = np.degrees(rotation - looks.line_gain[2:5] * motion.head) - looks.line_offset[2:5]
    assert rest.std(axis=0) == pytest.approx(tracker.line_noise[2:5], rel=0.2)
    off = place - motion.place - looks.line_offset[5:]
    assert off.std(axis=0) == pytest.approx(tracker.line_noise[5:], rel=0.2)


def test_persons_differ_in_offsets_as_the_table_says() -> None:
    looks = [draw_person(np.random.default_rng(seed)).appearance for seed in range(600)]
    tracker = tracker_noise()
    offsets = np.array([one.au_offset for one in looks])
    assert offsets.mean(axis=0) == pytest.approx(tracker.offset, abs=0.12)
    assert offsets.std(axis=0) == pytest.approx(tracker.offset_sd, rel=0.15)
    assert np.log([one.au_gain for one in looks]).std(axis=0) == pytest.approx(tracker.gain_ln_sd, rel=0.15)


def people(n: int = 3, rows: int = 4000) -> list[Compared]:
    """Persons whose measurement is known: gain .7, cross-talk AU12 -> AU14 .3, offsets, first-order noise."""
    made = []
    for p in range(n):
        rng = np.random.default_rng(p)
        au = np.clip(np.array([wander(rows, FPS, 0.7, 1.5, rng) for _ in range(17)]).T - 0.5, 0, 5)
        mixing = 0.7 * np.eye(17)
        mixing[AU_NAMES.index("AU12"), AU_NAMES.index("AU14")] = 0.3
        noise = np.array([wander(rows, FPS, 0.15, 0.2, rng) for _ in range(17)]).T
        head = np.array([wander(rows, FPS, 2.0, 5.0, rng) for _ in range(3)]).T
        gaze = np.array([wander(rows, FPS, 0.5, 8.0, rng) for _ in range(2)]).T
        jitter = np.array([wander(rows, FPS, 0.1, 0.5, rng) for _ in range(5)]).T
        found = rng.random(rows) > 0.1 * (np.abs(head[:, 1]) > 10)
        made.append(
            Compared(
                au=au,
                au_seen=au @ mixing + 0.5 + 0.1 * p + noise,
                gaze=gaze,
                gaze_seen=0.8 * gaze + 2.0 + jitter[:, :2],
                head=head,
                head_seen=0.9 * head + p + jitter[:, 2:],
                place=head,
                place_seen=head,
                points_off=0.01 * rng.standard_normal((rows, 68, 2)),
                found=found,
                ordinary=np.ones(rows, dtype=bool),
                confidence=np.full(rows, 0.9),
            )
        )
        made[-1].ordinary[:200] = False
    return made


def test_the_fit_finds_gains_cross_talk_offsets_and_noise() -> None:
    found = fit_units(people())
    units = found["units"]
    assert isinstance(units, dict)
    assert units["AU12"]["gain"] == pytest.approx(0.7, abs=0.03)
    assert units["AU04"]["offset"] == pytest.approx(0.6, abs=0.06)
    assert units["AU04"]["offset_sd"] == pytest.approx(np.std([0, 0.1, 0.2]), abs=0.04)
    assert units["AU04"]["noise"] == pytest.approx(0.2, rel=0.1)
    assert units["AU04"]["lasting_s"] == pytest.approx(0.15, rel=0.25)
    assert found["cross_talk"] == [("AU12", "AU14", pytest.approx(0.3, abs=0.03))]


def test_the_fit_finds_lines_points_and_losses() -> None:
    compared = people()
    gaze = fit_line(compared, "gaze", 0)
    assert gaze["gain"] == pytest.approx(0.8, abs=0.02)
    assert gaze["noise"] == pytest.approx(0.5, rel=0.1)
    yaw = fit_line(compared, "head", 1)
    assert yaw["gain"] == pytest.approx(0.9, abs=0.02)
    assert yaw["offset_sd"] == pytest.approx(np.std([0, 1, 2]), abs=0.1)
    points = fit_points(compared)
    assert points["noise"] == pytest.approx(0.01, rel=0.05)
    assert points["common"] < 0.12
    losses = fit_losses(compared)
    by_yaw = losses["by_yaw"]
    assert isinstance(by_yaw, dict)
    assert by_yaw["0..10"][0] == 0
    assert by_yaw["10..20"][0] == pytest.approx(0.1, abs=0.05)
    assert losses["confidence"] == 0.9


def test_noise_that_grows_with_the_face_is_told_from_that_of_a_face_at_rest() -> None:
    rng = np.random.default_rng(1)
    activity, owner = rng.uniform(0, 10, 40_000), np.repeat([0, 1], 20_000)
    rest = (0.1 + 0.03 * activity) * rng.standard_normal(40_000) + owner
    still, growth = noise_by_activity(rest, activity, owner)
    assert still == pytest.approx(0.1, abs=0.01)
    assert growth == pytest.approx(0.03, abs=0.002)


def test_rare_large_errors_are_not_the_noise_of_every_frame() -> None:
    rng = np.random.default_rng(0)
    row = wander(20_000, FPS, 0.2, 0.3, rng)
    row[::50] += 10
    found = noise_of([row])
    assert found["noise"] == pytest.approx(0.3, rel=0.1)
    assert found["all"] > 1
