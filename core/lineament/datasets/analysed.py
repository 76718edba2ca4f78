"""Recordings that `lineament analyze` made of a corpus's videos."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineament.datasets.checks import check_recording, named
from lineament.errors import DatasetError
from lineament.provenance import Provenance
from lineament.recording import Recording, open_recording
from lineament.recording.parquet import RecordingFile


@dataclass(frozen=True)
class AnalysedRecordings:
    """Reads the i-th file; a class and no closure, so that worker processes can be given it."""

    files: tuple[Path, ...]

    def __call__(self, i: int) -> Recording:
        recording = open_recording(self.files[i])
        check_recording(recording, lambda _: self.files[i])
        return recording


def common_facts(files: Sequence[Path], folder: Path) -> Provenance:
    """The provenance that all files share, as far as models care: extractor, and whether they are simulated.

    Raises `DatasetError` naming those that differ from most, `RecordingError` for a file that cannot be read.
    """
    said = [_provenance(path) for path in files]
    kinds = [(one.extractor, one.simulated) for one in said]
    usual, _ = Counter(kinds).most_common(1)[0]
    odd = [path.name for path, kind in zip(files, kinds, strict=True) if kind != usual]
    if odd:
        raise DatasetError(
            f"the recordings were not made by one extractor: most by {usual[0]}, but not {named(odd)}",
            path=folder,
            remedy="Analyse all videos with the same tracker.",
        )
    return said[kinds.index(usual)]


def _provenance(path: Path) -> Provenance:
    file = RecordingFile(path)
    try:
        return file.facts.provenance
    finally:
        file.close()
