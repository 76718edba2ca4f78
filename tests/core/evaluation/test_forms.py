"""The table as text, CSV, JSON and picture: marked, complete, and published figures apart."""

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from tests.core.evaluation.conftest import Instant
from tests.support.tiny_cohorts import tiny_cohort

from lineament.datasets.scales import VLOG_LABEL
from lineament.errors import ModelError
from lineament.evaluation.forms import FILES, measured_csv, published_csv, to_json_text, to_svg, to_text, write_forms
from lineament.evaluation.forms.numbers import duration, interval, percent
from lineament.evaluation.published import TITLE, published_for
from lineament.evaluation.table import SIMULATED, TOY, Table

NAMES = ("constant", "ridge-means", "hand-designed")


@pytest.fixture
def table(measured) -> Table:  # type: ignore[no-untyped-def]
    features = replace(tiny_cohort(24, 2, signal="level", test=12), name="simulated strong (toy) (seed 1)")
    found: Table = measured(features, Instant(features), *NAMES, oracle=features.scores + 1.0)[0]
    return found


def test_every_form_marks_toys_and_simulated_data(table: Table) -> None:
    assert table.toy
    for text in (to_text(table), to_svg(table), to_json_text(table)):
        assert SIMULATED in text
        assert TOY in text
        assert "never a diagnosis" in text
    assert {row["data"] for row in csv.DictReader(StringIO(measured_csv(table)))} == {"simulated (toy)"}
    assert "system (simulated (toy))" in to_text(table, 400)


def test_recorded_persons_and_other_simulations_are_not_called_toys(table: Table) -> None:
    plain = replace(table, cohort="simulated realistic (seed 1)")
    assert SIMULATED in to_text(plain)
    assert TOY not in to_text(plain)
    real = replace(table, cohort="DAIC-WOZ", simulated=False, oracle_rmse=None)
    for text in (to_text(real), to_svg(real)):
        assert "Simulated" not in text
        assert "oracle" not in text
        assert "never a diagnosis" in text
    assert real.data == "recorded"


def test_published_figures_stand_apart_in_every_form(table: Table) -> None:
    quoted = {one.method for one in table.published if one.method != "constant (mean of train)"}
    assert quoted
    text = to_text(table, 300)
    measured, _, published = text.partition(TITLE.upper())
    assert published
    found = json.loads(to_json_text(table))
    assert {row["name"] for row in found["measured"]} == set(NAMES)
    assert len(found[TITLE]["figures"]) == len(published_for(replace_scale()))
    for method in quoted:
        assert method not in measured
        assert method in published
        assert method not in json.dumps(found["measured"])
        assert method not in measured_csv(table)
        assert method not in to_svg(table)
    rows = list(csv.DictReader(StringIO(published_csv(table))))
    assert {row["status"] for row in rows} == {TITLE}
    assert {row["mark"] for row in rows} == {"V", "V2"}
    assert not {row["method"] for row in rows} & set(NAMES[1:])
    assert "cannot be compared" in published


def replace_scale():  # type: ignore[no-untyped-def]
    from lineament.datasets.scales import PHQ8

    return PHQ8


def test_a_scale_nobody_published_on_has_no_such_section(table: Table) -> None:
    bare = replace(table, published=published_for(VLOG_LABEL))
    assert TITLE.upper() not in to_text(bare)
    assert len(published_csv(bare).splitlines()) == 1


def test_csv_holds_every_figure_with_its_interval(table: Table) -> None:
    rows = {row["system"]: row for row in csv.DictReader(StringIO(measured_csv(table)))}
    for row in table.rows:
        written = rows[row.name]
        assert float(written["rmse"]) == pytest.approx(row.figures.rmse.value)
        assert float(written["coverage_high"]) == pytest.approx(row.figures.coverage.high)
        assert (written["auc"] == "") == (row.figures.auc is None)
        assert (written["p"] == "") == (row.name == table.best_control)
        assert written["cut_off"].startswith("PHQ-8 of 10 or more")


def test_text_holds_rows_notes_and_the_oracle(table: Table) -> None:
    text = to_text(table, 400)
    for row in table.rows:
        line = next(line for line in text.splitlines() if line.startswith(f"{row.title} [control]"))
        assert interval(row.figures.rmse) in line
        assert f"{row.parameters:,}" in line
    assert "true behaviour: RMSE 1.00;" in text
    assert "F1 and AUC at PHQ-8 of 10 or more" in text
    assert re.search(r"80 % intervals come from absolute errors on dev", text)


def test_the_picture_is_svg_with_a_bar_a_system(table: Table) -> None:
    root = ElementTree.fromstring(to_svg(table))
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}circle")) == len(table.rows)
    dashed = [path for path in root.findall(f"{space}path") if path.get("stroke-dasharray")]
    assert len(dashed) == 2  # the constant and the oracle
    words = [text.text or "" for text in root.findall(f"{space}text")]
    assert any("dashed: the constant" in word for word in words)
    width = float(root.get("width") or 0)
    assert all(0 <= float(text.get("x") or 0) <= width for text in root.findall(f"{space}text"))
    with pytest.raises(ModelError, match="no theme called sepia"):
        to_svg(table, "sepia")


def test_forms_are_written_as_files(table: Table, tmp_path: Path) -> None:
    assert [path.name for path in write_forms(table, tmp_path)] == list(FILES)
    assert (tmp_path / "table.txt").read_text(encoding="utf-8") == to_text(table)


def test_how_numbers_are_written() -> None:
    assert [duration(s) for s in (0.04, 9.5, 61.0, 400.0)] == ["0.0 s", "9.5 s", "61 s", "6.7 min"]
    assert interval(None) == percent(None) == "–"
