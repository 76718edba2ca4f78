"""Open a cohort's folder, whichever of the known layouts it has."""

from collections.abc import Collection
from pathlib import Path

from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort
from lineament.datasets.daic_woz import is_daic_woz, open_daic_woz
from lineament.datasets.simulated_folder import MANIFEST, open_simulated
from lineament.errors import DatasetError


def open_cohort(folder: Path, *, skip_missing: bool = False, leave_out: Collection[str] = ()) -> Cohort:
    """The cohort of a folder, simulated (`cohort.json`) or DAIC-WOZ; its recordings are read when asked for.

    skip_missing: leave out labelled sessions whose files are not all there, and say so in the cohort's notes.
    leave_out: session ids to leave out. Raises `DatasetError` when the folder or its labels cannot be used.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError("no cohort is there, for this is no folder", path=folder, remedy="Choose a cohort's folder.")
    if (folder / MANIFEST).exists():
        cohort = open_simulated(folder, skip_missing=skip_missing)
    elif is_daic_woz(folder):
        cohort = open_daic_woz(folder, skip_missing=skip_missing)
    else:
        raise DatasetError(
            f"no cohort is there: neither {MANIFEST} of a finished simulated cohort, nor DAIC-WOZ's "
            "train_split_Depression_AVEC2017.csv or files such as 300_P/300_CLNF_AUs.txt",
            path=folder,
            remedy="Choose the folder that holds them.",
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
