"""OpenFace CSVs as cohorts hold them: provenance that says which version and whether the sessions are simulated."""

from dataclasses import dataclass, replace
from pathlib import Path

from lineament.datasets.checks import check_recording
from lineament.recording import Recording, read_openface_csv

EXTRACTOR = "openface"


def extractor_of(simulated: bool) -> str:
    """The provenance that all recordings of a cohort of OpenFace CSVs share."""
    return f"simulated/{EXTRACTOR}" if simulated else EXTRACTOR


@dataclass(frozen=True)
class OpenFaceTables:
    """Reads the i-th file; a class and no closure, so that worker processes can be given it. version: what the corpus
    says of its OpenFace, or "" to take what the file shows."""

    files: tuple[Path, ...]
    simulated: bool
    version: str = ""

    def __call__(self, i: int) -> Recording:
        path = self.files[i]
        found = read_openface_csv(path)
        check_recording(found, lambda _: path)
        if not self.simulated and not self.version:
            return found
        said = found.meta.provenance
        provenance = replace(
            said,
            extractor=extractor_of(self.simulated),
            extractor_version=self.version or said.extractor_version,
            simulated=self.simulated,
        )
        return Recording.from_columns(
            {name: found.column(name) for name in found.names},
            replace(found.meta, provenance=provenance),
            landmarks68=found.landmarks68(0, found.n_rows),
            landmarks3d=found.landmarks3d(0, found.n_rows),
        )
