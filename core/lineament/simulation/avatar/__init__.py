"""An invented person drawn in software, with exact ground truth for everything the face does.

Nobody's picture is used: the face is the shipped template with a person's own proportions and colours.
"""

from lineament.simulation.avatar.film import FilmTruth, read_truth, render_avatar
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.renderer import AvatarRenderer
from lineament.simulation.avatar.script import SCRIPTS, BlinkEvent, Performance, write_script
from lineament.simulation.avatar.session import performance_of
from lineament.simulation.avatar.state import AvatarState, AvatarTruth

__all__ = [
    "SCRIPTS",
    "AvatarPerson",
    "AvatarRenderer",
    "AvatarState",
    "AvatarTruth",
    "BlinkEvent",
    "FilmTruth",
    "Performance",
    "performance_of",
    "read_truth",
    "render_avatar",
    "write_script",
]
