"""Engines: where units of work run. Which one is chosen changes how long a search takes, not what it finds."""

from lineament.search.engines.engine import Engine
from lineament.search.engines.inline import InlineEngine

__all__ = ["Engine", "InlineEngine"]
