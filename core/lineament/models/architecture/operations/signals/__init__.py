"""What correlations are taken of; candidates of the moments extractor."""

from lineament.models.architecture.operations.signals import detrended, raw, rises

__all__ = ["detrended", "raw", "rises"]
