"""The form is its settings' descriptions: it refuses in their own words, keeps what it is given, and loads no torch."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.desktop.search.conftest import Shown
from tests.support.tiny_search import COHORT, TINY

from lineament.search.config import PRESETS, SETTINGS, SearchConfig
from lineament.search.preset_files import read_settings
from lineament_desktop.search.form import SearchForm
from lineament_desktop.search.preset_bar import presets_folder
from lineament_desktop.widgets.setting_fields import Field, make_field


@pytest.fixture
def form(qtbot: QtBot) -> SearchForm:
    found = SearchForm()
    qtbot.addWidget(found)
    return found


def type_in(field: Field, text: str) -> None:
    line: Any = field.editor
    line.selectAll()
    QTest.keyClicks(line, text)


def test_every_setting_has_one_field_and_every_preset_goes_in_and_out(form: SearchForm) -> None:
    assert sorted(form.fields) == sorted(one.name for one in SETTINGS)
    for name in PRESETS:
        config = SearchConfig.preset(name)
        form.set_config(config)
        assert form.config() == config
    form.set_config(TINY)
    assert form.config() == TINY


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("budget", "0", "The setting budget cannot be 0. Use at least 1."),
        ("budget", "many", "The setting budget cannot be 'many'. Give a whole number."),
        ("budget", "3.5", "The setting budget cannot be 3.5. Give a whole number."),
        ("level", "1.5", "The setting level cannot be 1.5. Use 0.5 to 0.99."),
        ("recipe.rate", "", "The setting recipe.rate cannot be ''. Give a number."),
        ("seed", "-1", "The setting seed cannot be -1. Use 0 to 2.14748e+09."),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(form: SearchForm, name: str, text: str, sentence: str) -> None:
    field = form.fields[name]
    form.more_button.setChecked(True)
    type_in(field, text) if text else QTest.keyClick(_cleared(field), Qt.Key.Key_Delete)
    assert field.error == sentence
    assert not field._complaint.isHidden()
    assert form.show_wrong() is field
    type_in(field, "0.9" if name == "level" else "1")
    assert field.error == ""
    assert field._complaint.isHidden()


def _cleared(field: Field) -> QWidget:
    line: Any = field.editor
    line.selectAll()
    return line  # type: ignore[no-any-return]


def test_a_list_needs_one_choice_and_settings_have_to_go_together(form: SearchForm) -> None:
    boxes = form.fields["families"].boxes  # type: ignore[attr-defined]
    for box in boxes.values():
        box.click()
    assert "Name at least one" in form.fields["families"].error
    boxes["cnn"].click()
    assert form.fields["families"].error == ""
    form.fields["joint"].box.click()  # type: ignore[attr-defined]
    warm_up = form.fields["warm_up"]
    warm_up.put("no")
    warm_up._on_edit()
    assert "nothing left to search with" in form.error()


def test_numbers_are_shown_as_they_are_typed(qtbot: QtBot) -> None:
    by_name = {one.name: one for one in SETTINGS}
    for name, value, text in (("recipe.rate", 0.003, "0.003"), ("budget", 70_000, "70000"), ("seconds", 480.0, "480")):
        field = make_field(by_name[name])
        qtbot.addWidget(field)
        field.set_value(value)
        assert field.editor.text() == text  # type: ignore[attr-defined]
        assert field.value() == value


def test_own_settings_are_saved_offered_and_opened(shown: Shown) -> None:
    setup = shown.workspace.setup
    setup.form.set_config(TINY)
    setup.presets.save_as("Tiny one", setup.form.config())
    (path,) = presets_folder().glob("*.search.json")
    assert read_settings(path).config == TINY
    assert shown.said("--settings")
    setup.form.set_config(SearchConfig())
    setup.presets.combo.setCurrentIndex(setup.presets.combo.findText("Tiny one"))
    setup.presets.combo.activated.emit(setup.presets.combo.currentIndex())
    assert setup.form.config() == TINY


@pytest.mark.parametrize(
    "content", ["{", '{"kind": "x"}', '{"kind": "lineament search settings", "settings": {"a": 1}}']
)
def test_a_damaged_file_of_settings_changes_nothing_and_is_one_sentence(
    shown: Shown, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "bad.search.json"
    path.write_text(content)
    before = shown.workspace.setup.form.config()
    shown.workspace.setup.presets.open_file(path)
    assert shown.workspace.setup.form.config() == before
    (message,) = shown.messages
    assert message.severity == "error"
    assert message.text.startswith("bad.search.json: ")


def test_a_cohort_that_cannot_be_opened_is_said_and_nothing_can_be_started(
    qtbot: QtBot, shown: Shown, tmp_path: Path
) -> None:
    setup = shown.workspace.setup
    setup.cohort.set_cohort(str(tmp_path / "nowhere"))
    with qtbot.waitSignal(setup.cohort.summarised, timeout=60_000):
        pass
    assert "nowhere" in setup.cohort.error
    assert not setup.start.isEnabled()
    setup.cohort.set_cohort(COHORT)
    setup.cohort.persons.selectAll()
    QTest.keyClicks(setup.cohort.persons, "some")
    assert "does not say which simulated cohort" in setup.cohort.error
    assert not setup.start.isEnabled() or setup.request() is None


def test_a_budget_that_is_too_small_is_said_before_anything_is_started(qtbot: QtBot, shown: Shown) -> None:
    setup = shown.workspace.setup
    qtbot.waitUntil(lambda: setup.cohort.summary is not None, timeout=60_000)
    type_in(setup.form.fields["budget"], "10")
    qtbot.waitUntil(lambda: "is too small" in setup.problem.text(), timeout=5000)
    assert not setup.start.isEnabled()
    type_in(setup.form.fields["budget"], "70000")
    qtbot.waitUntil(setup.start.isEnabled, timeout=5000)
    assert "70,000 steps of training" in setup.estimate_words.text()


def test_opening_the_form_loads_no_torch() -> None:
    program = (
        "import sys; from lineament_desktop.app.start import make_application; make_application();"
        "import lineament_desktop.search.workspace as w, lineament_desktop.search.setup as s; from pathlib import Path;"
        "form = s.Setup(Path('nowhere')); form.refresh(); form.close_runner();"
        "print([m for m in ('torch', 'sklearn', 'mediapipe', 'optuna') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
