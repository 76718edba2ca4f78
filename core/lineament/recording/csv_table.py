"""Reading the CSV files of other programs: columns by name, blanks in names forgiven, numbers only."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from lineament.errors import RecordingError
from lineament.recording.parquet import read_error

FloatArray = npt.NDArray[np.float64]

_NOT_A_NUMBER = ["", "nan", "-nan", "NaN", "-nan(ind)", "nan(ind)", "-1.#IND", "1.#QNAN", "1.#INF", "inf", "-inf"]
_NOT_A_NUMBER += [f" {spelling}" for spelling in _NOT_A_NUMBER]  # DAIC-WOZ has a blank after each comma
_LONGEST_HEADER = 64 * 1024


def read_header(path: Path) -> list[str]:
    """Names of the columns without their blanks; raises `RecordingError` when there is no header of text."""
    try:
        with path.open("rb") as stream:
            line = stream.readline(_LONGEST_HEADER)
    except OSError as error:
        raise read_error(path, error) from error
    try:
        names = [name.strip() for name in line.decode("utf-8-sig").split(",")]
    except UnicodeDecodeError as error:
        raise _not_a_table(path) from error
    if len(names) < 2 or "\0" in names[0]:
        raise _not_a_table(path)
    return names


def read_numbers(path: Path, header: Sequence[str], wanted: Sequence[str]) -> dict[str, FloatArray]:
    """The wanted columns as float64, NaN where a cell holds no number; a cut last line is left out.

    Raises `RecordingError` naming the file when a cell holds text or a line in the middle is too short.
    """
    # Names may repeat or be empty at the end of OpenFace 1.x lines; each gets its own, so that places stay right.
    names = [name if name and name not in header[:i] else f"#{i}" for i, name in enumerate(header)]
    cut: list[int] = []

    def skip_cut_line(row: pa_csv.InvalidRow) -> str:
        if row.actual_columns > row.expected_columns:
            return "error"
        cut.append(row.number if row.number is not None else -1)
        return "skip"

    try:
        table = pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            parse_options=pa_csv.ParseOptions(invalid_row_handler=skip_cut_line),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(wanted),
                column_types={name: pa.float64() for name in wanted},
                null_values=_NOT_A_NUMBER,
            ),
        )
    except (pa.ArrowException, OSError) as error:
        raise _bad_cell(path, error) from error
    if len(cut) > 1:
        raise RecordingError(
            f"{len(cut)} lines have too few values",
            path=path,
            remedy="Export the file again from the program that made it.",
        )
    if table.num_rows == 0:
        raise RecordingError("the file has a header but no rows", path=path, remedy="Export it again.")
    return {name: table.column(name).to_numpy().astype(np.float64, copy=False) for name in wanted}


def require(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    """Raises `RecordingError` that names the file and the columns that are not there."""
    missing = [name for name in needed if name not in header]
    if not missing:
        return
    shown = ", ".join(missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")
    kind = "column is" if len(missing) == 1 else "columns are"
    raise RecordingError(
        f"the {kind} missing: {shown}",
        path=path,
        remedy="Export the file again with these columns (OpenFace: FeatureExtraction with -pose -gaze -aus).",
    )


def _not_a_table(path: Path) -> RecordingError:
    return RecordingError(
        "this is not a CSV table with a header line", path=path, remedy="Open a CSV written by OpenFace, or a video."
    )


def _bad_cell(path: Path, error: Exception) -> RecordingError:
    if isinstance(error, OSError) and not isinstance(error, pa.ArrowException):
        return read_error(path, error)
    reason = str(error).splitlines()[0][:160].rstrip(".")
    return RecordingError(
        f"the table cannot be read ({reason})", path=path, remedy="Export it again from the program that made it."
    )
