"""A search in a process of its own, as whoever started it sees it: commanded, heard, ended."""

from lineament.own_process import OwnProcess
from lineament.search.control.messages import SearchRequest
from lineament.search.control.process import serve

_REMEDY = "Most often memory ran out: close other programs or use fewer workers, then resume the run."


class SearchProcess(OwnProcess[SearchRequest]):
    """Starts at once; takes `control_messages.Command`s."""

    def __init__(self, request: SearchRequest) -> None:
        super().__init__(serve, request, "search", _REMEDY)
