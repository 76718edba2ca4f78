"""Every setting of the application, in the order and on the pages of the settings dialog."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lineament.face.trackers import DEFAULT_MAX_FACES
from lineament.models.exchange.places import DATA_DIR_VARIABLE
from lineament.video.index_cache import CACHE_DIR_VARIABLE
from lineament_desktop.state.preference import Preference

RESTART = "after a restart"
NEXT_VIDEO = "with the next video that is opened"
NEXT_ANALYSIS = "with the next analysis"
SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)

THEME = Preference(
    "general.theme",
    "system",
    "Theme",
    "light or dark; the system's own choice is followed whenever it changes",
    choices=MappingProxyType({"system": "As the system", "light": "Light", "dark": "Dark"}),
)
SCALE = Preference(
    "general.scale",
    100,
    "Size of everything",
    "text, buttons and charts together, beside what the screen's own setting does",
    low=75,
    high=200,
    unit="%",
    later=RESTART,
)
AT_START = Preference(
    "general.at_start",
    "demonstration",
    "When the window opens",
    "what is opened where no file was named",
    choices=MappingProxyType(
        {"demonstration": "Open the demonstration", "last": "Open the last file", "nothing": "Open nothing"}
    ),
)
RECENT_FILES = Preference(
    "general.recent_files",
    10,
    "Recent files",
    "how many are remembered in the menu File; 0 remembers none",
    low=0,
    high=50,
    unit="files",
)
NOTE_SECONDS = Preference(
    "general.note_seconds",
    8.0,
    "Notes stay for",
    "a note leaves by itself after this time; warnings and errors stay until they are closed",
    low=2,
    high=120,
    unit="s",
)

PLAY_AT_ONCE = Preference(
    "playback.at_once",
    True,
    "Play a video when it opens",
    "otherwise its first frame stands on screen",
    later=NEXT_VIDEO,
)
SPEED = Preference(
    "playback.speed",
    "1",
    "Speed",
    "how fast videos play; a speed chosen under the picture holds until the window is closed",
    choices=MappingProxyType({f"{speed:g}": f"{speed:g}×" for speed in SPEEDS}),
)
EVERY_FRAME = Preference(
    "playback.every_frame",
    False,
    "Show every frame",
    "plays without sound, as slowly as it must, instead of keeping real time",
)
VOLUME = Preference(
    "playback.volume",
    80,
    "Volume",
    "of the sound; a volume chosen under the picture holds until the window is closed",
    low=0,
    high=100,
    unit="%",
)
SKIP = Preference("playback.skip", 1.0, "Short skip", "time that one skip goes on or back", low=0.1, high=60, unit="s")
LONG_SKIP = Preference(
    "playback.long_skip",
    10.0,
    "Long skip",
    "time that a long skip goes, and a page of the seek bar",
    low=1,
    high=600,
    unit="s",
)

LAYERS_AT_START = Preference(
    "picture.layers",
    "left",
    "Layers when the window opens",
    "which measurements are drawn over the picture; the usual ones are contours, head pose, gaze and region attention",
    choices=MappingProxyType({"left": "As they were left", "usual": "The usual ones"}),
)
LINE_WIDTH = Preference(
    "picture.line_width",
    1.5,
    "Width of lines",
    "of what is drawn over the picture, in pixels of the screen",
    low=0.5,
    high=6,
    unit="px",
)
OPACITY = Preference(
    "picture.opacity",
    100,
    "Opacity of layers",
    "of all that is drawn over the picture",
    low=10,
    high=100,
    unit="%",
)
FOLLOW = Preference(
    "charts.follow",
    True,
    "Charts follow the playhead",
    "zoomed charts turn the page when the playhead leaves it",
)
WHEEL_ZOOM = Preference(
    "charts.wheel_zoom",
    1.25,
    "Wheel zoom",
    "how much larger charts become with one notch of the mouse wheel",
    low=1.05,
    high=3,
    unit="×",
)

ANALYSE_AT_ONCE = Preference(
    "analysis.at_once",
    True,
    "Analyse a video when it opens",
    "otherwise it waits until you ask for it in the menu File; what was measured before is shown either way",
    later=NEXT_VIDEO,
)
TRACKER = Preference(
    "analysis.tracker",
    "facemesh",
    "Face tracker",
    "what finds the landmarks; the shipped models were trained on FaceMesh's and refuse others unless you insist",
    choices=MappingProxyType({"facemesh": "FaceMesh (shipped)", "face-landmarker": "Face Landmarker (to be added)"}),
    later=NEXT_ANALYSIS,
)
MOST_FACES = Preference(
    "analysis.most_faces",
    DEFAULT_MAX_FACES,
    "Faces at once",
    "the most faces that are followed in one picture",
    low=1,
    high=8,
    unit="faces",
    later=NEXT_ANALYSIS,
)
ESTIMATE_SECONDS = Preference(
    "analysis.estimate_seconds",
    2.0,
    "Estimate again every",
    "while a video is analysed; a longer time leaves more of a slow computer to the analysis",
    low=0.5,
    high=600,
    unit="s",
)
MODEL_AT_START = Preference(
    "analysis.model",
    "last",
    "Model when the window opens",
    "what scores a recording; another is put into use from the menu Model",
    choices=MappingProxyType({"last": "The one used last", "shipped": "The shipped default"}),
)

DEVICE = Preference(
    "computing.device",
    "auto",
    "Device for searches and trainings",
    "what a new form of a search or a training proposes; Review scores on the CPU",
    choices=MappingProxyType({"auto": "Automatic", "cpu": "CPU", "cuda": "Graphics card (CUDA)"}),
    later=RESTART,
)
DATA_FOLDER = Preference(
    "computing.data_folder",
    "",
    "Folder for your work",
    "holds recordings, searches, your models and the log; what lies in the present folder is not moved",
    later=RESTART,
    variable=DATA_DIR_VARIABLE,
)
CACHE_FOLDER = Preference(
    "computing.cache_folder",
    "",
    "Folder for caches",
    "holds what can be made again: seek tables, features and crops of cohorts",
    later=RESTART,
    variable=CACHE_DIR_VARIABLE,
)


@dataclass(frozen=True)
class Page:
    """Settings that stand together in the dialog."""

    title: str
    preferences: tuple[Preference[Any], ...]


PAGES = (
    Page("General", (THEME, SCALE, AT_START, RECENT_FILES, NOTE_SECONDS)),
    Page("Playback", (PLAY_AT_ONCE, SPEED, EVERY_FRAME, VOLUME, SKIP, LONG_SKIP)),
    Page("Picture and charts", (LAYERS_AT_START, LINE_WIDTH, OPACITY, FOLLOW, WHEEL_ZOOM)),
    Page("Analysis", (ANALYSE_AT_ONCE, TRACKER, MOST_FACES, ESTIMATE_SECONDS, MODEL_AT_START)),
    Page("Computing and files", (DEVICE, DATA_FOLDER, CACHE_FOLDER)),
)
PREFERENCES = tuple(one for page in PAGES for one in page.preferences)
BY_NAME = MappingProxyType({one.name: one for one in PREFERENCES})
