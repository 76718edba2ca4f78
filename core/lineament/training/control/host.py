"""A training in a process of its own, as whoever started it sees it: commanded, heard, ended."""

from lineament.own_process import OwnProcess
from lineament.training.control.messages import TrainingRequest
from lineament.training.control.process import serve

STOP = "stop"
_REMEDY = "Most often memory ran out: close other programs, then go on with the training."


class TrainingProcess(OwnProcess[TrainingRequest]):
    """Starts at once; takes the command `STOP`."""

    def __init__(self, request: TrainingRequest) -> None:
        super().__init__(serve, request, "training", _REMEDY)
