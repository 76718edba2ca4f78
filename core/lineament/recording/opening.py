"""Open whatever holds a recording: our own Parquet file, an OpenFace CSV, a DAIC-WOZ folder."""

from pathlib import Path

from lineament.errors import RecordingError
from lineament.recording.clnf import read_clnf
from lineament.recording.openface import read_openface_csv
from lineament.recording.parquet import RecordingFile
from lineament.recording.recording import Recording
from lineament.recording.session_file import is_session_file, read_session


def open_recording(path: Path, face: int | None = None) -> Recording:
    """The recording in a file (Parquet, also a session of a simulated cohort, OpenFace CSV, `*_CLNF_*.txt`) or folder
    (DAIC-WOZ session).

    face: another face than the participant. Raises `RecordingError` in one sentence for whatever cannot be read.
    """
    path = Path(path)
    if path.is_dir() or "_CLNF_" in path.name:
        return read_clnf(path)
    if path.suffix.lower() == ".csv":
        return read_openface_csv(path, face)
    if is_session_file(path):
        session = read_session(path)
        return Recording.from_columns(session.columns, session.meta, landmarks68=session.points)
    file = RecordingFile(path)
    if face is not None and face not in file.faces:
        known = ", ".join(str(one) for one in file.faces)
        file.close()
        raise RecordingError(f"face {face} is not in this recording", path=path, remedy=f"Choose one of {known}.")
    return Recording.from_file(file, face)
