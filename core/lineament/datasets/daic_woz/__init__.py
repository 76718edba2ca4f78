"""DAIC-WOZ (AVEC 2016/2017) as users have it, in and out; the corpus itself is under a signed agreement."""

from lineament.datasets.daic_woz.reading import is_daic_woz, open_daic_woz
from lineament.datasets.daic_woz.writing import write_daic_woz

__all__ = ["is_daic_woz", "open_daic_woz", "write_daic_woz"]
