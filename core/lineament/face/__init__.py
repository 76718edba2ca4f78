"""What a face does in one frame: tracking, head pose, gaze, action units, blinks, quality.

A tracker and `frame_quality` measure frame by frame what must be kept; `derive_geometry`, `NeutralEstimator` and
`derive_expression` make everything else from that, in batches and as often as wanted.
"""

from lineament.face.action_units import PRESENCE_THRESHOLD, ActionUnits, estimate_action_units
from lineament.face.blinks import Blink, find_blinks
from lineament.face.camera import Camera
from lineament.face.columns import (
    EXPRESSION_COLUMNS,
    GEOMETRY_COLUMNS,
    Geometry,
    derive,
    derive_expression,
    derive_geometry,
)
from lineament.face.displacement import AU_NAMES, displacement_fields
from lineament.face.eyes import eye_openness
from lineament.face.gaze import Gaze, estimate_gaze
from lineament.face.head_pose import HeadPose, correct_turn, solve_head_pose
from lineament.face.identity import FaceTally, IdentityTracker, choose_participant
from lineament.face.landmarker import BLENDSHAPE_NAMES, face_landmarker_path, install_face_landmarker
from lineament.face.neutral import Neutral, NeutralEstimator
from lineament.face.observation import FaceObservation, FaceTracker
from lineament.face.quality import FrameQuality, frame_quality
from lineament.face.template import LANDMARKS_68, FaceTemplate, load_template
from lineament.face.trackers import TRACKER_KINDS, TrackerKind, create_tracker

__all__ = [
    "AU_NAMES",
    "BLENDSHAPE_NAMES",
    "EXPRESSION_COLUMNS",
    "GEOMETRY_COLUMNS",
    "LANDMARKS_68",
    "PRESENCE_THRESHOLD",
    "TRACKER_KINDS",
    "ActionUnits",
    "Blink",
    "Camera",
    "FaceObservation",
    "FaceTally",
    "FaceTemplate",
    "FaceTracker",
    "FrameQuality",
    "Gaze",
    "Geometry",
    "HeadPose",
    "IdentityTracker",
    "Neutral",
    "NeutralEstimator",
    "TrackerKind",
    "choose_participant",
    "correct_turn",
    "create_tracker",
    "derive",
    "derive_expression",
    "derive_geometry",
    "displacement_fields",
    "estimate_action_units",
    "estimate_gaze",
    "eye_openness",
    "face_landmarker_path",
    "find_blinks",
    "frame_quality",
    "install_face_landmarker",
    "load_template",
    "solve_head_pose",
]
