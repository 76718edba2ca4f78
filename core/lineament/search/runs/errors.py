"""What can be wrong with a run, as one sentence."""

from lineament.errors import LineamentError


class RunError(LineamentError):
    """A run's folder cannot be used, or its work cannot go on. Raised before anything in it was changed."""
