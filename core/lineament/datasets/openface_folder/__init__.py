"""A folder of OpenFace CSVs with labels.csv: what any group that uses OpenFace can put together in a minute."""

from lineament.datasets.openface_folder.reading import is_openface_folder, open_openface_folder
from lineament.datasets.openface_folder.writing import write_openface_folder

__all__ = ["is_openface_folder", "open_openface_folder", "write_openface_folder"]
