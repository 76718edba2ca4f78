"""Over which delays channels are correlated; candidates of the moments extractor."""

from lineament.models.architecture.operations.moments import delays

__all__ = ["delays"]
