"""`lineament search` in this process: a tiny search, what reports say of it, and one sentence for whatever is wrong."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.core.cli.conftest import TINY_SEARCH

from lineament.cli.main import main
from lineament.cli.search_cohorts import CohortSource
from lineament.cli.search_options import make_config
from lineament.errors import DatasetError
from lineament.search.config import PRESETS, SETTINGS, SearchConfig
from lineament.search.errors import SearchError


@pytest.fixture
def run(finished_search: Path) -> Path:
    return finished_search


def fails(arguments: list[str | Path], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must fail with one sentence and exit status 1; the sentence."""
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    said = capsys.readouterr().err
    assert stopped.value.code == 1
    assert "Traceback" not in said
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    return errors[0]


def test_a_search_ends_with_a_verdict_and_says_what_it_is(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["search", "resume", str(run)])
    said = capsys.readouterr().out
    assert "constant predictor" in said
    assert "toy cohort" in said
    assert "never a diagnosis" in said
    assert f'lineament search report "{run}"' in said


def test_resuming_a_finished_search_changes_nothing(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {name: (run / name).read_bytes() for name in ("outcome.json", "members.safetensors", "run.json")}
    main(["search", "resume", str(run)])
    assert {name: (run / name).read_bytes() for name in before} == before


def test_a_run_begun_once_is_not_begun_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = fails(["search", *TINY_SEARCH, "--out", run], capsys)
    assert "already holds a search" in said
    assert "lineament search resume" in said


class _Balanced(HTMLParser):
    """Notes tags that are not closed, and everything that a page would load."""

    VOID = ("meta", "br", "link", "img")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "xlink:href", "data")]
        if tag in ("script", "link", "iframe", "img", "object"):
            self.loads.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_report_comes_in_every_form(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["search", "report", str(run)])
    text = capsys.readouterr().out
    for words in ("LEADERBOARD", "METHOD CARD", "HOW TO REPEAT IT", "ridge on session statistics", "0 --"):
        assert words in text
    main(["search", "report", str(run), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert data["finished"] is True
    assert len(data["method_card"]) == 14
    assert data["environment"][0]["packages"]["torch"]
    main(["search", "report", str(run), "--format", "dot"])
    assert capsys.readouterr().out.startswith("digraph")
    drawing = tmp_path / "cells.svg"
    main(["search", "report", str(run), "--format", "svg", "--out", str(drawing)])
    assert drawing.read_text(encoding="utf-8").startswith("<svg")
    page = tmp_path / "report.html"
    main(["search", "report", str(run), "--format", "html", "--out", str(page)])
    assert str(page) in capsys.readouterr().out.replace("\n", "")
    parser = _Balanced()
    parser.feed(page.read_text(encoding="utf-8"))
    assert parser.wrong == []
    assert parser.open == []
    assert parser.loads == []
    said = " ".join(parser.text)
    for words in ("toy cohort", "Method card", "How to repeat it", "In the test", "Research use only"):
        assert words in said


def test_the_report_repeats_the_command_it_came_from(run: Path, tmp_path: Path) -> None:
    main(["search", "report", str(run), "--format", "text", "--out", str(tmp_path / "report.txt")])
    text = (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert "--cohort simulated:strong:12:1" in " ".join(text.split())
    assert "interruptions" in text


def test_wrong_places_get_one_sentence(tmp_path: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    nowhere = tmp_path / "nowhere"
    assert "no cohort is there" in fails(["search", "--cohort", nowhere, "--out", out], capsys)
    assert "not the folder of a search" in fails(["search", "resume", nowhere], capsys)
    assert "not the folder of a search" in fails(["search", "report", tmp_path], capsys)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "notes.txt").write_text("mine")
    assert "not empty" in fails(["search", *TINY_SEARCH, "--out", tmp_path / "used"], capsys)
    assert not out.exists()
    assert "another cohort" in fails(["search", "resume", run, "--cohort", "simulated:strong:12:2"], capsys)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["--budget", "1"], "budget of 1 steps is too small"),
        (["--budget", "much"], '"much" is no budget'),
        (["--set", "folds=1"], "folds cannot be 1"),
        (["--set", "colour=red"], "sets nothing"),
        (["--set", "recipe.rate=fast"], "rate cannot be 'fast'"),
        (["--attributes", "gaze,voice"], "attributes cannot be 'voice'"),
        (["--cohort", "simulated:hard:12"], "hard"),
        (["--cohort", "simulated:strong:many"], "does not say which simulated cohort"),
        (["--cohort", "simulated:strong:0"], "0 persons"),
    ],
)
def test_wrong_settings_get_one_sentence_and_leave_no_run(
    changes: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = fails(["search", *TINY_SEARCH, *changes, "--out", tmp_path / "out"], capsys)
    assert words in said
    assert not (tmp_path / "out" / "run.json").exists()


def test_more_folds_than_persons_get_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "40 folds" in fails(["search", *TINY_SEARCH, "--set", "folds=40", "--out", tmp_path / "out"], capsys)


def test_a_device_that_is_not_there_gets_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    said = fails(["search", *TINY_SEARCH, "--device", "cuda", "--out", tmp_path / "out"], capsys)
    assert "no CUDA device" in said


def test_a_damaged_run_stays_as_it_is_and_says_so(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    facts = (run / "run.json").read_text(encoding="utf-8")
    (broken / "run.json").write_text(facts.replace('"seed": 0', '"seed": 1'), encoding="utf-8")
    assert "damaged or was edited" in fails(["search", "resume", broken], capsys)
    (broken / "run.json").write_text(facts, encoding="utf-8")
    (broken / "outcome.json").write_text("{", encoding="utf-8")
    assert "outcome of the search cannot be read" in fails(["search", "report", broken], capsys)
    assert "does not say which cohort" in fails(["search", "resume", broken], capsys)


def test_every_setting_is_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    main(["search", "settings"])
    said = capsys.readouterr().out
    assert all(setting.name in said for setting in SETTINGS)


def test_help_names_the_default_command_and_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    main(["search", "--help"])
    said = capsys.readouterr().out
    assert all(command in said for command in ("run", "resume", "report", "settings"))
    main(["search", "run", "--help"])
    assert "--method" in capsys.readouterr().out


def test_options_become_settings() -> None:
    config = make_config("quick", False, {"seed": 3, "attributes": "gaze, head pose", "method": None}, ("folds=4",))
    assert config == SearchConfig.preset("quick", seed=3, attributes=("gaze", "head pose"), folds=4)
    assert make_config(None, True, {}, ()) == SearchConfig.preset("quick")
    assert make_config(None, False, {}, ()) == SearchConfig.preset("standard")
    assert make_config("200_000", False, {}, ()).budget == 200_000
    changed = make_config("5000", True, {}, ("recipe.steps=7", "attention=no", "recipe.rate=1e-3"))
    assert changed.budget == 5000
    assert changed.recipe.steps == 7
    assert changed.attention is False
    assert changed.folds == PRESETS["quick"]["folds"]
    with pytest.raises(SearchError, match="two presets"):
        make_config("thorough", True, {}, ())
    with pytest.raises(SearchError, match="attention cannot be 'maybe'"):
        make_config(None, False, {}, ("attention=maybe",))


def test_cohorts_are_folders_or_simulated(tmp_path: Path) -> None:
    assert CohortSource.parse("simulated:null:40") == CohortSource(preset="null", persons=40)
    assert str(CohortSource.parse("simulated:null:40:7")) == "simulated:null:40:7"
    assert CohortSource.parse(str(tmp_path)).folder == tmp_path
    with pytest.raises(DatasetError):
        CohortSource.parse("simulated:null")
