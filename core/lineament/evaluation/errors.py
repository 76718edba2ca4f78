"""What can be wrong with an evaluation, as one sentence."""

from lineament.errors import LineamentError


class EvaluationError(LineamentError):
    """Systems cannot be compared as asked: unknown names, settings out of bounds, persons on two sides, a system that
    is fed what it cannot read."""
