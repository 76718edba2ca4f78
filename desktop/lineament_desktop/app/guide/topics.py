"""Which place of the guide each part of the window belongs to, in one table; the parts know nothing of the guide."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtWidgets import QWidget

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "TransportBar": "review#the-picture",
        "SeekBar": "review#seek-bar",
        "EstimatePane": "review#estimate",
        "AttentionNow": "review#at-the-playhead",
        "ActionUnitsNow": "numbers#action-units",
        "DistributionPane": "distribution",
        "HabitPane": "visits#what-the-pane-shows",
        "SignalPane": "review#panes",
        "TimeRuler": "review#panes",
        "PresetBar": "search#presets",
        "CohortChooser": "data",
        "Setup": "search#the-form",
        "RunsList": "search#stopping-and-resuming",
        "ControlBar": "search#stopping-and-resuming",
        "PaperPanel": "search#the-verdict",
        "RunPage": "search#watching",
        "RunPages": "search#watching",
        "CardView": "models#the-card",
        "TrainForm": "models#training",
        "TrainingPage": "models#training",
        "SearchWorkspace": "search",
        "ModelsWorkspace": "models",
    }
)
"""By the class's name, so that nothing is imported for it. A part has the place of the nearest part that it lies in."""


def topic_of(widget: QWidget | None) -> str:
    """ "review" or "review#panes"; "" where neither the widget nor anything that it lies in has a place."""
    while widget is not None:
        for kind in type(widget).__mro__:
            if kind.__name__ in TOPICS:
                return TOPICS[kind.__name__]
        widget = widget.parentWidget()
    return ""
