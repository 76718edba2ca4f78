"""Open a cohort's folder, whichever of the known layouts it has."""

from collections.abc import Callable, Collection
from pathlib import Path

from lineament.datasets.avec import is_avec, open_avec
from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort
from lineament.datasets.daic_woz import is_daic_woz, open_daic_woz
from lineament.datasets.e_daic import is_e_daic, open_e_daic
from lineament.datasets.openface_folder import is_openface_folder, open_openface_folder
from lineament.datasets.scales import Scale
from lineament.datasets.simulated_folder import MANIFEST, open_simulated
from lineament.datasets.vlogs import is_vlogs, open_vlogs
from lineament.errors import DatasetError


def _is_simulated(folder: Path) -> bool:
    return (folder / MANIFEST).exists()


_LAYOUTS: tuple[tuple[Callable[[Path], bool], Callable[..., Cohort]], ...] = (
    (_is_simulated, open_simulated),
    (is_e_daic, open_e_daic),
    (is_daic_woz, open_daic_woz),
    (is_openface_folder, open_openface_folder),
    (is_avec, open_avec),
    (is_vlogs, open_vlogs),
)
"""In this order: a zip of E-DAIC could be one of DAIC-WOZ, and OpenFace CSVs may lie beside the videos of AVEC."""


def open_cohort(
    folder: Path, *, skip_missing: bool = False, leave_out: Collection[str] = (), expected: Scale | None = None
) -> Cohort:
    """The cohort of a folder in any known layout; its recordings are read when asked for.

    Layouts: simulated (`cohort.json`), DAIC-WOZ, E-DAIC, AVEC 2013 and 2014, OpenFace CSVs with labels.csv, D-Vlog and
    LMVD. skip_missing: leave out labelled sessions whose files are not all there, and say so in the cohort's notes.
    leave_out: session ids to leave out. expected: the instrument its scores must be of. Raises `DatasetError` when the
    folder or its labels cannot be used.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError("no cohort is there, for this is no folder", path=folder, remedy="Choose a cohort's folder.")
    opened = next((opened for is_one, opened in _LAYOUTS if is_one(folder)), None)
    if opened is None:
        raise DatasetError(
            f"no cohort is there: neither {MANIFEST} of a finished simulated cohort, nor DAIC-WOZ's "
            "train_split_Depression_AVEC2017.csv or files such as 300_P/300_CLNF_AUs.txt, nor E-DAIC's, AVEC's, "
            "D-Vlog's or LMVD's files, nor OpenFace CSVs with a labels.csv (person,visit,score)",
            path=folder,
            remedy="Choose the folder that holds them.",
        )
    cohort = opened(folder, skip_missing=skip_missing)
    if expected is not None and cohort.scale.name != expected.name:
        raise DatasetError(
            f"the cohort has {cohort.scale.name} scores, not {expected.name}",
            path=folder,
            remedy=f"Choose a cohort with {expected.name} scores.",
        )
    return _without(cohort, leave_out, folder) if leave_out else cohort


def _without(cohort: Cohort, names: Collection[str], folder: Path) -> Cohort:
    known = {session.session_id for session in cohort.sessions}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DatasetError(
            f"there are no sessions {named(unknown)} to leave out", path=folder, remedy="Name sessions of this cohort."
        )
    kept = [i for i, session in enumerate(cohort.sessions) if session.session_id not in names]
    if not kept:
        raise DatasetError("every session is to be left out", path=folder, remedy="Keep some sessions.")
    return cohort.subset(kept)
