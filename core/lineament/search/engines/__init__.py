"""Engines: where units of work run. Which one is chosen changes how long a search takes, not what it finds."""

from lineament.search.engines.choosing import choose_device, choose_engine, cores
from lineament.search.engines.engine import Engine
from lineament.search.engines.inline import InlineEngine
from lineament.search.engines.pool import PoolEngine

__all__ = ["Engine", "InlineEngine", "PoolEngine", "choose_device", "choose_engine", "cores"]
