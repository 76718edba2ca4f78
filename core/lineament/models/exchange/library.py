"""Every model there is: those that ship, the user's own, and folders the user has opened elsewhere.

Facts are read from `model.json` alone, which takes no torch.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lineament.errors import ModelError
from lineament.models.architecture.space import Genotype
from lineament.models.card import ModelCard
from lineament.models.exchange.places import own_models_folder
from lineament.models.store import FACTS, describe_model
from lineament.resources import resource_path

Origin = Literal["shipped", "own", "elsewhere"]


@dataclass(frozen=True)
class Entry:
    """A model of the library. problem: one sentence where its folder cannot be read, and then there is no card."""

    folder: Path
    origin: Origin
    card: ModelCard | None
    model_hash: str
    genotype: Genotype | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """On its card; of its folder where that cannot be read."""
        return self.card.name if self.card is not None else self.folder.name

    @property
    def date(self) -> str:
        """When it was made, YYYY-MM-DD, "" where the card does not say."""
        return self.card.utc_time[:10] if self.card is not None else ""


def read_entry(folder: Path, origin: Origin = "elsewhere") -> Entry:
    """The entry of a folder (or of the `model.json` in it), also of one that cannot be read."""
    place = folder.parent if folder.name == FACTS else folder
    try:
        found = describe_model(place)
    except ModelError as error:
        return Entry(place, origin, None, "", problem=str(error))
    return Entry(place, origin, found.card, found.model_hash, found.genotype)


def list_models(elsewhere: Iterable[Path] = ()) -> tuple[Entry, ...]:
    """The shipped models, then the user's own, then those of the folders `elsewhere`; each folder once."""
    places: dict[Path, Entry] = {}
    for folder, origin in _folders(elsewhere):
        if folder.resolve() not in places:
            places[folder.resolve()] = read_entry(folder, origin)
    return tuple(places.values())


def _folders(elsewhere: Iterable[Path]) -> list[tuple[Path, Origin]]:
    found: list[tuple[Path, Origin]] = []
    with suppress(FileNotFoundError):  # a broken installation says so where its model is used
        found += [(folder, "shipped") for folder in _with_facts(resource_path("models"))]
    found += [(folder, "own") for folder in _with_facts(own_models_folder())]
    return found + [(folder, "elsewhere") for folder in elsewhere]


def _with_facts(place: Path) -> list[Path]:
    """Folders in `place` that hold a model, by name; what is being written is hidden and left out."""
    try:
        folders = sorted(path for path in place.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
    return [folder for folder in folders if (folder / FACTS).is_file()]


def find_model(name: str) -> Entry:
    """A folder, or the name of a shipped or own model: of its folder first, then on its card.

    Raises `ModelError` when there is none, several have the name, or it cannot be read.
    """
    path = Path(name)
    if path.is_dir() or path.name == FACTS:
        return _readable(read_entry(path))
    known = list_models()
    found = [e for e in known if e.folder.name == name] or [e for e in known if e.name == name]
    if not found:
        names = ", ".join(entry.folder.name for entry in known)
        raise ModelError(f"there is no model called {name}", remedy=f"Give a model's folder, or one of: {names}.")
    if len(found) > 1:
        folders = ", ".join(str(entry.folder) for entry in found)
        raise ModelError(f"{len(found)} models are called {name}", remedy=f"Give the folder: {folders}.")
    return _readable(found[0])


def _readable(entry: Entry) -> Entry:
    if entry.card is None:
        describe_model(entry.folder)  # raises what it says
    return entry


def load_any(folder: Path) -> object:
    """The model of a folder, whatever it reads. Raises `ModelError` when it cannot be used."""
    from lineament.models.store import PIXEL_KINDS, load_model, load_pixel_model

    entry = _readable(read_entry(folder))
    if entry.card is not None and entry.card.kind in PIXEL_KINDS:
        return load_pixel_model(entry.folder)
    return load_model(entry.folder)
