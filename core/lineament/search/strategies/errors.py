"""What can be wrong with a search method, as one sentence."""

from lineament.errors import LineamentError


class StrategyError(LineamentError):
    """An unknown method, state that is not its own, a schedule that cannot be run, a loss that is no number."""
