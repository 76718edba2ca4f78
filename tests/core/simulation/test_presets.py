"""Kinds of cohorts: what is tied to severity in each, what is held still, and what is refused."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineament.cli.main import main
from lineament.errors import DatasetError, StorageError
from lineament.simulation import (
    PRESETS,
    draw_person,
    like_daic_woz,
    simulate_cohort,
    simulate_session,
    write_cohort,
)
from lineament.simulation.cohort import session_truth
from lineament.simulation.conversation import hold_conversation
from lineament.simulation.joint import AU, Jointly
from lineament.simulation.matched import elsewhere, frozen, plan_matched_smiles, quota, spread_out
from lineament.simulation.motion import Motion, move
from lineament.simulation.parameters import number
from lineament.simulation.persons import Person, SessionBehaviour, session_behaviour


def behaving(preset: str, seed: int = 0, **values: float) -> tuple[Person, SessionBehaviour, Jointly]:
    """A person of a preset whose cues are set to values in natural units."""
    settings = PRESETS[preset].settings()
    rng = np.random.default_rng(seed)
    person = draw_person(rng, settings.population)
    found = session_behaviour(person, 8.0, rng, settings.population)
    by_topic = found.by_topic.copy()
    for name, value in values.items():
        by_topic[:, found.names.index(name)] = value
    return person, replace(found, by_topic=by_topic), settings.jointly


def moved(preset: str, seconds: float = 600, seed: int = 0, **values: float) -> Motion:
    person, behaviour, jointly = behaving(preset, seed, **values)
    return move(person, behaviour, seconds, 10, jointly, np.random.default_rng(seed + 1))


def lagged(a: np.ndarray, b: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(a[: len(a) - lag], b[lag:])[0, 1])


def test_toys_say_so_wherever_they_appear(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toys = {name for name, preset in PRESETS.items() if preset.toy}
    assert {"strong", "planted", "visible_mouth", "visible_eyes"} <= toys
    assert not {"realistic", "null", "longitudinal", "matched"} & toys
    assert "(toy)" in simulate_cohort(1, "strong").name
    assert "toy" not in simulate_cohort(1, "realistic").name
    main(
        ["simulate", "cohort", "--out", str(tmp_path / "c"), "--preset", "planted", "--persons", "2", "--seconds", "5"]
    )
    said = capsys.readouterr().out
    assert "toy" in said
    assert "oracle on these sessions: RMSE" in said
    assert json.loads((tmp_path / "c" / "cohort.json").read_text())["toy"] is True


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_makes_sessions_again_and_again(preset: str) -> None:
    a, b = (simulate_cohort(3, preset, 5, seconds=40) for _ in range(2))
    assert [s.phq8 for s in a.subjects] == [s.phq8 for s in b.subjects]
    first, second = a.session(1), b.session(1)
    np.testing.assert_array_equal(first.points, second.points)
    assert len(first.behaviour.linked) == 28
    np.testing.assert_array_equal(session_truth(a, 1).known, first.behaviour.known)


def test_control_coincides_with_smiles_at_an_unchanged_rate() -> None:
    low, high = (
        moved("strong", smile_control=share, au14_share=0.01, au15_share=0.01, au17_share=0.01)
        for share in (0.03, 0.97)
    )

    def together(motion: Motion) -> tuple[float, float]:
        controls = motion.au[:, [AU["AU15"], AU["AU17"]]].max(axis=1)
        return lagged(motion.au[:, AU["AU12"]], controls, 4), float((controls > 1).mean())

    (tied_low, share_low), (tied_high, share_high) = together(low), together(high)
    assert tied_low < 0
    assert tied_high > 0.35
    assert share_high == pytest.approx(share_low, rel=0.2)


def test_dips_of_the_head_coincide_with_looks_down_at_an_unchanged_spread() -> None:
    low, high = (moved("strong", gaze_head_coupling=share, gaze_down_share=0.5) for share in (0.02, 0.8))
    ties = [lagged(m.gaze[:, 1], m.head[:, 0], 4) for m in (low, high)]
    assert ties[1] > ties[0] + 0.3
    assert np.degrees(high.head[:, 0].std()) == pytest.approx(np.degrees(low.head[:, 0].std()), rel=0.2)


def test_quick_starts_are_paid_for_by_quick_ends() -> None:
    slow, quick = (moved("strong", onset_speed=speed) for speed in (0.5, 2.0))
    skew = []
    for motion in (slow, quick):
        change = np.diff(motion.au[:, AU["AU12"]])
        skew.append((change**3).mean() / change.std() ** 3)
    assert skew[1] > skew[0] + 1
    assert np.diff(quick.au[:, AU["AU12"]]).std() == pytest.approx(np.diff(slow.au[:, AU["AU12"]]).std(), rel=0.1)


def test_the_head_freezes_in_pauses_or_in_speech_equally_long() -> None:
    _, behaviour, _ = behaving("strong", pause=1.5, answer_length=20.0)
    talk = hold_conversation(behaviour, 600, np.random.default_rng(0))
    index = behaviour.names.index("pause_freeze")
    shares, spoken = [], []
    for share in (0.05, 0.95):
        by_topic = behaviour.by_topic.copy()
        by_topic[:, index] = share
        spans = frozen(replace(behaviour, by_topic=by_topic), talk, np.random.default_rng(1))
        middles = spans.mean(axis=1)
        i = np.searchsorted(talk.speech[:, 0], middles, side="right") - 1
        spoken.append(float(((i >= 0) & (middles < talk.speech[np.maximum(i, 0), 1])).mean()))
        shares.append(float((spans[:, 1] - spans[:, 0]).sum()))
    assert shares[0] == pytest.approx(shares[1])
    assert spoken[0] > 0.8
    assert spoken[1] < 0.2


def test_greetings_are_answered_with_the_persons_chance_and_smiles_stay_as_many() -> None:
    found = []
    for chance in (0.1, 0.9):
        _, behaviour, jointly = behaving("strong", reply_chance=chance, reply_latency=0.7)
        talk = hold_conversation(behaviour, 600, np.random.default_rng(0))
        smiles, greetings = plan_matched_smiles(behaviour, talk, jointly, np.random.default_rng(3))
        after = smiles.start - greetings[:, None]
        found.append((float(((after > 0.3) & (after < 1.5)).any(axis=1).mean()), len(smiles.start)))
    assert found[0][0] < 0.25
    assert found[1][0] > 0.75
    assert found[0][1] == pytest.approx(found[1][1], rel=0.1)


def test_planted_order_is_a_mirror_image() -> None:
    """Score 0 and score 24 differ in what comes first; each channel alone, and both at one moment, stay the same."""
    first, last = (moved("planted", pair_order=share, smile_rate=0.01, seconds=300) for share in (0.97, 0.03))
    smile, chin = AU["AU12"], AU["AU17"]
    order = [lagged(m.au[:, smile], m.au[:, chin], 5) - lagged(m.au[:, chin], m.au[:, smile], 5) for m in (first, last)]
    assert order[0] > 0.6
    assert order[1] < -0.6
    for unit in (smile, chin):
        assert first.au[:, unit].mean() == pytest.approx(last.au[:, unit].mean(), rel=0.03)
        assert first.au[:, unit].std() == pytest.approx(last.au[:, unit].std(), rel=0.03)
        assert np.diff(first.au[:, unit]).std() == pytest.approx(np.diff(last.au[:, unit]).std(), rel=0.05)
    same = [np.mean(m.au[:, smile] * m.au[:, chin]) for m in (first, last)]
    assert same[0] == pytest.approx(same[1], rel=0.1)


def test_planted_pairs_are_frequent() -> None:
    motion = moved("planted", seconds=300, smile_rate=0.01)
    bursts = (np.diff((motion.au[:, AU["AU17"]] > 1.5).astype(int)) == 1).sum()
    assert bursts / 5 >= 12


def test_longitudinal_visits_change_in_proportion() -> None:
    cohort = simulate_cohort(1500, "longitudinal", 2)
    by_person: dict[str, list[int]] = {}
    for i, subject in enumerate(cohort.subjects):
        by_person.setdefault(subject.person_id, []).append(i)
        assert subject.session_id == f"{subject.person_id}-{subject.visit}"
    counts = {len(rows) for rows in by_person.values()}
    assert counts == {3, 4}
    assert cohort.persons == 1500
    rows = list(by_person.values())
    first, last = (np.array([float(cohort.subjects[r[k]].phq8) for r in rows]) for k in (0, -1))
    assert first.mean() == pytest.approx(number("visits.first_mean"), abs=0.6)
    assert 0.3 < (last <= first / 2).mean() < 0.5
    first, last = (np.array([cohort.subjects[r[k]].severity for r in rows]) for k in (0, -1))
    mild, severe = first < 13, first >= 18  # in true severity: the questionnaire's own falls back to the mean
    drops = [(first[g] - last[g]).mean() / first[g].mean() for g in (mild, severe)]
    assert drops[0] == pytest.approx(drops[1], abs=0.08)
    assert all(cohort.subjects[r[0]].person is cohort.subjects[r[-1]].person for r in rows)
    worst = np.array([[cohort.subjects[i].worst for i in r[:3]] for r in rows])
    assert (np.diff(worst, axis=1) >= 0).all()


def test_head_moves_less_as_visits_become_familiar_whatever_the_severity() -> None:
    rng = np.random.default_rng(4)
    people = [draw_person(rng) for _ in range(800)]
    cue = PRESETS["longitudinal"].settings().population.names.index("head_speed")
    change = [
        session_behaviour(p, 10, np.random.default_rng(1), visit=4).known[cue]
        - session_behaviour(p, 10, np.random.default_rng(1), visit=1).known[cue]
        for p in people
    ]
    assert np.mean(change) == pytest.approx(-number("visits.trend") * (1 - np.exp(-2)), abs=0.012)


def test_a_cohort_like_daic_woz_has_its_splits_and_lengths() -> None:
    cohort = like_daic_woz(seed=3)
    splits = [s.split for s in cohort.subjects]
    assert [splits.count(name) for name in ("train", "dev", "test")] == [107, 35, 47]
    lengths = np.array([s.seconds for s in cohort.subjects], dtype=float)
    assert lengths.min() >= 415
    assert lengths.max() <= 1966
    assert lengths.mean() == pytest.approx(950, abs=60)
    assert "like DAIC-WOZ" in cohort.name
    assert cohort.session(0, seconds=3).n_rows == 30
    scores = np.array([s.phq8 for s in like_daic_woz(seed=3, persons=3000).subjects])
    assert scores.mean() == pytest.approx(6.6, abs=0.4)
    visits = like_daic_woz("longitudinal", persons=12)
    of_person = {(s.person_id, s.split) for s in visits.subjects}
    assert len(of_person) == 12


def test_session_length_is_part_of_a_sessions_seed() -> None:
    plain, like = simulate_cohort(2, seed=1).subjects[0], like_daic_woz(seed=1).subjects[0]
    assert plain.session_seed != like.session_seed


def test_longitudinal_folders_keep_all_visits_and_persons_in_one_split(tmp_path: Path) -> None:
    cohort = simulate_cohort(4, "longitudinal", seconds=8)
    assert write_cohort(cohort, tmp_path) == len(cohort)
    with (tmp_path / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["session_id"] for row in rows] == [s.session_id for s in cohort.subjects]
    assert all((tmp_path / row["file"]).is_file() for row in rows)
    assert len({(row["person_id"], row["split"]) for row in rows}) == 4
    assert write_cohort(cohort, tmp_path) == 0


def test_a_folder_is_not_filled_with_two_cohorts(tmp_path: Path) -> None:
    write_cohort(simulate_cohort(1, seconds=5), tmp_path)
    with pytest.raises(StorageError, match="holds another simulated cohort"):
        write_cohort(simulate_cohort(1, seed=1, seconds=5), tmp_path)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: simulate_cohort(5, "easy"), "there is no preset called easy. Choose one of: "),
        (lambda: simulate_cohort(0), "a cohort cannot have 0 persons"),
        (lambda: simulate_cohort(-3), "a cohort cannot have -3 persons"),
        (lambda: simulate_cohort(5, seconds=-10), "sessions cannot last -10 seconds"),
        (lambda: simulate_cohort(5, seconds=float("nan")), "sessions cannot last nan seconds"),
        (lambda: simulate_cohort(5, fps=0), "sessions cannot have 0 frames a second"),
        (lambda: simulate_cohort(5).session(0, seconds=-1), "a session cannot have -1 seconds"),
        (lambda: simulate_cohort(5).session(0, seconds=0), "a session cannot have 0 seconds"),
        (lambda: simulate_cohort(5).session(0, seconds=0.1), "less than two frames"),
        (lambda: like_daic_woz(persons=2), "2 persons cannot be split in three"),
        (lambda: like_daic_woz("easy"), "there is no preset called easy"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_a_sentence(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(DatasetError) as caught:
        make()
    assert sentence in str(caught.value)


@pytest.mark.parametrize("arguments", [["--persons", "0"], ["--seconds", "-5"], ["--preset", "hard"]])
def test_the_command_line_refuses_in_a_sentence(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["simulate", "cohort", "--out", str(tmp_path / "c"), *arguments])
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert said.count("error:") == 1
    assert "Traceback" not in said
    assert not (tmp_path / "c").exists()


def test_quota_and_places() -> None:
    rng = np.random.default_rng(0)
    assert quota(10, 0.5, rng).sum() == 5
    assert np.mean([quota(3, 0.5, rng).sum() for _ in range(400)]) == pytest.approx(1.5, abs=0.1)
    times = elsewhere(200, np.array([[2.0, 5.0]]), 10.0, 0.5, rng)
    assert not ((times > 2.1) & (times < 4.9)).any()
    few = np.sort(elsewhere(5, np.array([[2.0, 5.0]]), 10.0, 0.8, rng))
    assert np.diff(few).min() > 0.7
    assert len(elsewhere(3, np.array([[-1.0, 11.0]]), 10.0, 0.5, rng)) == 3
    starts = spread_out(np.full(30, 1.0), 0.5, 20.0, rng)
    assert len(starts) <= 13
    assert (np.diff(starts) >= 1.5 - 1e-9).all()
    assert starts[-1] + 1.0 <= 20.0


def test_short_sessions_of_every_mechanism_are_made() -> None:
    for preset in PRESETS:
        settings = PRESETS[preset].settings()
        rng = np.random.default_rng(2)
        person = draw_person(rng, settings.population)
        for seconds in (0.2, 1.0, 4.0):
            made = simulate_session(person, 12, seconds, 10, rng, settings)
            assert made.n_rows == round(seconds * 10)


def frames_of(preset: str, seed: int = 3, persons: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What half a minute of each person's frames shows: mean action units, degrees of gaze down, true severity."""
    cohort = simulate_cohort(persons, preset, seed, seconds=32)
    motions = [cohort.session(i).motion for i in range(persons)]
    units = np.array([m.au.mean(axis=0) for m in motions])
    down = np.array([float(np.degrees(m.gaze[:, 1]).mean()) for m in motions])
    return units, down, np.array([s.severity for s in cohort.subjects])


def r(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def test_the_visible_toys_show_severity_in_one_part_of_the_face() -> None:
    units, down, severity = frames_of("visible_mouth")
    assert r(units[:, AU["AU12"]], severity) < -0.75
    assert r(units[:, AU["AU15"]] + units[:, AU["AU17"]], severity) > 0.4
    assert abs(r(units[:, AU["AU04"]], severity)) < 0.35
    assert abs(r(down, severity)) < 0.35
    units, down, severity = frames_of("visible_eyes")
    assert r(down, severity) > 0.75
    for name in ("AU12", "AU15", "AU17", "AU04"):
        assert abs(r(units[:, AU[name]], severity)) < 0.35
    assert {PRESETS[name].area for name in ("visible_mouth", "visible_eyes")} == {"mouth", "eyes"}
    assert not PRESETS["realistic"].area


def test_the_head_does_not_follow_the_gaze_where_the_eyes_alone_show_it() -> None:
    cohort = simulate_cohort(60, "visible_eyes", 4, seconds=32)
    pitch = np.array([float(np.degrees(cohort.session(i).motion.head[:, 0]).mean()) for i in range(60)])
    severity = np.array([s.severity for s in cohort.subjects])
    assert abs(r(pitch, severity)) < 0.35
