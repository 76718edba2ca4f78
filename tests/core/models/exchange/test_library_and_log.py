"""What models there are, what was put into use, and what a card keeps of its calibration."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.models import make_card, make_hand_designed

from lineament.cli.main import main
from lineament.errors import ModelError
from lineament.models import ModelCard, describe_model
from lineament.models.exchange.importing import import_model
from lineament.models.exchange.library import find_model, list_models, load_any, read_entry
from lineament.models.exchange.places import own_models_folder, promotions_file
from lineament.models.exchange.promotion import log_promotion, promoted_model, promotions, user_name
from lineament.models.reliability import Reliability


def test_shipped_models_are_there_and_say_what_they_are() -> None:
    shipped = [entry for entry in list_models() if entry.origin == "shipped"]
    names = {entry.folder.name for entry in shipped}
    assert {"searched", "hand_designed"} <= names
    searched = find_model("searched")
    assert searched.genotype is not None
    assert searched.model_hash == load_any(searched.folder).model_hash  # type: ignore[attr-defined]
    assert searched.date == searched.card.utc_time[:10]  # type: ignore[union-attr]


def test_a_folder_that_cannot_be_read_is_listed_with_its_reason(saved: Path) -> None:
    entry = import_model(saved)
    (entry.folder / "model.json").write_text("{")
    found = next(one for one in list_models() if one.folder == entry.folder)
    assert found.card is None
    assert found.name == "small-searched"
    assert "the model's description is damaged" in found.problem
    with pytest.raises(ModelError, match="the model's description is damaged"):
        find_model("small-searched")


def test_each_folder_is_listed_once_and_hidden_ones_not_at_all(saved: Path) -> None:
    entry = import_model(saved)
    (own_models_folder() / ".import-1").mkdir()
    folders = [one.folder for one in list_models([entry.folder, saved, saved])]
    assert folders.count(entry.folder) == 1
    assert folders.count(saved) == 1
    assert not [folder for folder in folders if folder.name.startswith(".")]


def test_an_unknown_name_is_said_with_those_there_are() -> None:
    with pytest.raises(ModelError, match=r"there is no model called nothing.*hand_designed"):
        find_model("nothing")


def test_what_is_put_into_use_is_logged_with_what_was_before(saved: Path) -> None:
    first, second = find_model("searched"), read_entry(saved)
    log_promotion(first)
    made = log_promotion(second)
    assert promotions()[-1] == made
    assert [one.model for one in promotions()] == ["searched", "small searched"]
    assert (made.previous_model, made.previous_hash) == ("searched", first.model_hash)
    assert made.who == user_name()
    assert made.model_hash == second.model_hash
    used = promoted_model()
    assert used is not None
    assert used.folder.resolve() == saved.resolve()


def test_a_damaged_line_of_the_log_is_passed_over_and_kept(saved: Path) -> None:
    log_promotion(read_entry(saved))
    with promotions_file().open("a", encoding="utf-8") as log:
        log.write('{"who": "cut')
    log_promotion(find_model("searched"))
    assert [one.model for one in promotions()] == ["small searched", "searched"]
    assert len(promotions_file().read_text().splitlines()) == 3


def test_a_promoted_model_that_was_changed_is_no_longer_in_use(saved: Path) -> None:
    assert promoted_model() is None
    log_promotion(read_entry(saved))
    make_hand_designed().save(saved)
    assert promoted_model() is None


def test_command_line_exports_imports_and_promotes(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["models", "export", str(saved), "--archive", str(tmp_path / "a.zip")])
    main(["models", "import", str(tmp_path / "a.zip")])
    main(["models", "promote", "small-searched"])
    main(["models", "promotions"])
    main(["models"])
    said = capsys.readouterr().out
    assert "small searched is in your library" in said
    assert f"put there by {user_name()}" in said
    assert "; yours; in use in Review" in said
    main(["models", "show", "small-searched"])
    assert "# small searched" in capsys.readouterr().out


def test_command_line_refuses_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.zip").write_bytes(b"PK")
    with pytest.raises(SystemExit):
        main(["models", "import", str(tmp_path / "m.zip")])
    said = capsys.readouterr().err
    assert said.startswith("error: m.zip: ")
    assert "Traceback" not in said
    with pytest.raises(SystemExit):
        main(["models", "export", "searched"])
    assert "--onnx FILE" in capsys.readouterr().err


def test_bins_hold_neighbours_and_nobody_alone() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 24, 95)
    observed = predicted + rng.normal(0, 3, 95)
    ends = np.stack([predicted - 3, predicted + 3], axis=1)
    found = Reliability.of(0.8, predicted, observed, ends)
    assert sum(one.persons for one in found.bins) == found.persons == 95
    assert len(found.bins) == 10
    assert found.inside == pytest.approx(float((np.abs(observed - predicted) <= 3).mean()))
    lowest = np.argsort(predicted)[: found.bins[0].persons]
    assert found.bins[0].predicted == pytest.approx(float(predicted[lowest].mean()))
    error = 1.959964 * observed[lowest].std(ddof=1) / np.sqrt(len(lowest))
    assert found.bins[0].high - found.bins[0].observed == pytest.approx(float(error))
    assert Reliability.of(0.8, predicted[:4], observed[:4], ends[:4]).bins == ()
    assert Reliability.of(0.8, predicted[:0], observed[:0], ends[:0]).bins == ()


def test_a_card_keeps_its_bins_and_one_without_reads_as_before() -> None:
    plain = make_card()
    assert "reliability" not in plain.to_json()
    found = Reliability.of(0.8, np.arange(30.0), np.arange(30.0), np.tile([0.0, 24.0], (30, 1)))
    card = replace(plain, reliability=found)
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json()))).reliability == found
    assert ModelCard.from_json(json.loads(json.dumps(plain.to_json()))).reliability is None


def test_the_shipped_models_bins_are_of_the_cards_own_persons() -> None:
    card = describe_model(find_model("searched").folder).card
    assert card.reliability is not None
    assert card.reliability.persons == card.persons["test"]
    longest = list(card.coverage.values())[-1]
    assert card.reliability.inside == pytest.approx(longest["coverage"])
