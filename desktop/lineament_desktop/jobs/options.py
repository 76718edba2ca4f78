"""What the user has settled about measuring and scoring, as the jobs read it."""

from dataclasses import dataclass, field

from lineament_desktop.jobs.core_work import Tracking
from lineament_desktop.state.preferences import ANALYSE_AT_ONCE, ESTIMATE_SECONDS


@dataclass(frozen=True)
class JobOptions:
    """What the user has settled. at_once: a video that opens is measured without being asked for. estimate_s: seconds
    between two estimates while it is."""

    at_once: bool = ANALYSE_AT_ONCE.default
    estimate_s: float = ESTIMATE_SECONDS.default
    tracking: Tracking = field(default_factory=Tracking)
