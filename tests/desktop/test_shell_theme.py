"""Both themes can be read, icons take the theme's colour, and a change of theme is announced once dressed."""

import itertools

import pytest
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QApplication

from lineament_desktop.theme import DARK, LIGHT, Tokens, apply_theme, icon, set_icon, theme, tokens
from lineament_desktop.theme.colour import contrast, readable
from lineament_desktop.theme.tokens import DATA_COLOURS

BOTH = pytest.mark.parametrize("theme_tokens", [LIGHT, DARK], ids=lambda t: t.name)


@BOTH
def test_text_has_a_contrast_of_4_5(theme_tokens: Tokens) -> None:
    t = theme_tokens
    for text, ground in itertools.product((t.text, t.muted), (t.background, t.surface)):
        assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(t.text, t.raised) >= 4.5
    assert contrast(t.on_accent, t.accent) >= 4.5
    for name, colour in t.words.items():
        assert contrast(colour, t.surface) >= 4.5, name
        assert contrast(colour, t.background) >= 4.5, name


@BOTH
def test_chart_lines_have_a_contrast_of_3(theme_tokens: Tokens) -> None:
    t = theme_tokens
    for colour in (*t.lines.values(), *t.series, t.cursor, t.accent):
        assert contrast(colour, t.surface) >= 3.0, colour


@BOTH
def test_areas_keep_the_colour_of_their_attribute(theme_tokens: Tokens) -> None:
    assert theme_tokens.fills == DATA_COLOURS
    assert len(set(theme_tokens.lines.values())) == len(DATA_COLOURS)


def test_contrast_agrees_with_the_published_examples() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_a_shade_that_cannot_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no shade"):
        readable("#888888", ("#777777",), 15)


def test_change_of_theme_is_announced_when_it_is_worn(qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    seen: list[str] = []

    def note() -> None:
        seen.append(qapp.palette().color(QPalette.ColorRole.Window).name().upper())

    theme.changed.connect(note)
    apply_theme(qapp, "dark")
    theme.changed.disconnect(note)
    assert seen == [DARK.background]
    assert tokens() is DARK
    apply_theme(qapp, "light")


def test_icons_take_the_colour_of_the_theme(qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    action = QAction("Close")
    set_icon(action, "close")
    light = action.icon().pixmap(24).toImage()
    apply_theme(qapp, "dark")
    dark = action.icon().pixmap(24).toImage()
    assert light.pixelColor(12, 12).name().upper() == LIGHT.text
    assert dark.pixelColor(12, 12).name().upper() == DARK.text
    apply_theme(qapp, "light")


def test_a_missing_drawing_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")
