"""The window's own actions, and the menus that show all of them."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from lineament_desktop.app.pages import PAGES, REVIEW
from lineament_desktop.jobs.model_choice import shipped_models
from lineament_desktop.state.preferences import THEME

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow

Standard = QKeySequence.StandardKey
ZOOM_STEP = 1.5
PAN_SHARE = 0.25
ROOM_STEP = 40
THEME_WORDS = {
    "system": ("As the &system", "Ctrl+Shift+Y"),
    "light": ("&Light", "Ctrl+Shift+L"),
    "dark": ("&Dark", "Ctrl+Shift+D"),
}
REVIEW_GROUPS = ("Playback", "Layers", "Panes", "Charts", "Room")
"""Groups of actions that mean something in Review alone."""


def add_actions(window: "MainWindow") -> None:
    """Everything the window itself can do; the player's actions are adopted beside these."""
    _add_file(window)
    _add_view(window)
    _add_charts(window)
    _add_model(window)
    _add_help(window)


def _add_file(window: "MainWindow") -> None:
    add, jobs = window.registry.add, window.jobs
    add("file.open", "File", "&Open…", window.ask_for_video, Standard.Open, icon="open")
    add("file.open_recording", "File", "Open a &recording…", window.ask_for_recording, "Ctrl+Shift+O")
    add("file.demonstration", "File", "Open the &demonstration", window.open_demonstration, "Ctrl+D")
    add("file.save_copy", "File", "&Save a copy of the analysis…", window.save_copy, Standard.Save)
    add("file.analyse", "File", "&Analyse, or go on analysing", jobs.measure, "Ctrl+R")
    add("file.stop", "File", "S&top the analysis", jobs.cancel, "Ctrl+T")
    add("file.earlier", "File", "&Earlier visits of this person…", window.ask_for_earlier, "Ctrl+E")
    add("file.no_earlier", "File", "&Forget the earlier visits", window.earlier.forget, "Ctrl+Shift+E")
    add("file.score", "File", "Score, also from another extractor", jobs.score_all_the_same, "Ctrl+Shift+R")
    settings = add("file.settings", "File", "Se&ttings…", window.show_settings, "Ctrl+,")
    settings.setMenuRole(QAction.MenuRole.PreferencesRole)  # macOS puts it into the application's own menu
    add("file.quit", "File", "&Quit", window.close, "Ctrl+Q")


def _add_view(window: "MainWindow") -> None:
    add, stack = window.registry.add, window.workspace.stack
    add("view.page.review", "Workspaces", "&Review", partial(window.show_page, REVIEW), "Alt+1")
    for number, page in enumerate(PAGES, 2):
        add(
            f"view.page.{page.name}",
            "Workspaces",
            f"&{page.title}",
            partial(window.show_page, page.name),
            f"Alt+{number}",
        )
    themes = QActionGroup(window)
    for choice in THEME.choices:
        chosen = window.settings.get(THEME) == choice
        callback = partial(window.set_theme, choice)
        words, key = THEME_WORDS[choice]
        themes.addAction(add(f"view.theme.{choice}", "Theme", words, callback, key, checked=chosen))
    add("view.full_screen", "Room", "&Full screen", window.toggle_full_screen, "F11", checked=False)
    more_video = partial(window.workspace.give_room, ROOM_STEP)
    more_panes = partial(window.workspace.give_room, -ROOM_STEP)
    add("view.more_video", "Room", "More room for the &video", more_video, "Ctrl+Shift+Down")
    add("view.more_panes", "Room", "More room for the &panes", more_panes, "Ctrl+Shift+Up")
    add("view.palette", "View", "&Command palette…", window.show_palette, "Ctrl+Shift+P")
    add("view.leave", "View", "Close the message, leave the full screen", window.leave, "Esc")
    for pane in stack.panes.values():
        toggle = partial(_toggle_pane, window, pane.key)
        add(f"view.pane.{pane.key}", "Panes", pane.title, toggle, pane.shortcut, checked=True)
    stack.panes_changed.connect(partial(_check_panes, window))
    _check_panes(window)


def _toggle_pane(window: "MainWindow", key: str) -> None:
    stack = window.workspace.stack
    stack.set_visible(key, key in stack.hidden())


def _check_panes(window: "MainWindow") -> None:
    stack = window.workspace.stack
    for key in stack.panes:
        action = window.registry[f"view.pane.{key}"]
        action.setChecked(key not in stack.hidden())
        action.setEnabled(stack.offered(key))


def _add_charts(window: "MainWindow") -> None:
    add, axis = window.registry.add, window.workspace.stack.axis

    def middle() -> float:
        playhead = window.state.playhead
        inside = playhead is not None and axis.start <= playhead.time_s <= axis.stop
        return playhead.time_s if playhead is not None and inside else (axis.start + axis.stop) / 2

    add("charts.zoom_in", "Charts", "Zoom &in", lambda: axis.zoom(1 / ZOOM_STEP, middle()), "Ctrl+=", "Ctrl++")
    add("charts.zoom_out", "Charts", "Zoom &out", lambda: axis.zoom(ZOOM_STEP, middle()), "Ctrl+-")
    add("charts.fit", "Charts", "Show the &whole video", axis.fit, "Ctrl+0")
    add("charts.earlier", "Charts", "&Earlier", lambda: axis.pan(-PAN_SHARE * axis.span), "Alt+Left")
    add("charts.later", "Charts", "&Later", lambda: axis.pan(PAN_SHARE * axis.span), "Alt+Right")


def _add_model(window: "MainWindow") -> None:
    add = window.registry.add
    add("model.open", "Model", "&Open a model folder…", window.ask_for_model, "Ctrl+Shift+M")
    add("model.card", "Model", "&Model card", window.show_model_card, "Ctrl+M")


def _add_help(window: "MainWindow") -> None:
    add = window.registry.add
    add("help.guide", "Help", "&User guide", window.guide.open_here, "F1")
    add("help.keys", "Help", "&Keyboard and mouse", window.show_shortcuts, "?")
    add("help.log", "Help", "&Log", window.help.show_log, "Ctrl+Shift+K")
    add("help.self_test", "Help", "&Self-test…", window.help.show_self_test, "Ctrl+Alt+T")
    add("help.notices", "Help", "Licences of the &parts…", window.help.show_notices, "Ctrl+Alt+L")
    add("help.about", "Help", "&About Lineament", window.help.show_about, "Ctrl+F1")


def build_menus(window: "MainWindow") -> None:
    """File, View, Playback, Model and Help; each action stands in exactly one of them."""
    registry, bar = window.registry, window.menuBar()
    file = bar.addMenu("&File")
    recent = QMenu("Recent &files", file)
    recent.aboutToShow.connect(partial(_fill_recent, window, recent))
    actions = registry.group("File")
    file.addActions(actions[:3])
    file.addMenu(recent)
    file.addSeparator()
    file.addActions(actions[3:-2])
    for action in actions[-2:]:
        file.addSeparator()
        file.addAction(action)
    view = bar.addMenu("&View")
    view.addActions(registry.group("Workspaces"))
    view.addSeparator()
    for title, group in (("&Theme", "Theme"), ("&Panes", "Panes"), ("&Layers", "Layers"), ("&Charts", "Charts")):
        view.addMenu(title).addActions(registry.group(group))
    view.addSeparator()
    view.addActions(registry.group("Room"))
    view.addActions(registry.group("View"))
    bar.addMenu("&Playback").addActions(registry.group("Playback"))
    model = bar.addMenu("&Model")
    model.aboutToShow.connect(partial(_fill_models, window, model))
    model.addActions(registry.group("Model"))
    window.workspace.estimate.model_button.setMenu(model)
    bar.addMenu("&Help").addActions(registry.group("Help"))


def show_review_actions(window: "MainWindow", shown: bool) -> None:
    """An action that is not shown has no key either: Space belongs to the button under the focus elsewhere."""
    for group in REVIEW_GROUPS:
        for action in window.registry.group(group):
            action.setVisible(shown)
    for menu in window.menuBar().findChildren(QMenu):
        if menu.actions():
            menu.menuAction().setVisible(any(action.isVisible() for action in menu.actions()))


@dataclass(frozen=True)
class KnownModel:
    """A model that can be put into use. detail: its kind, or where the user's own lies."""

    folder: Path
    name: str
    detail: str
    shipped: bool


def known_models(window: "MainWindow") -> list[KnownModel]:
    """The shipped models, then the user's own, newest first."""
    shipped = [KnownModel(model.folder, model.name, model.kind, True) for model in shipped_models()]
    known = {model.folder for model in shipped}
    own = [folder for folder in window.settings.own_models() if folder not in known]
    present = window.state.model
    if present is not None and present.folder not in {*own, *known}:
        own.insert(0, present.folder)  # put into use from the command line
    return shipped + [KnownModel(folder, folder.name, str(folder.parent), False) for folder in own]


def _fill_models(window: "MainWindow", menu: QMenu) -> None:
    """The shipped models, the user's own, and what can be done with them; the one in use has a mark."""
    menu.clear()
    for earlier in menu.findChildren(QActionGroup):
        earlier.deleteLater()
    present, group = window.state.model, QActionGroup(menu)
    shipped = True
    for model in known_models(window):
        if shipped and not model.shipped:
            menu.addSeparator()
        shipped = model.shipped
        action = menu.addAction(f"{model.name}  ({model.detail})".replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(present is not None and present.folder == model.folder)
        action.triggered.connect(lambda _=False, chosen=model.folder: window.models.use(chosen))
        group.addAction(action)
    menu.addSeparator()
    menu.addActions(window.registry.group("Model"))


def _fill_recent(window: "MainWindow", menu: QMenu) -> None:
    menu.clear()
    for number, path in enumerate(window.settings.recent(), 1):
        action = menu.addAction(f"&{number % 10} {path.name.replace('&', '&&')}")
        action.setToolTip(str(path))
        action.setStatusTip(str(path))
        action.triggered.connect(lambda _=False, chosen=path: window.open_path(chosen))
    if menu.isEmpty():
        menu.addAction("No files yet").setEnabled(False)
        return
    menu.addSeparator()
    menu.addAction("&Forget these").triggered.connect(lambda _=False: window.settings.forget_recent())
