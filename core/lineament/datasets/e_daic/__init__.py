"""E-DAIC (AVEC 2019) as users have it, in and out; the corpus itself is under a signed agreement."""

from lineament.datasets.e_daic.reading import is_e_daic, open_e_daic
from lineament.datasets.e_daic.writing import write_e_daic

__all__ = ["is_e_daic", "open_e_daic", "write_e_daic"]
