"""Which face crops a cohort in files has: those that lie beside its recordings."""

from pathlib import Path
from typing import NamedTuple

from lineament.crops import CropRequest, crop_path
from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort
from lineament.datasets.simulated_folder import MANIFEST
from lineament.recording import SUFFIX

_CUT = "Cut them with lineament crops VIDEO"


class NoCrops(NamedTuple):
    """Why a cohort's crops cannot be had, in words that follow its name ("has none: ..."), and what would help."""

    reason: str
    remedy: str


def crop_files(cohort: Cohort, request: CropRequest) -> tuple[Path, ...] | NoCrops:
    """The files of crops in the order of the sessions; they are there, and have not been opened."""
    recordings = [session.files[0] if session.files else None for session in cohort.sessions]
    paths = [path for path in recordings if path is not None and _may_have_crops(path)]
    if len(paths) < len(recordings):
        return NoCrops(
            "has none: its recordings are not Lineament's own", "Use a cohort of videos that were analysed here."
        )
    crops = tuple(crop_path(path, request) for path in paths)
    missing = [s.session_id for s, path in zip(cohort.sessions, crops, strict=True) if not path.is_file()]
    if not missing:
        return crops
    rendered = paths and not paths[0].name.endswith(SUFFIX)
    make = f"Draw them with lineament simulate crops {paths[0].parent.parent}" if rendered else _CUT
    return NoCrops(
        f"has none of {request} for {'session' if len(missing) == 1 else 'sessions'} {named(missing)}",
        f"{make} --crops {request}.",
    )


def _may_have_crops(recording: Path) -> bool:
    """Recordings of videos that were analysed here, and simulated sessions in a folder."""
    return recording.name.endswith(SUFFIX) or (recording.parent.parent / MANIFEST).is_file()
