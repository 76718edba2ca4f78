"""Ready-made settings and the user's own, which are files that `lineament search run --settings` takes too."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QLabel, QPushButton, QWidget

from lineament.errors import LineamentError
from lineament.search.config import PRESETS, SearchConfig
from lineament.search.preset_files import (
    SUFFIX,
    SettingsFile,
    read_settings,
    saved_settings,
    settings_path,
    write_settings,
)
from lineament_desktop.state.places import config_folder
from lineament_desktop.widgets.setting_fields import LABEL_WIDTH, QuietCombo

TITLES = {"quick": "Quick look", "standard": "Standard", "thorough": "Thorough"}
HELP = {
    "quick": "A minute or two on some 40 persons of two minutes: to try the machinery out",
    "standard": "About half an hour on two cores for 142 persons",
    "thorough": "What else there is to gain, overnight",
}
CHANGED = "Changed settings"
FILTER = f"Settings of a search (*{SUFFIX});;All files (*)"


def presets_folder() -> Path:
    """Where the user's own settings are kept."""
    return config_folder() / "searches"


class PresetBar(QWidget):
    """chosen: settings to fill the form with. told: a sentence and its severity."""

    chosen = Signal(object)
    told = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.combo = QuietCombo()
        self.combo.setObjectName("presets")
        self.combo.setAccessibleName("Presets")
        self.save = QPushButton("Save…")
        self.save.setToolTip("Save these settings under a name of your own")
        self.open = QPushButton("Open…")
        self.open.setToolTip("Settings from a file, for example a colleague's")
        label = QLabel("Preset")
        label.setFixedWidth(LABEL_WIDTH)
        label.setBuddy(self.combo)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.combo, 1)
        row.addWidget(self.save)
        row.addWidget(self.open)
        self.combo.activated.connect(self._on_pick)
        self.open.clicked.connect(self._ask_to_open)
        self.fill()
        self.show_preset("standard")

    def fill(self) -> None:
        """The ready-made ones, then the user's own."""
        shown = self.combo.currentData()
        self.combo.clear()
        for name in PRESETS:
            self.combo.addItem(TITLES.get(name, name), name)
            self.combo.setItemData(self.combo.count() - 1, HELP.get(name, ""), 3)
        for path in saved_settings(presets_folder()):
            self.combo.addItem(path.name.removesuffix(SUFFIX), path)
        self._select(shown)

    def show_preset(self, name: str | Path | None) -> None:
        """Which settings the form shows, None for settings that are none of these."""
        self._select(name)

    def _select(self, data: object) -> None:
        changed = self.combo.findText(CHANGED)
        index = next((i for i in range(self.combo.count()) if self.combo.itemData(i) == data and data), -1)
        if index < 0:
            if changed < 0:
                self.combo.addItem(CHANGED, None)
            index = self.combo.findText(CHANGED)
        elif changed >= 0:
            self.combo.removeItem(changed)
        self.combo.setCurrentIndex(index)

    def _on_pick(self, index: int) -> None:
        data = self.combo.itemData(index)
        if isinstance(data, Path):
            self.open_file(data)
        elif data is not None:
            self._select(data)
            self.chosen.emit(SettingsFile(str(data), SearchConfig.preset(data)))

    def open_file(self, path: Path) -> None:
        """Fill the form from a file; one that cannot be used changes nothing and is said in a sentence."""
        try:
            settings = read_settings(path)
        except LineamentError as error:
            self.told.emit(str(error), "error")
            return
        self._select(path)
        self.chosen.emit(settings)

    def _ask_to_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open settings of a search", str(presets_folder()), FILTER)
        if name:
            self.open_file(Path(name))

    def ask_to_save(self, config: SearchConfig) -> None:
        """Under a name of the user's choice; an existing one is written over, as its name says."""
        name, given = QInputDialog.getText(self, "Save these settings", "Name of the settings:")
        if given:
            self.save_as(name, config)

    def save_as(self, name: str, config: SearchConfig) -> None:
        try:
            path = settings_path(presets_folder(), name)
            write_settings(path, SettingsFile(name.strip(), config))
        except LineamentError as error:
            self.told.emit(str(error), "error")
            return
        self.fill()
        self._select(path)
        self.told.emit(f"Saved as {path.name}. The command line takes it: --settings {path}", "information")
