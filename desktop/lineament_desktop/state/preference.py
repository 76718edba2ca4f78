"""What a setting of the application is: one description for the dialog, for the settings' file and for the tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar, cast

from lineament.settings import Setting, kind_of

T = TypeVar("T")


@dataclass(frozen=True)
class FolderSetting(Setting):
    """The whole path of a folder, which need not be there yet; "" for the usual one."""

    def check(self, value: Any) -> Any:
        text = super().check(value)
        if text and not Path(text).is_absolute():
            self._refuse_folder(text, "Give the whole path of a folder, from the root of its drive.")
        if text and Path(text).exists() and not Path(text).is_dir():
            self._refuse_folder(text, "There is a file of that name; give a folder.")
        return text

    def _refuse_folder(self, text: str, remedy: str) -> NoReturn:
        raise self.error(f"the setting {self.name} cannot be {text!r}", remedy=remedy)


@dataclass(frozen=True, eq=False)
class Preference(Generic[T]):
    """One setting of the application.

    name: in the file. title: its label. help: what it does, in one sentence without its full stop. choices: what may
    be chosen, with words for each. low, high: bounds that are themselves allowed. unit: stands behind a number.
    later: when a change takes effect, as the end of a sentence ("after a restart"); "" for at once. variable: of a
    folder, the environment variable that goes before it.
    """

    name: str
    default: T
    title: str
    help: str
    choices: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    unit: str = ""
    later: str = ""
    variable: str = ""

    @property
    def setting(self) -> Setting:
        """Its type, range and choices as forms and checks read them."""
        kind = FolderSetting if self.variable else Setting
        return kind(
            self.name, kind_of(type(self.default)), self.default, self.help, self.low, self.high, tuple(self.choices)
        )

    def check(self, value: object) -> T:
        """`value` as this setting holds it; raises `SettingError`, a sentence that names the setting."""
        return cast(T, self.setting.check(value))

    def words(self, value: T) -> str:
        """A value as people read it: "10 s", "As the system"."""
        if isinstance(value, bool):
            return "on" if value else "off"
        if self.variable and not value:
            return "the usual folder"
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return f"{self.choices.get(text, text)} {self.unit}".rstrip()
