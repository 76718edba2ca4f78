"""`lineament models`: which is the default, and whether attention is faithful, as text and as a file."""

import json
from pathlib import Path

import pytest
from tests.support.models import make_searched

from lineament.cli.main import main
from lineament.simulation import simulate_cohort, write_cohort


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "80")


def test_one_shipped_model_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    main(["models"])
    assert capsys.readouterr().out.count("; the default") == 1


def test_faithfulness_of_a_model_on_a_cohort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_searched().save(tmp_path / "model")
    write_cohort(simulate_cohort(3, seed=4, seconds=80), tmp_path / "cohort")
    capsys.readouterr()
    out = tmp_path / "figures.json"
    words = ["models", "faithfulness", tmp_path / "model", "--cohort", tmp_path / "cohort", "--draws", 2, "--out", out]
    main([str(word) for word in words])
    said = capsys.readouterr().out
    assert "small searched on 3 sessions of" in said
    assert "10% of the moments removed: most attended" in said
    figures = json.loads(out.read_text())
    assert figures["sessions"] == 3
    assert [m["share"] for m in figures["moments"]] == [0.1, 0.2, 0.3]
    assert set(figures["attributes"]["effect"]) == {"action units", "gaze", "head pose", "landmarks"}


def test_sessions_too_short_for_it_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_searched().save(tmp_path / "model")
    write_cohort(simulate_cohort(2, seed=4, seconds=30), tmp_path / "cohort")
    with pytest.raises(SystemExit):
        main(["models", "faithfulness", str(tmp_path / "model"), "--cohort", str(tmp_path / "cohort")])
    assert "0 sessions have at least 10 usable windows. Use more sessions, or longer ones." in capsys.readouterr().err
