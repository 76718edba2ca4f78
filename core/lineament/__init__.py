"""Lineament: measuring, modelling and reviewing facial behaviour. The library; it never imports Qt."""

from lineament.version import __version__

__all__ = ["__version__"]
