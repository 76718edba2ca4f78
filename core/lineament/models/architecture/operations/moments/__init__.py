"""Which delays an attribute's channels are correlated over; candidates of the moments extractor."""

from lineament.models.architecture.operations.moments import delays

__all__ = ["delays"]
