"""What the window shows, without Qt: widgets read it, listen to it and command it."""

from lineament_desktop.state.model_facts import ModelFacts
from lineament_desktop.state.playhead import Playhead
from lineament_desktop.state.review import Message, ReviewState

__all__ = ["Message", "ModelFacts", "Playhead", "ReviewState"]
