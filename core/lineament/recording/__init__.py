"""The recording: one face's behaviour over time, a typed table of columns with its provenance."""

from lineament.recording.clnf import read_clnf, write_clnf
from lineament.recording.facts import RecordingFacts
from lineament.recording.growing import GrowingRecording
from lineament.recording.importing import GAZE_ANGLE_FORMULA
from lineament.recording.mesh_codec import MeshScale
from lineament.recording.openface import read_openface_csv, write_openface_csv
from lineament.recording.opening import open_recording
from lineament.recording.parquet import SUFFIX
from lineament.recording.recording import Recording
from lineament.recording.rows import Rows
from lineament.recording.schema import AU_COLUMNS, COLUMNS, SCHEMA_VERSION, Column, group
from lineament.recording.view import Blink, FaceSummary, RecordingMeta, RecordingView, VideoSource

__all__ = [
    "AU_COLUMNS",
    "COLUMNS",
    "GAZE_ANGLE_FORMULA",
    "SCHEMA_VERSION",
    "SUFFIX",
    "Blink",
    "Column",
    "FaceSummary",
    "GrowingRecording",
    "MeshScale",
    "Recording",
    "RecordingFacts",
    "RecordingMeta",
    "RecordingView",
    "Rows",
    "VideoSource",
    "group",
    "open_recording",
    "read_clnf",
    "read_openface_csv",
    "write_clnf",
    "write_openface_csv",
]
