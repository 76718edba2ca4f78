"""Every layout a cohort can be written in, by the name the command line has for it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from lineament.datasets.avec import write_avec
from lineament.datasets.cohort import Cohort
from lineament.datasets.daic_woz import write_daic_woz
from lineament.datasets.e_daic import write_e_daic
from lineament.datasets.openface_folder import write_openface_folder
from lineament.datasets.vlogs import write_d_vlog, write_lmvd
from lineament.progress import CancelToken, EventSink


class Writer(Protocol):
    """Writes a cohort; raises `DatasetError` for what the layout cannot hold, `RecordingError`, `StorageError`."""

    def __call__(
        self, cohort: Cohort, folder: Path, *, cancel: CancelToken | None = None, sink: EventSink = ...
    ) -> None: ...


WRITERS: Mapping[str, Writer] = {
    "daic-woz": write_daic_woz,
    "e-daic": write_e_daic,
    "avec2013": partial(write_avec, edition=2013),
    "avec2014": partial(write_avec, edition=2014),
    "openface": write_openface_folder,
    "d-vlog": write_d_vlog,
    "lmvd": write_lmvd,
}
