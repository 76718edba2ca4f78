"""Which channels and points belong together by anatomy: the tables behind the "anatomical" graphs.

Action units: muscles and regions as the FACS manual gives them (Ekman, Friesen and Hager 2002); which further pairs act
together is our choice. Gaze and head pose: our choice. Landmarks: the chains of the 68-point scheme, and the nearest
points of the mean face.
"""

from itertools import combinations, pairwise

import numpy as np

from lineament.face.displacement import AU_NAMES
from lineament.face.template import LANDMARKS_68, load_template
from lineament.features.channels import ATTRIBUTE_CHANNELS

Pair = tuple[str, str]

UNIT_REGIONS: dict[str, tuple[str, ...]] = {
    "brows": ("AU01", "AU02", "AU04"),
    "lids": ("AU05", "AU06", "AU07", "AU45"),
    "nose and upper lip": ("AU09", "AU10"),
    "lip corners": ("AU12", "AU14", "AU15", "AU20"),
    "lips, chin and jaw": ("AU17", "AU23", "AU25", "AU26"),
}
"""Frontalis and corrugator; levator palpebrae and orbicularis oculi; the levators of the upper lip; zygomaticus major,
buccinator, depressor anguli oris and risorius; mentalis, orbicularis oris and the jaw."""

UNIT_PAIRS: tuple[Pair, ...] = (
    ("AU01", "AU05"), ("AU02", "AU05"),  # brows and upper lids rise together
    ("AU04", "AU07"), ("AU04", "AU09"),  # a frown narrows the eyes; corrugator beside procerus
    ("AU06", "AU12"), ("AU06", "AU10"), ("AU10", "AU12"),  # the smile that reaches the eyes; cheek and upper lip
    ("AU09", "AU06"), ("AU12", "AU25"),  # a wrinkled nose lifts the cheeks; a wide smile parts the lips
    ("AU14", "AU17"), ("AU15", "AU17"), ("AU12", "AU17"), ("AU12", "AU23"),  # what holds a smile back
    ("AU20", "AU25"), ("AU20", "AU26"), ("AU10", "AU25"),  # lips drawn apart
)  # fmt: skip

GAZE_PAIRS: tuple[Pair, ...] = (
    ("right", "down"),
    ("right", "right in head"),
    ("down", "down in camera"),
    ("down", "down in head"),
    ("down in camera", "down in head"),
    ("right in head", "down in head"),
)
HEAD_PAIRS: tuple[Pair, ...] = (
    ("pitch in camera", "pitch"),
    *combinations(("pitch", "yaw", "roll"), 2),
    *((turn, "speed") for turn in ("pitch", "yaw", "roll")),
    *combinations(("x", "y", "z"), 2),
    ("yaw", "x"),
    ("pitch", "y"),
    ("pitch", "z"),
    ("roll", "x"),
)

CHAINS: tuple[tuple[int, ...], ...] = (
    tuple(range(17)),  # jaw
    tuple(range(17, 22)),
    tuple(range(22, 27)),  # brows
    tuple(range(27, 31)),
    tuple(range(31, 36)),  # bridge and base of the nose
    (*range(36, 42), 36),
    (*range(42, 48), 42),  # eyes
    (*range(48, 60), 48),
    (*range(60, 68), 60),  # lips
)
NEAREST = 6


def anatomical_pairs(attribute: str) -> list[tuple[int, int]]:
    """Pairs of nodes that are joined, without self loops; nodes of landmarks are the 68 points, else channels."""
    if attribute == "landmarks":
        return [*(pair for chain in CHAINS for pair in pairwise(chain)), *_nearest_points()]
    named = {"action units": _unit_pairs(), "gaze": GAZE_PAIRS, "head pose": HEAD_PAIRS}[attribute]
    channels = next(a.channels for a in ATTRIBUTE_CHANNELS if a.name == attribute)
    return [(channels.index(a), channels.index(b)) for a, b in named]


def _unit_pairs() -> tuple[Pair, ...]:
    within = (pair for region in UNIT_REGIONS.values() for pair in combinations(region, 2))
    return tuple(pair for pair in (*within, *UNIT_PAIRS) if set(pair) <= set(AU_NAMES))


def _nearest_points() -> list[tuple[int, int]]:
    """Every point with its six nearest in the template, in three dimensions."""
    points = load_template().vertices[LANDMARKS_68]
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    order = np.argsort(distance, axis=1, kind="stable")[:, 1 : NEAREST + 1]
    return [(i, int(j)) for i, row in enumerate(order) for j in row]
