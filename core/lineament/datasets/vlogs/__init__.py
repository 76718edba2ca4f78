"""D-Vlog and LMVD, corpora of vlogs whose visual features are NumPy arrays, in and out."""

from lineament.datasets.vlogs.reading import is_vlogs, open_vlogs
from lineament.datasets.vlogs.writing import write_d_vlog, write_lmvd

__all__ = ["is_vlogs", "open_vlogs", "write_d_vlog", "write_lmvd"]
