"""AVEC 2013 and AVEC 2014 as users have them, in and out; the corpora themselves are under signed agreements."""

from lineament.datasets.avec.reading import is_avec, open_avec
from lineament.datasets.avec.writing import VideoMaker, write_avec

__all__ = ["VideoMaker", "is_avec", "open_avec", "write_avec"]
