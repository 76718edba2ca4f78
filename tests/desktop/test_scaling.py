"""At every factor from 100 to 200 % no word on screen is cut; each factor is a process of its own, as Qt wants it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from tests.support.cut_words import cut_words

from lineament_desktop.widgets.elided_label import ElidedLabel

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 240
FACTORS = (
    (1.0, "1280x800", "light"),
    (1.25, "1920x1080", "dark"),
    (1.5, "1280x800", "dark"),
    (1.75, "1920x1080", "light"),
    (2.0, "1280x800", "light"),
)


def looked_at(factor: float, size: str, theme: str, folder: Path) -> dict[str, Any]:
    """Every scene of the window at this factor: the words that are cut in each."""
    command = [sys.executable, "-m", "tests.support.whole_window", str(folder), "--size", size, "--theme", theme]
    roots = os.pathsep.join([str(ROOT), str(ROOT / "core"), str(ROOT / "desktop")])
    environment = os.environ | {
        "PYTHONPATH": roots,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": str(factor),
        "LINEAMENT_CONFIG_DIR": str(folder / "config"),
        "LINEAMENT_DATA_DIR": str(folder / "data"),
        "OMP_NUM_THREADS": "1",
    }
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "size", "theme"), FACTORS)
def test_nothing_is_cut_at_any_factor(tmp_path: Path, factor: float, size: str, theme: str) -> None:
    found = looked_at(factor, size, theme, tmp_path)
    assert found["ratio"] == factor
    assert len(found["cut"]) > 35
    cut = {scene: words for scene, words in found["cut"].items() if words}
    assert not cut, json.dumps(cut, indent=1)


# The check itself


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made)
    return made


def add(page: QWidget, widget: QWidget) -> QWidget:
    layout = page.layout()
    assert layout is not None
    layout.addWidget(widget)
    return widget


def show(page: QWidget, qtbot: QtBot, size: QSize | None = None) -> None:
    page.show()
    page.resize(size or page.sizeHint())
    qtbot.waitExposed(page)


def test_words_with_enough_room_are_not_told_of(page: QWidget, qtbot: QtBot) -> None:
    add(page, QLabel("Words"))
    add(page, QPushButton("A button"))
    combo = add(page, QComboBox())
    assert isinstance(combo, QComboBox)
    combo.addItem("An entry")
    wrapped = add(page, QLabel("some words that go on for more than one line " * 3))
    assert isinstance(wrapped, QLabel)
    wrapped.setWordWrap(True)
    show(page, qtbot, QSize(320, 400))
    assert cut_words(page) == []


def test_cut_words_are_told_of(page: QWidget, qtbot: QtBot) -> None:
    label, button = add(page, QLabel("Words that are too long")), add(page, QPushButton("A button with words"))
    wrapped = add(page, QLabel("some words that go on for more than one line " * 3))
    assert isinstance(wrapped, QLabel)
    wrapped.setWordWrap(True)
    label.setFixedWidth(30)
    button.setFixedWidth(30)
    wrapped.setFixedHeight(12)
    combo = add(page, QComboBox())
    combo.setFixedHeight(8)
    add(page, ElidedLabel("These may be cut, their tool tip has all")).setFixedWidth(30)
    hidden = add(page, QLabel("Nobody sees this one"))
    hidden.setFixedWidth(5)
    hidden.hide()
    show(page, qtbot, QSize(320, 300))
    found = cut_words(page)
    assert len(found) == 4
    assert found[0].startswith("Words that are too long")
    assert found[1].startswith("button A button")
    assert found[2].startswith("some words")
    assert found[3].startswith("combo box")


def test_what_hangs_over_an_edge_is_told_of(page: QWidget, qtbot: QtBot) -> None:
    box = add(page, QWidget())
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(QLabel("inside"))
    outside = QLabel("hangs over", box)
    show(page, qtbot, QSize(200, 60))
    outside.setGeometry(box.width() - 10, 0, 90, 20)
    outside.show()
    assert cut_words(page) == ["hangs over lies outside what it is in"]
