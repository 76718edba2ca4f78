"""A search's settings, described as all settings are (`lineament.settings`) and refused with a `SearchError`."""

from collections.abc import Mapping
from typing import Any

from lineament import settings
from lineament.search.errors import SearchError
from lineament.settings import Setting, group, setting

__all__ = ["Setting", "check_settings", "describe", "from_settings", "group", "setting"]


def describe(kind: type, prefix: str = "") -> tuple[Setting, ...]:
    """See `lineament.settings.describe`."""
    return settings.describe(kind, prefix, SearchError)


def check_settings(instance: Any) -> None:
    """Check and convert every setting of a frozen dataclass in `__post_init__`; raises `SearchError`."""
    settings.check_settings(instance, SearchError)


def from_settings(kind: type, data: Mapping[str, Any], what: str) -> Any:
    """An instance of a dataclass of settings; raises `SearchError` for names it does not have and values it refuses."""
    return settings.from_settings(kind, data, what, SearchError)
