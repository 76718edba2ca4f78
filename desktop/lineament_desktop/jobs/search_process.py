"""A search's process as a background job."""

from typing import TYPE_CHECKING

from lineament.search.control.messages import Command, SearchRequest
from lineament_desktop.jobs.process_work import ProcessWork

if TYPE_CHECKING:
    from lineament.search.control.host import SearchProcess


class SearchWork(ProcessWork[Command]):
    def __init__(self, request: SearchRequest) -> None:
        def start() -> "SearchProcess":
            from lineament.search.control.host import SearchProcess

            return SearchProcess(request)

        super().__init__(start, f"the search in {request.folder}")
