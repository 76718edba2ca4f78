"""`lineament evaluate` as its users run it: the table and its files, going on, and a sentence for whatever is wrong."""

import json
import os
import sys
from pathlib import Path

import pytest
from tests.support.killing import kill_and_resume

from lineament.cli.main import main
from lineament.cli.progress import Notice
from lineament.evaluation.forms import FILES
from lineament.progress import Cancelled

COHORT = "simulated:strong:12:1"
PLAIN = ("--models", "constant,ridge-means", "--cohort", COHORT, "--quick", "--workers", "1")
"""`lineament evaluate` with these and --out makes a whole evaluation in seconds."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that evaluation; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("evaluations") / "one"
    main(["evaluate", *PLAIN, "--out", str(folder)])
    return folder


def said_wrong(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence on stderr of a command that fails."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *arguments])
    assert left.value.code == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "Traceback" not in said
    return said[said.index("error:") :]


def test_everything_is_written_and_marked_as_a_toy(finished: Path) -> None:
    assert {path.name for path in finished.iterdir()} >= {*FILES, "run.json", "events.jsonl", "cohort.txt"}
    table = json.loads((finished / "evaluation.json").read_text(encoding="utf-8"))
    assert table["toy"]
    assert table["data"] == "simulated (toy)"
    assert {row["name"] for row in table["measured"]} == {"constant", "ridge-means"}
    assert (table["seeds"], table["protocol"], table["preset"]) == (2, "official", "quick")
    assert table["oracle_rmse"] > 0
    assert "ridge" not in json.dumps(table["published, not measured here"])
    text = (finished / "table.txt").read_text(encoding="utf-8")
    assert "A toy cohort" in text
    assert "PUBLISHED, NOT MEASURED HERE" in text
    assert (finished / "chart.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_same_command_reads_what_is_there_and_more_may_be_asked(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in (finished / "units").iterdir())
    first = json.loads((finished / "evaluation.json").read_text(encoding="utf-8"))
    main(["evaluate", *PLAIN, "--out", str(finished)])
    assert sorted(path.name for path in (finished / "units").iterdir()) == before
    assert json.loads((finished / "evaluation.json").read_text(encoding="utf-8")) == first
    capsys.readouterr()
    more = ["constant,ridge-statistics" if word == PLAIN[1] else word for word in PLAIN]
    main(["evaluate", *more, "--out", str(finished), "--seeds", "1"])
    shown = capsys.readouterr().out
    assert "ridge on Song's statistics" in shown
    assert f"wrote {finished / 'chart.svg'}" in shown
    assert set(before) < {path.name for path in (finished / "units").iterdir()}


def test_settings_of_another_evaluation_are_refused(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_wrong(capsys, *PLAIN, "--protocol", "nested-cv", "--out", str(finished))
    assert "one: the run was begun with other settings (protocol)" in said


def test_what_cannot_be_compared_is_a_sentence(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--out", str(tmp_path / "out"))

    def wrong(*changes: str) -> str:
        return said_wrong(capsys, *PLAIN, *out, *changes)

    assert "there is no system called lstm. Choose among: all, constant" in wrong("--models", "lstm")
    assert "no system is named" in wrong("--models", ",")
    assert "no finished search is there" in wrong("--models", "searched", "--searched", str(finished))
    assert "a system that does not take part" in wrong("--searched", str(finished))
    assert "Give --budget at least" in wrong("--models", "searched", "--budget", "5")
    assert "does not say which simulated cohort" in wrong("--cohort", "simulated:strong")
    assert "no cohort is there" in wrong("--cohort", str(tmp_path / "nowhere"))
    assert "has no" in wrong("--cohort", "simulated:strong:2:1")


def test_ctrl_c_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lineament.evaluation import evaluate

    def stopped(*anything: object) -> None:
        raise Cancelled

    monkeypatch.setattr(evaluate, "evaluate", stopped)
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *PLAIN, "--out", str(tmp_path / "run")])
    assert left.value.code == 130
    said = " ".join(capsys.readouterr().err.split())
    assert "What is finished is kept" in said
    assert "go on by the same command" in said


def test_progress_counts_trainings_and_says_what_starts_over(finished: Path) -> None:
    from lineament.cli.evaluate_progress import EvaluationProgress
    from lineament.progress import Progress
    from lineament.search.runs import Run
    from lineament.search.runs.events import event_now

    shown: list[object] = []
    run = Run.view(finished)
    progress = EvaluationProgress(shown.append, run)
    earlier = run.finished_units()[0].key
    progress(event_now("phase_started", None, {"phase": "comparing", "units": 3, "cost": 3.0}))
    for unit in (earlier, "new"):
        facts = {"unit_kind": "plain", "seconds": 0.0, "reused": unit == earlier}
        progress(event_now("unit_finished", unit, facts))
    progress(event_now("unit_retried", "new", {"reason": "its worker process was killed", "attempt": 2}))
    progress(event_now("phase_finished", None, {"phase": "comparing"}))
    bars = [event for event in shown if isinstance(event, Progress)]
    assert (bars[-1].task, bars[-1].done, bars[-1].total, bars[-1].skipped) == ("comparing", 2, 3, 1)
    assert [event.text for event in shown if isinstance(event, Notice)] == [
        "A piece of work starts over: its worker process was killed."
    ]


def unit_results(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.glob("units/*/*")
        if path.name in ("result.json", "arrays.safetensors")
    }


@posix
@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_killed_five_times_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    names = "constant,ridge-means,hand-designed,random,mpdrm,hmhn,dj-ldml"
    own = f"LINEAMENT_CACHE_DIR={os.environ['LINEAMENT_CACHE_DIR']}"
    program = ["env", own, sys.executable, "-m", "lineament.cli.main", "evaluate", *PLAIN, "--seeds", "1"]
    program[program.index("constant,ridge-means")] = names
    undisturbed, run = tmp_path / "undisturbed", tmp_path / "killed"
    main([*program[program.index("evaluate") :], "--out", str(undisturbed)])
    killed = kill_and_resume([*program, "--out", str(run)], run, 5, seed=1, within_s=4.0)
    assert killed.times >= 3
    assert unit_results(run) == unit_results(undisturbed)
    one, other = (json.loads((f / "evaluation.json").read_text(encoding="utf-8")) for f in (run, undisturbed))
    del one["seconds_a_training"], other["seconds_a_training"]
    assert one == other
