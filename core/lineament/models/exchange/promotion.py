"""The log of which model was put into use, by whom and when: one line of JSON each, never changed afterwards."""

import getpass
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from lineament.models.exchange.library import Entry, read_entry
from lineament.models.exchange.places import promotions_file
from lineament.provenance import utc_now
from lineament.storage import make_folder, write_atomically


@dataclass(frozen=True)
class Promotion:
    """who: the system's name of the user. utc: ISO 8601. previous_*: what was in use before, "" where that is not
    known."""

    who: str
    utc: str
    model: str
    model_hash: str
    folder: str
    previous_model: str = ""
    previous_hash: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError` or `TypeError` when something is missing or of another kind."""
        return cls(**{name: str(data[name]) for name in cls.__dataclass_fields__})


def log_promotion(entry: Entry, previous: Entry | None = None, file: Path | None = None) -> Promotion:
    """Write down that `entry` is in use from now on. previous: by default what the log says.

    Raises `StorageError` when the log cannot be written.
    """
    place = file if file is not None else promotions_file()
    before = last_promotion(place)
    made = Promotion(
        user_name(),
        utc_now(),
        entry.name,
        entry.model_hash,
        str(entry.folder.resolve()),
        previous.name if previous is not None else before.model if before is not None else "",
        previous.model_hash if previous is not None else before.model_hash if before is not None else "",
    )
    make_folder(place.parent)
    kept = place.read_bytes() if place.exists() else b""
    if kept and not kept.endswith(b"\n"):
        kept += b"\n"
    write_atomically(place, kept + (json.dumps(asdict(made)) + "\n").encode())
    return made


def promotions(file: Path | None = None) -> tuple[Promotion, ...]:
    """All of the log, oldest first; lines that cannot be read are passed over."""
    place = file if file is not None else promotions_file()
    try:
        lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(found for line in lines if (found := _parsed(line)) is not None)


def last_promotion(file: Path | None = None) -> Promotion | None:
    return next(reversed(promotions(file)), None)


def promoted_model(file: Path | None = None) -> Entry | None:
    """The model last put into use, as long as its folder still holds that very model."""
    last = last_promotion(file)
    if last is None:
        return None
    entry = read_entry(Path(last.folder))
    return entry if entry.card is not None and entry.model_hash == last.model_hash else None


def user_name() -> str:
    """The system's name of whoever runs this, "unknown" where the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _parsed(line: str) -> Promotion | None:
    try:
        return Promotion.from_json(json.loads(line))
    except (ValueError, KeyError, TypeError):
        return None
