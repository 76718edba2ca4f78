"""The user guide: its pages are true to the window and the command line, and its own window finds its way."""

import inspect
import re
import shlex
from collections.abc import Iterator

import click
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import QCursor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore

from lineament.cli.main import cli
from lineament.resources import resource_path
from lineament_desktop.app.guide.history import History, Place
from lineament_desktop.app.guide.opening import GuideOpener
from lineament_desktop.app.guide.pages import CONTENTS, KEY, LINK, Guide, Page, place_of, slug, with_keys
from lineament_desktop.app.guide.topics import TOPICS, topic_of
from lineament_desktop.app.guide.window import GuideWindow
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.models import card_view
from lineament_desktop.search.workspace import SearchWorkspace
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import DARK, LIGHT, apply_theme

NAMES = [name for _, group in CONTENTS for name in group]
FENCE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
WORDS_LIKE_KEYS = re.compile(r"\b(?:Ctrl|Alt|Shift)\+\S+|\bF\d{1,2}\b")
MENU = re.compile(r"\*\*((?:File|View|Playback|Model|Help) > [^*]+)\*\*")


@pytest.fixture(scope="module")
def guide() -> Guide:
    return Guide()


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """One for all tests here; those that close it make another."""
    apply_theme(qapp, "light")
    made = MainWindow(Settings(tmp_path_factory.mktemp("settings")), FakeCore().core())
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def reader(qtbot: QtBot, qapp: QApplication) -> Iterator[GuideWindow]:
    """The guide's window alone, under a window that knows no keys."""
    apply_theme(qapp, "light")
    parent = QWidget()
    qtbot.addWidget(parent)
    made = GuideWindow(parent, lambda action: f"<{action}>")
    yield made
    made.close()


def bring_to_front(window: QWidget, qtbot: QtBot) -> None:
    """Keys reach their actions only once Qt has made it the active window."""
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    qtbot.waitUntil(lambda: (at := QApplication.focusWidget()) is not None and at.window() is window)


# What the pages say


def test_every_file_is_a_page_of_the_contents_and_has_its_title_first(guide: Guide) -> None:
    assert sorted(NAMES) == sorted(path.stem for path in resource_path("guide").glob("*.md"))
    assert len(set(NAMES)) == len(NAMES)
    for page in guide.pages.values():
        assert page.text.startswith("# ")
        assert len(re.findall(r"^# ", page.text, re.MULTILINE)) == 1
        headings = [section.anchor for section in page.sections]
        assert len(set(headings)) == len(headings), f"{page.name} has two sections of one name"


def test_every_link_resolves(guide: Guide) -> None:
    for name, read in guide.pages.items():
        text = KEY.sub("", read.text)
        links = LINK.findall(text)
        assert len(links) == len(re.findall(r"\]\(", text)), f"{name} has a link that is none of a page"
        for words, page, anchor in links:
            target = guide.pages.get(page or name)
            assert target is not None, f"{name}: [{words}] leads to no page"
            assert anchor in target.anchors, f"{name}: [{words}] leads to no section of {target.name}"


def test_every_page_is_linked_from_another(guide: Guide) -> None:
    linked = {page for name in NAMES for _, page, _ in LINK.findall(guide.pages[name].text) if page != name}
    assert set(NAMES) - linked <= {"clinician", "researcher", "glossary", "command-line", "trouble"}


def test_every_key_is_the_actions_own_and_none_goes_unchecked(guide: Guide, window: MainWindow) -> None:
    keys = {action.id: action.keys for action in window.registry.listed()}
    for page in guide.pages.values():
        for key, action in KEY.findall(page.text):
            assert action in keys, f"{page.name}: there is no action {action}"
            native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            assert native == keys[action][0], f"{page.name}: {action}"
        loose = WORDS_LIKE_KEYS.findall(CODE.sub("", KEY.sub("", FENCE.sub("", page.text))))
        assert not loose, f"{page.name} names keys without their actions: {loose}"


def test_review_names_every_key_of_playback_layers_panes_and_charts(guide: Guide, window: MainWindow) -> None:
    told = {action for _, action in KEY.findall(guide.pages["review"].text)}
    for group in ("Playback", "Layers", "Panes", "Charts", "Room"):
        assert {action.objectName() for action in window.registry.group(group)} <= told, group


def test_every_menu_entry_named_exists(guide: Guide, window: MainWindow) -> None:
    menus = {menu.title().replace("&", ""): menu for menu in window.menuBar().findChildren(QMenu)}
    for page in guide.pages.values():
        for path in MENU.findall(page.text):
            menu, entry = path.split(" > ", 1)
            titles = [action.text().replace("&", "") for action in menus[menu].actions()]
            assert entry in titles, f"{page.name}: {path}"


def commands(text: str) -> list[str]:
    """Every line of a block, and every piece of code, that begins with the program's name."""
    lines = [line.strip() for block in FENCE.findall(text) for line in block.splitlines()]
    found = [*lines, *CODE.findall(FENCE.sub("", text))]
    return [one for one in found if one == "lineament" or one.startswith("lineament ")]


def check_command(line: str) -> None:
    """Raises `AssertionError` for a command or an option that the command line has not."""
    words = shlex.split(line)[1:]
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] == "COMMAND":
            return
        assert words[0] in command.commands, f"{line}: there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    if command.name == "search":  # `run` is meant where no other command is named
        assert isinstance(command, click.Group)
        command = command.commands["run"]
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    for word in words:
        if word.startswith("--"):
            assert word in known, f"{line}: {command.name} has no option {word}"


def test_every_command_exists_with_its_options(guide: Guide) -> None:
    found = [line for page in guide.pages.values() for line in commands(page.text)]
    assert len(found) > 40
    for line in found:
        check_command(line)
    for option in ("--quick", "--settings", "--set", "--ray"):
        assert option in guide.pages["command-line"].text
        check_command(f"lineament search {option} x")


def test_the_check_of_commands_can_fail() -> None:
    for line in ("lineament fly", "lineament search --wings 2", "lineament models lose x"):
        with pytest.raises(AssertionError):
            check_command(line)


def test_every_command_of_the_command_line_has_its_place(guide: Guide) -> None:
    told = "\n".join(commands(guide.pages["command-line"].text))
    for name, command in cli.commands.items():
        assert f"lineament {name}" in told
        for inner in command.commands if isinstance(command, click.Group) else ():
            if (name, inner) not in {("search", "run"), ("models", "list")}:  # meant where none is named
                assert f"lineament {name} {inner}" in told, f"{name} {inner}"


def test_what_is_imported_from_python_is_there(guide: Guide) -> None:
    text = guide.pages["command-line"].text
    names = [name for name in CODE.findall(text) if re.fullmatch(r"lineament(\.\w+)+", name)]
    assert len(names) >= 4
    for name in names:
        module, _, last = name.rpartition(".")
        assert callable(getattr(__import__(module, fromlist=[last]), last))


def test_no_page_calls_an_estimate_a_diagnosis(guide: Guide) -> None:
    for page in guide.pages.values():
        for sentence in re.split(r"(?<=[.:])\s", page.text):
            if "diagnos" in sentence.lower():
                assert re.search(r"\b(not|no)\b", sentence.lower()), f"{page.name}: {sentence}"


# Pages, search and history


def test_search_finds_headings_first_and_every_word() -> None:
    guide = Guide()
    hits = guide.search("interval first")
    assert (hits[0].page.name, hits[0].section.anchor) == ("numbers", "interval-first")
    assert all("interval" in (hit.section.words + hit.section.heading).lower() for hit in guide.search("interval"))
    assert guide.search("heat MAP")[0].page.name == "regions"
    assert guide.search("  ") == []
    assert guide.search("zebra") == []
    assert "](" not in "".join(hit.section.words + hit.excerpt for hit in guide.search("e"))


def test_sections_and_slugs() -> None:
    second = "## 2. Where it's kept?\n\n- a [link](x.md#y) and [Ctrl+O](key:file.open)\n"
    page = Page("x", f"# One\n\nFirst *words*.\n\n{second}")
    assert [(one.heading, one.anchor) for one in page.sections] == [
        ("One", ""),
        ("2. Where it's kept?", "2-where-it-s-kept"),
    ]
    assert [one.words for one in page.sections] == ["First words.", "a link and Ctrl+O"]
    assert slug("Where it is kept") == "where-it-is-kept"
    assert place_of("review.md#panes", "search") == ("review", "panes")
    assert place_of("#panes", "search") == ("search", "panes")
    assert place_of("review", "search") == ("review", "")


def test_keys_are_shown_as_they_are_now() -> None:
    text = "[Ctrl+O](key:file.open), [[](key:player.slower) and [a page](review.md)"
    assert with_keys(text, {"file.open": "F2 or F3", "player.slower": ""}.__getitem__) == (
        "`F2` or `F3`, `no key` and [a page](review.md)"
    )


def test_history_goes_back_where_one_was() -> None:
    history = History()
    assert history.present is None
    assert history.step(-1, 0) is None
    history.go(Place("a"), 0)
    history.go(Place("b", "x"), 120)
    assert history.step(1, 40) is None
    assert history.step(-1, 40) == Place("a", "", 120)
    assert history.can_go_forward
    assert history.step(1, 130) == Place("b", "x", 40)
    history.step(-1, 0)
    history.go(Place("c"), 5)
    assert not history.can_go_forward
    assert history.step(-1, 0) == Place("a", "", 5)


# The window


def test_the_window_shows_a_place_at_its_top(reader: GuideWindow, qtbot: QtBot) -> None:
    reader.show_place("review", "layers")
    qtbot.waitExposed(reader)
    block = reader.browser.headings()["layers"]

    def top() -> float:
        return reader.browser.document().documentLayout().blockBoundingRect(block).top()

    bar = reader.browser.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() > 0 and abs(bar.value() - top()) < 40)
    assert reader.windowTitle().startswith("Review")
    assert not reader.isModal()
    assert reader.list.currentItem().text() == "Review"
    with pytest.raises(KeyError):
        reader.show_place("nowhere")


def test_links_back_and_forward(reader: GuideWindow, qtbot: QtBot) -> None:
    reader.show_place("clinician")
    assert not reader.back.isEnabled()
    reader.browser.anchorClicked.emit(QUrl("numbers.md#controls"))
    assert reader.history.present == Place("numbers", "controls")
    reader.browser.anchorClicked.emit(QUrl("#scales"))
    assert reader.history.present == Place("numbers", "scales")
    qtbot.mouseClick(reader.back, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(reader.back, Qt.MouseButton.LeftButton)
    assert reader.history.present is not None
    assert reader.history.present.page == "clinician"
    assert reader.windowTitle().startswith("Five minutes")
    qtbot.mouseClick(reader.forward, Qt.MouseButton.LeftButton)
    assert reader.windowTitle().startswith("What the numbers mean")


def test_search_by_keys_alone(reader: GuideWindow, qtbot: QtBot) -> None:
    reader.show_place("clinician")
    bring_to_front(reader, qtbot)
    qtbot.keyClick(reader.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(reader.field.hasFocus)
    qtbot.keyClicks(reader.field, "conformal")
    assert reader.list.count() >= 1
    assert "conformal" in reader.list.item(0).data(Qt.ItemDataRole.AccessibleDescriptionRole).lower()
    qtbot.keyClick(reader.field, Qt.Key.Key_Return)
    assert reader.history.present is not None
    assert reader.history.present.page == "glossary"
    assert reader.browser.extraSelections()
    qtbot.keyClicks(reader.field, "xx")
    assert reader.nothing.isVisible()
    qtbot.keyClick(reader.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: reader.field.text() == "")
    assert reader.list.count() == len(NAMES) + len(CONTENTS)
    qtbot.keyClick(reader.browser, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not reader.isVisible())


def test_every_page_of_the_contents_opens_and_shows_the_keys_of_now(reader: GuideWindow) -> None:
    reader.show_place("clinician")
    opened = []
    for row in range(reader.list.count()):
        reader.list.itemClicked.emit(reader.list.item(row))
        assert reader.history.present is not None
        opened.append(reader.history.present.page)
    assert list(dict.fromkeys(opened)) == NAMES
    reader.show_place("review")
    assert "<view.full_screen>" in reader.browser.toPlainText()
    assert "](" not in reader.browser.toPlainText()


def test_a_change_of_the_theme_recolours_links_where_one_reads_on(
    reader: GuideWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    reader.show_place("review", "layers")
    qtbot.waitExposed(reader)
    qtbot.wait(20)
    at = reader.browser.verticalScrollBar().value()
    assert at > 0
    assert LIGHT.accent.lower() in reader.browser.toHtml()
    apply_theme(qapp, "dark")
    assert DARK.accent.lower() in reader.browser.toHtml()
    assert LIGHT.accent.lower() not in reader.browser.toHtml()
    assert abs(reader.browser.verticalScrollBar().value() - at) < 4
    apply_theme(qapp, "light")


# F1


def press_f1(window: QWidget, target: QWidget) -> None:
    QTest.keyClick(target if target.hasFocus() else window, Qt.Key.Key_F1)


def test_parts_have_their_place(window: MainWindow) -> None:
    work = window.workspace
    places = {
        work.stack.panes["habit"]: "visits#what-the-pane-shows",
        work.stack.panes["quality"]: "review#panes",
        work.stack.panes["quality"].legend: "review#panes",
        work.estimate: "review#estimate",
        work.distribution.chart: "distribution",
        work.action_units_now.bars: "numbers#action-units",
        work.controls.seek_bar: "review#seek-bar",
        window.centralWidget(): "",
    }
    assert {widget: topic_of(widget) for widget in places} == places


def test_every_place_of_a_part_exists(window: MainWindow, guide: Guide) -> None:
    for name in ("search", "models"):
        window.show_page(name)
    found = {kind.__name__ for widget in window.findChildren(QWidget) for kind in type(widget).__mro__}
    assert set(TOPICS) - found <= {"CardView"}, "a part of this name is nowhere in the window"  # made with a model
    assert "class CardView(" in inspect.getsource(card_view)
    for topic in TOPICS.values():
        page, _, anchor = topic.partition("#")
        assert anchor in guide.pages[page].anchors, topic


def test_f1_opens_the_page_of_the_workspace_or_of_what_has_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    QCursor.setPos(QPoint(-100, -100))
    window.show_page("review")
    bring_to_front(window, qtbot)
    window.workspace.controls.video.setFocus()
    press_f1(window, window.workspace.controls.video)
    made = window.guide.window
    assert made is not None
    assert made.isVisible()
    assert made.history.present == Place("review")
    bring_to_front(window, qtbot)
    window.show_page("search")
    search = window.pages.made("search")
    assert isinstance(search, SearchWorkspace)
    search.setup.form.fields["seed"].editor.setFocus()
    press_f1(window, search.setup.form.fields["seed"].editor)
    assert made.history.present == Place("search", "the-form")
    assert window.guide.window is made
    assert "`" not in made.browser.toPlainText()
    window.guide.close()
    assert not made.isVisible()


def test_what_the_mouse_is_over_is_asked_where_the_focus_says_nothing(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DistributionPane(QWidget):
        pass

    parent = QWidget()
    pane = DistributionPane(parent)
    qtbot.addWidget(parent)
    opener = GuideOpener(parent, str, lambda: "models")
    over: list[QWidget | None] = [pane]
    monkeypatch.setattr(QApplication, "widgetAt", lambda at: over[0])
    monkeypatch.setattr(QApplication, "focusWidget", lambda: None)
    opener.open_here()
    assert opener.window is not None
    assert opener.window.history.present == Place("distribution")
    over[0] = None
    opener.open_here()
    assert opener.window.history.present == Place("models")
    over[0] = opener.window.list  # another window than the one that asks
    opener.open_here()
    assert opener.window.history.present == Place("models")
    opener.close()
