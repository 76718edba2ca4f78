"""Which model scores what is on screen, and what it gives the window to show."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from lineament.models import describe_model

Given = Literal["attributes", "regions", "distribution", "habit"]

_GIVEN: MappingProxyType[str, frozenset[Given]] = MappingProxyType(
    {
        "HMHN": frozenset({"regions"}),
        "DJ-LDML": frozenset({"distribution"}),
        "MPDRM": frozenset({"attributes", "habit"}),
    }
)
_USUAL: frozenset[Given] = frozenset({"attributes"})
READ_CROPS = frozenset({"HMHN", "DJ-LDML"})


@dataclass(frozen=True)
class ModelFacts:
    """What a model's folder says of it: its name and kind on the card, and whether it never saw a person."""

    folder: Path
    name: str
    kind: str
    simulated: bool

    @property
    def gives(self) -> frozenset[Given]:
        """attributes: attention to each attribute over time. regions: where in the face it looked. distribution: over
        the whole scale. habit: what is the person's habit and what is change."""
        return _GIVEN.get(self.kind, _USUAL)

    @property
    def reads_crops(self) -> bool:
        """It looks at the picture, so that a recording without its video cannot be scored."""
        return self.kind in READ_CROPS


def read_model_facts(folder: Path) -> ModelFacts:
    """Of a folder, or of the `model.json` in it; read without loading the weights.

    Raises `ModelError` when the description is missing, damaged, edited, or of a newer schema.
    """
    place = folder.parent if folder.name == "model.json" else folder
    card = describe_model(place).card
    return ModelFacts(place, card.name, card.kind, card.trained_on_simulated)
