"""A table as text, CSV, JSON and a picture; `write_forms` writes all of them into a folder."""

import json
from pathlib import Path

from lineament.evaluation.forms.numbers import rounded
from lineament.evaluation.forms.picture import to_svg
from lineament.evaluation.forms.tabular import measured_csv, published_csv
from lineament.evaluation.forms.text import to_text
from lineament.evaluation.table import Table
from lineament.storage import write_atomically

__all__ = ["FILES", "measured_csv", "published_csv", "to_json_text", "to_svg", "to_text", "write_forms"]

FILES = ("evaluation.json", "table.txt", "measured.csv", "published.csv", "chart.svg")


def to_json_text(table: Table) -> str:
    """Floats to ten digits: the last bits of linear algebra depend on where arrays lie."""
    return json.dumps(rounded(table.to_json()), indent=1, allow_nan=False)


def write_forms(table: Table, folder: Path) -> list[Path]:
    """Write every form; published figures have a file of their own. Raises `StorageError`."""
    contents = (to_json_text(table), to_text(table), measured_csv(table), published_csv(table), to_svg(table))
    paths = [folder / name for name in FILES]
    for path, content in zip(paths, contents, strict=True):
        write_atomically(path, content.encode())
    return paths
