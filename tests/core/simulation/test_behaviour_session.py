"""Sessions have the recording's columns, plausible behaviour, and the joint effects."""

from dataclasses import replace

import numpy as np
import pytest

from lineament.face import AU_NAMES
from lineament.recording import RecordingView
from lineament.simulation import SimulatedRecording, draw_person, simulate_session
from lineament.simulation.conversation import hold_conversation
from lineament.simulation.expressions import plan_smiles
from lineament.simulation.joint import AU, Jointly
from lineament.simulation.motion import move
from lineament.simulation.parameters import CUE_INDEX, LIMITS
from lineament.simulation.persons import Person, SessionBehaviour, session_behaviour
from lineament.simulation.rendering import add_events, block_mean, rhythm, wander

SECONDS = 300.0


@pytest.fixture(scope="module")
def person() -> Person:
    return draw_person(np.random.default_rng(1))


@pytest.fixture(scope="module")
def session(person: Person) -> SimulatedRecording:
    return simulate_session(person, 8, SECONDS, 30, np.random.default_rng(2))


def behaviour_with(person: Person, seed: int = 0, **values: float) -> SessionBehaviour:
    found = session_behaviour(person, 5, np.random.default_rng(seed))
    by_topic = found.by_topic.copy()
    for name, value in values.items():
        by_topic[:, CUE_INDEX[name]] = value
    return replace(found, by_topic=by_topic)


def test_session_is_a_recording_view_with_every_column(session: SimulatedRecording) -> None:
    view: RecordingView = session
    n = round(SECONDS * 30)
    assert view.n_rows == n
    names = [*(f"{au}_{kind}" for au in AU_NAMES for kind in "rc"), "pose_Tx", "pose_Rz", "gaze_0_x", "gaze_1_z"]
    names += ["frame", "pts", "timestamp", "face_id", "confidence", "success", "gaze_angle_x", "gaze_angle_y"]
    names += ["eye_openness", "face_size", "sharpness", "brightness", "visible"]
    assert all(view.has(name) for name in names)
    assert all(len(view.column(name)) == n for name in names)
    points = view.landmarks68(10, 25)
    assert points is not None
    assert points.shape == (15, 68, 2)
    assert view.meta.provenance.simulated
    assert view.meta.provenance.extractor == "simulated/lineament-facemesh"
    assert view.row_of_frame(n) == -1
    with pytest.raises(KeyError, match="no column AU99_r"):
        view.column("AU99_r")


def test_lost_frames_are_nan_and_within_the_published_share(person: Person) -> None:
    lost = []
    for seed in range(12):
        found = simulate_session(draw_person(np.random.default_rng(seed)), 5, 200, 10, np.random.default_rng(seed))
        success = np.asarray(found.column("success"), dtype=bool)
        intensities = np.asarray(found.column("AU12_r"))
        assert np.isnan(intensities[~success]).all()
        assert np.isfinite(intensities[success]).all()
        assert not np.asarray(found.column("AU12_c"))[~success].any()
        lost.append(1 - success.mean())
    assert 0.015 < np.mean(lost) < 0.05


def test_same_seed_same_session_other_seed_another(person: Person) -> None:
    a, b, c = (simulate_session(person, 8, 20, 10, np.random.default_rng(s)) for s in (4, 4, 5))
    np.testing.assert_array_equal(a.points, b.points)
    assert not np.array_equal(a.column("AU12_r"), c.column("AU12_r"), equal_nan=True)


def test_looking_down_loses_more_frames() -> None:
    down, up = [], []
    for seed in range(10):
        found = simulate_session(draw_person(np.random.default_rng(seed)), 20, 400, 10, np.random.default_rng(seed))
        success = np.asarray(found.column("success"), dtype=bool)
        low = found.motion.gaze[:, 1] - np.median(found.motion.gaze[:, 1]) > np.radians(10)
        down.append(1 - success[low].mean())
        up.append(1 - success[~low].mean())
    assert np.mean(down) > 1.5 * np.mean(up)


def test_blinks_follow_their_rate(person: Person) -> None:
    behaviour = behaviour_with(person, blink_rate=24.0, blink_duration=0.2)
    motion = move(person, behaviour, 600, 60, Jointly(), np.random.default_rng(0))
    closed = np.diff((motion.closure > 0.2).astype(int)) == 1
    assert closed.sum() / 10 == pytest.approx(24, rel=0.25)


def test_gaze_share_and_speech_follow_their_cues(person: Person) -> None:
    values = {"gaze_listening": 0.9, "gaze_speaking": 0.3, "gaze_down_share": 0.5}
    motion = move(person, behaviour_with(person, **values), 900, 30, Jointly(), np.random.default_rng(0))
    away = np.hypot(*(motion.gaze - np.radians(person.appearance.interviewer)).T) > np.radians(6)
    speaking = motion.speaking > 0.5
    assert away[speaking].mean() > away[~speaking].mean() + 0.2
    assert 0.3 < speaking.mean() < 0.8


def test_mouth_moves_with_speech(session: SimulatedRecording) -> None:
    speaking = session.motion.speaking > 0.5
    jaw = session.motion.au[:, AU["AU26"]]
    assert jaw[speaking].mean() > 5 * jaw[~speaking].mean()


def test_head_moves_with_its_cues(person: Person) -> None:
    for amplitude, speed in ((4.0, 6.0), (9.0, 14.0)):
        behaviour = behaviour_with(person, head_amplitude=amplitude, head_speed=speed, nod_rate=0.01)
        motion = move(person, behaviour, 1200, 30, Jointly(), np.random.default_rng(3))
        degrees = np.degrees(motion.head)
        assert degrees[:, 1].std() == pytest.approx(amplitude, rel=0.3)
        measured = np.sqrt(np.mean(np.sum((np.diff(degrees, axis=0) * 30) ** 2, axis=1)))
        assert measured == pytest.approx(speed, rel=0.4)


def test_controlled_smiles_are_smaller_and_carry_the_control(person: Person) -> None:
    behaviour = behaviour_with(person, smile_rate=6.0, smile_control=0.999, smile_cheek=0.5)
    talk = hold_conversation(behaviour, 600, np.random.default_rng(0))
    smiles = plan_smiles(behaviour, talk, Jointly(), np.random.default_rng(1))
    assert (smiles.control >= 0).mean() > 0.97
    none = plan_smiles(behaviour, talk, Jointly(controlled_smile=False), np.random.default_rng(1))
    assert (none.control < 0).all()
    np.testing.assert_array_equal(none.start, smiles.start)


def test_overall_share_of_au14_does_not_tell_of_control(person: Person) -> None:
    means = []
    for control in (0.05, 0.9):
        values = {"smile_rate": 3.0, "smile_control": control, "au14_share": 0.25}
        found = [
            move(person, behaviour_with(person, **values), 900, 10, Jointly(), np.random.default_rng(s))
            for s in range(4)
        ]
        means.append(np.mean([(m.au[:, AU["AU14"]] > 0.3).mean() for m in found]))
    assert means[0] == pytest.approx(means[1], rel=0.25)


def test_gaze_down_brings_the_head_down_only_when_coupled(person: Person) -> None:
    behaviour = behaviour_with(person, gaze_head_coupling=0.5, gaze_down_share=0.5)

    def correlation(jointly: Jointly) -> float:
        runs = [move(person, behaviour, 900, 10, jointly, np.random.default_rng(seed)) for seed in range(3)]
        return float(np.mean([np.corrcoef(m.head[:, 0], m.gaze[:, 1])[0, 1] for m in runs]))

    assert correlation(Jointly()) > 0.3
    assert abs(correlation(Jointly(gaze_with_head=False))) < 0.12


def test_coupling_leaves_the_pitch_spread(person: Person) -> None:
    spreads = []
    for coupling in (0.0, 0.45):
        behaviour = behaviour_with(person, gaze_head_coupling=coupling, head_amplitude=9.0)
        runs = [move(person, behaviour, 900, 10, Jointly(), np.random.default_rng(s)) for s in range(3)]
        spreads.append(np.mean([np.degrees(m.head[:, 0]).std() for m in runs]))
    assert spreads[0] == pytest.approx(spreads[1], rel=0.12)


def test_replies_follow_the_interviewers_smile(person: Person) -> None:
    behaviour = behaviour_with(person, smile_rate=0.01, reply_chance=0.99, reply_latency=0.7)
    talk = hold_conversation(behaviour, 1200, np.random.default_rng(0))
    smiles = plan_smiles(behaviour, talk, Jointly(), np.random.default_rng(1))
    lags = [float(np.min(np.abs(talk.interviewer_smiles + 0.7 - start))) for start in smiles.start]
    assert np.median(lags) < 0.5
    assert len(smiles.start) >= 0.8 * len(talk.interviewer_smiles)


def test_the_interviewer_does_not_react_to_severity() -> None:
    """The whole conversation's interviewer side is drawn without severity; means must agree."""
    rates = []
    for severity in (0.0, 24.0):
        totals = []
        for seed in range(150):
            rng = np.random.default_rng(seed)
            behaviour = session_behaviour(draw_person(rng), severity, rng)
            talk = hold_conversation(behaviour, 300, np.random.default_rng(1000 + seed))
            questions = talk.questions[:, 1] - talk.questions[:, 0]
            totals.append((len(talk.interviewer_smiles), questions.mean()))
        rates.append(np.mean(totals, axis=0))
    np.testing.assert_allclose(rates[0], rates[1], rtol=0.12)


def test_sessions_at_ten_and_thirty_hertz_agree(person: Person) -> None:
    """A slow camera integrates: mean intensity of every unit stays, and so does the eye opening."""
    slow, fast = (
        np.mean(
            [simulate_session(person, 8, 300, fps, np.random.default_rng(s)).motion.au.mean(axis=0) for s in range(4)],
            axis=0,
        )
        for fps in (10, 30)
    )
    np.testing.assert_allclose(slow, fast, atol=0.12)


def test_measured_units_stay_on_the_scale(session: SimulatedRecording) -> None:
    for name in AU_NAMES:
        values = np.asarray(session.column(f"{name}_r"))
        assert np.nanmin(values) >= 0
        assert np.nanmax(values) <= 5


def test_events_reach_their_peak_and_end() -> None:
    signal = np.zeros(100)
    add_events(signal, 10, np.array([2.0]), 0.5, 1.0, 0.5, 3.0)
    assert signal.max() == pytest.approx(3)
    assert signal[:20].sum() == 0
    assert signal[41:].sum() == 0
    add_events(signal, 10, np.array([9.9]), 0.5, 5.0, 0.5, 1.0)  # runs over the end
    assert len(signal) == 100


def test_random_processes_have_their_spread_and_speed() -> None:
    rng = np.random.default_rng(0)
    walk = wander(200_000, 30, 0.5, 2.0, rng)
    assert walk.std() == pytest.approx(2, rel=0.05)
    wave, speed = rhythm(200_000, 30, 0.5, rng)
    assert wave.std() == pytest.approx(1, rel=0.05)
    assert np.sqrt(np.mean((np.diff(wave) * 30) ** 2)) == pytest.approx(speed, rel=0.03)
    np.testing.assert_allclose(block_mean(np.arange(6.0), 3), [1, 4])


def test_limits_hold_in_every_session() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        found = session_behaviour(draw_person(rng), 24, rng)
        for name, (low, high) in LIMITS.items():
            values = found.by_topic[:, CUE_INDEX[name]]
            assert (values >= low).all()
            assert (values <= high).all()
