"""What a search run is doing or has found, read from its folder's files alone, again and again at little cost."""

from lineament.search.monitor.board import Board, BoardRow
from lineament.search.monitor.cells import Cells, EdgeChoice, ExtractorCell, FusionCell
from lineament.search.monitor.families import Leaning
from lineament.search.monitor.journal import LogLine
from lineament.search.monitor.load import LoadMeter, LoadSample
from lineament.search.monitor.monitor import RunMonitor
from lineament.search.monitor.paper import Section, paper
from lineament.search.monitor.stages import Stage
from lineament.search.monitor.state import RunState
from lineament.search.monitor.view import RunView

__all__ = [
    "Board",
    "BoardRow",
    "Cells",
    "EdgeChoice",
    "ExtractorCell",
    "FusionCell",
    "Leaning",
    "LoadMeter",
    "LoadSample",
    "LogLine",
    "RunMonitor",
    "RunState",
    "RunView",
    "Section",
    "Stage",
    "paper",
]
