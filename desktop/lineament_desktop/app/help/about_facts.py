"""What the dialog About says, in words and as text for a report."""

from dataclasses import dataclass

from PySide6.QtCore import qVersion

from lineament.build_facts import commit, versions
from lineament.errors import LineamentError
from lineament.models import describe_model
from lineament.version import __version__
from lineament_desktop.state import ModelFacts

PURPOSE = (
    "A workbench for facial-behaviour research: review an interview, measure the face, and see what a model of "
    "depression severity makes of it."
)
RESEARCH = (
    "Research use only: what is shown is a model estimate, not a diagnosis. Action units are geometric estimates from "
    "facial landmarks."
)
LICENCE = "Apache License 2.0"
NO_MODEL = "none that can be read"


@dataclass(frozen=True)
class AboutFacts:
    """model: name and kind of the one in use; provenance: what it was trained on. simulated: that was no person.
    parts: versions by name.
    """

    version: str
    commit: str
    model: str
    provenance: str
    simulated: bool
    parts: dict[str, str]

    def for_report(self) -> str:
        """Plain text: what a report of a fault begins with; it names no folder."""
        lines = [f"Lineament {self.version}{f' ({self.commit[:12]})' if self.commit else ''}"]
        lines += [f"{name} {version}" for name, version in self.parts.items()]
        return "\n".join([*lines, f"Model: {self.model}", f"Trained on: {self.provenance}"])


def gather(model: ModelFacts | None) -> AboutFacts:
    """Imports nothing heavy."""
    parts = dict(versions())
    where = list(parts).index("PySide6") + 1 if "PySide6" in parts else 1
    named = list(parts.items())
    named.insert(where, ("Qt", qVersion()))
    said = f"{model.name} ({model.kind})" if model is not None else NO_MODEL
    provenance = _provenance(model) if model is not None else "unknown"
    simulated = model is not None and model.simulated
    return AboutFacts(__version__, commit(), said, provenance, simulated, dict(named))


def _provenance(model: ModelFacts) -> str:
    try:
        card = describe_model(model.folder).card
    except LineamentError:
        return "its card can no longer be read"
    persons = sum(card.persons.values())
    if card.trained_on_simulated:
        return f"simulated behaviour of {persons:,} simulated persons; its figures say nothing about people"
    return f"recordings of {persons:,} persons, measured by {card.trained_on}"
