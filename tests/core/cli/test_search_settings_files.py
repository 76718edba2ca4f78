"""`lineament search` with a file of settings, and its estimate before anything is searched."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.tiny_search import COHORT, TINY

from lineament.cli.main import main
from lineament.search.config import SearchConfig
from lineament.search.control.folders import summary_of_run
from lineament.search.preflight import Rate, estimate, in_words, rate_of_runs, size_of
from lineament.search.preset_files import SettingsFile, write_settings

CONFIG = replace(TINY, budget=2, recipe=replace(TINY.recipe, steps=4))


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.search.json"
    write_settings(path, SettingsFile("tiny", CONFIG, COHORT))
    return path


def test_a_search_of_a_file_of_settings_and_its_speed_for_the_next(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "runs" / "a run"
    main(["search", "--settings", str(settings), "--seed", "3", "--out", str(run)])
    assert SearchConfig.from_json(json.loads((run / "outcome.json").read_text())["config"]) == CONFIG.with_changes(
        seed=3
    )
    assert summary_of_run(run).state.kind == "finished"
    rate = rate_of_runs(run.parent, "cpu")
    assert rate is not None
    assert rate.seconds > 0
    assert "earlier run on this machine" in rate.source
    capsys.readouterr()
    main(["search", "estimate", "--settings", str(settings)])
    alone = capsys.readouterr().out
    assert re.search(
        r"About .* steps of training on 1 process \(a step of the standard network took \d+ ms here\)", alone
    )
    assert "GiB of memory" in alone
    main(["search", "estimate", "--settings", str(settings), "--runs", str(run.parent)])
    assert "timed in 1 earlier run on this machine" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--settings", "{damaged}"], 1, "damaged.json: the file is damaged"),
        (["--settings", "{settings}", "--quick"], 1, "--settings and the preset quick both say it all"),
        (["--settings", "{settings}", "--set", "bugdet=3"], 1, "sets nothing that a search has"),
        (["--quick"], 2, "Missing option '--cohort'"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, sentence: str
) -> None:
    (tmp_path / "damaged.json").write_text("{")
    places = {"{settings}": str(settings), "{damaged}": str(tmp_path / "damaged.json")}
    given = [places.get(one, one) for one in arguments]
    with pytest.raises(SystemExit) as raised:
        main(["search", "run", *given, "--out", str(tmp_path / "run")])
    assert raised.value.code == status
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()


def test_an_estimate_follows_the_speed_the_budget_and_the_workers() -> None:
    config, size = SearchConfig(), size_of(SearchConfig(), ["train"] * 81 + ["dev"] * 25 + ["test"] * 36)
    assert (size.pool, size.test, size.windows) == (106, 36, 48)
    one, two = (estimate(config, size, workers, Rate(0.05, "timed")) for workers in (1, 2))
    assert one.units == 70_000
    assert one.seconds == pytest.approx(3500)
    assert two.seconds == pytest.approx(1750)
    assert "23 minutes to 44 minutes" in two.words
    unknown = estimate(config, size, 2, None)
    assert unknown.seconds is None
    assert "not known yet" in unknown.words


def test_a_budget_no_phase_can_use_is_not_counted() -> None:
    config = SearchConfig.preset("quick", budget=10_000_000)
    assert estimate(config, size_of(config, ["train"] * 40 + ["test"] * 10), 2, None).units < 1_000_000


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (17, "17 seconds"),
        (44, "40 seconds"),
        (300, "5 minutes"),
        (9000, "2.5 hours"),
        (1e5, "28 hours"),
    ],
)
def test_durations_are_said_as_roughly_as_they_are_known(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
