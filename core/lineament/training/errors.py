"""What can be wrong with a training that is asked for, as one sentence."""

from lineament.errors import LineamentError


class TrainingError(LineamentError):
    """A training cannot be begun, or there is none to go on with."""
