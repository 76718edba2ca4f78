"""What can be wrong with a search, as one sentence."""

from lineament.errors import LineamentError


class SearchError(LineamentError):
    """The settings of a search cannot be used: out of bounds, a budget too small, a device that is not there."""
