"""What each action unit pulls on: handles of the displacement fields, from the anatomy FACS describes.

A handle is a vertex and how far it moves at intensity 5, as (lateral, up, forward) in millimetres; lateral is away
from the middle plane. Only the person's right side and the middle are listed, the left side mirrors them. The
millimetres are our choice: FACS (Ekman, Friesen and Hager 2002) names muscles, directions and signs, not lengths;
they are sized after published ranges of facial landmark excursion (brow raise 5-10 mm, smile 7-13 mm).
"""

from collections.abc import Sequence
from dataclasses import dataclass

Vector = tuple[float, float, float]
Handles = dict[int, Vector]

UPPER_LID = (246, 161, 160, 159, 158, 157, 173)
LOWER_LID = (7, 163, 144, 145, 153, 154, 155)
"""Right lid margins from the outer to the inner corner; the two lists pair off vertex by vertex."""

EYE_CORNERS = (33, 133)
LID_FOLD = (247, 30, 29, 27, 28, 56, 190)
BROW_SKIN = (225, 224, 223, 222, 221)
UPPER_OUTER_LIP = (185, 40, 39, 37, 0)
UPPER_INNER_LIP = (191, 80, 81, 82, 13)
LOWER_OUTER_LIP = (146, 91, 181, 84, 17)
LOWER_INNER_LIP = (95, 88, 178, 87, 14)
"""Right lip margins from the corner to the middle; upper and lower inner lists pair off."""

LIP_CORNER = (61, 76, 62, 78)
CHIN_BOSS = (200, 199, 201, 208, 32, 194)


@dataclass(frozen=True)
class MusclePull:
    """One action unit: what moves, what is held still, and how far round the handles skin follows (mm)."""

    handles: Handles
    reach: float = 32.0
    still: tuple[int, ...] = ()


def _each(vertices: Sequence[int], move: Vector) -> Handles:
    return dict.fromkeys(vertices, move)


def _profile(vertices: Sequence[int], shares: Sequence[float], move: Vector) -> Handles:
    return {v: (s * move[0], s * move[1], s * move[2]) for v, s in zip(vertices, shares, strict=True)}


_EYE = (*EYE_CORNERS, *UPPER_LID, *LOWER_LID)
_HAIRLINE = (10, 109, 67, 103, 54, 21)
_LID_ARC = (0.42, 0.72, 0.93, 1.0, 0.96, 0.8, 0.5)
_LIP_ARC = (0.25, 0.6, 0.85, 0.97, 1.0)

PULLS: dict[str, MusclePull] = {
    # Medial frontalis: the inner brow rises, the brow tilts; the middle of the forehead follows.
    "AU01": MusclePull(
        {107: (-0.4, 8.0, 0.6), 55: (-0.4, 8.0, 0.4), 66: (0, 5.2, 0.4), 65: (0, 5.6, 0.4)}
        | {105: (0, 1.6, 0), 52: (0, 1.8, 0), 63: (0, -0.3, 0), 53: (0, -0.3, 0), 70: (0, -0.8, 0)}
        | {46: (0, -0.8, 0), 9: (0, 5.2, 0.3), 8: (0, 3.4, 0), 108: (0, 4.2, 0), 151: (0, 3.2, 0)}
        | {221: (0, 3.6, 0), 222: (0, 3.0, 0), 223: (0, 1.0, 0), 168: (0, 0.8, 0)},
        still=(*_EYE, *_HAIRLINE),
    ),
    # Lateral frontalis: the outer two thirds of the brow rise and arch.
    "AU02": MusclePull(
        {70: (0.6, 6.2, 0), 46: (0.6, 5.8, 0), 63: (0.4, 8.2, 0.4), 53: (0.4, 7.8, 0.4)}
        | {105: (0.2, 7.4, 0.4), 52: (0.2, 7.2, 0.4), 66: (0, 3.0, 0.2), 65: (0, 2.8, 0.2)}
        | {107: (0, -0.6, 0), 55: (0, -0.6, 0), 9: (0, -0.2, 0), 69: (0, 3.0, 0), 104: (0, 4.4, 0)}
        | {68: (0, 4.0, 0), 225: (0, 3.0, 0), 224: (0, 4.0, 0), 223: (0, 3.0, 0), 222: (0, 1.0, 0)},
        still=(*_EYE, *_HAIRLINE),
    ),
    # Corrugator, procerus, depressor supercilii: brows down and together.
    "AU04": MusclePull(
        {107: (-4.6, -6.2, 1.0), 55: (-4.2, -5.8, 1.0), 66: (-3.6, -5.4, 0.6), 65: (-3.2, -4.8, 0.6)}
        | {105: (-1.8, -3.4, 0), 52: (-1.6, -3.2, 0), 63: (-0.7, -1.7, 0), 53: (-0.6, -1.6, 0)}
        | {70: (-0.2, -0.5, 0), 46: (-0.2, -0.4, 0), 9: (0, -4.2, 1.2), 8: (0, -3.2, 1.0)}
        | {221: (-1.4, -2.6, 0), 222: (-0.8, -2.4, 0), 223: (-0.2, -1.8, 0), 108: (-1.2, -2.0, 0)}
        | {168: (0, -1.4, 0.4)},
        still=_EYE,
    ),
    # Levator palpebrae: the upper lid is pulled back over the eyeball.
    "AU05": MusclePull(
        _profile(UPPER_LID, _LID_ARC, (0, 4.0, -0.6))
        | _profile(LID_FOLD, (0.2, 0.35, 0.45, 0.5, 0.48, 0.4, 0.2), (0, 4.0, -0.8)),
        reach=10.0,
        still=(*EYE_CORNERS, *LOWER_LID, *BROW_SKIN),
    ),
    # Orbicularis oculi, orbital part: cheek up and out, lower lid and outer corner gathered.
    "AU06": MusclePull(
        _profile(LOWER_LID, (0.7, 0.85, 1.0, 1.0, 0.9, 0.7, 0.4), (0, 2.0, 0.4))
        | {33: (-0.5, 0.3, 0), 133: (0, 0, 0), 130: (-0.8, 0.5, 0), 226: (-1.4, 0.6, 0.4)}
        | {117: (-1.0, 5.0, 2.0), 118: (-0.6, 5.8, 2.4), 119: (-0.2, 5.2, 2.2), 50: (-0.6, 5.2, 2.4)}
        | {101: (0, 5.4, 2.4), 36: (0, 4.4, 1.6), 205: (0, 3.0, 1.0), 116: (-0.8, 3.4, 1.0)}
        | {123: (-0.5, 3.0, 1.2), 228: (-1.0, 4.2, 1.2), 229: (-0.4, 4.4, 1.4), 230: (0, 4.0, 1.4)}
        | {231: (0, 2.8, 1.0), 100: (0, 3.6, 1.4), 111: (-1.4, 3.6, 1.0), 31: (-1.4, 2.6, 0.6)}
        | {23: (0, 2.8, 1.0), 24: (0, 2.8, 0.9), 110: (-0.2, 2.4, 0.8), 22: (0, 2.2, 0.8)}
        | {46: (-0.5, -2.8, 0), 53: (-0.3, -2.0, 0), 70: (-0.5, -2.6, 0), 63: (-0.2, -1.6, 0)}
        | {105: (0, -0.5, 0), 52: (0, -0.6, 0), 225: (-0.3, -2.2, 0), 224: (0, -1.4, 0), 113: (-0.6, -1.2, 0)},
        still=(*UPPER_LID, 61, 0, 1),
    ),
    # Orbicularis oculi, palpebral part: the lids tighten, the lower one straightens.
    "AU07": MusclePull(
        _profile(LOWER_LID, (0.6, 0.85, 1.0, 1.0, 0.95, 0.75, 0.45), (0, 2.7, 0.4))
        | _profile(UPPER_LID, _LID_ARC, (0, -1.5, 0.2))
        | _profile((110, 24, 23, 22, 26), (0.7, 1.0, 1.0, 0.9, 0.6), (0, 1.6, 0.5))
        | _profile(LID_FOLD, (0.2, 0.4, 0.5, 0.5, 0.5, 0.4, 0.2), (0, -1.0, 0.2))
        | {33: (-0.3, 0.2, 0), 133: (0.3, 0.1, 0)},
        reach=12.0,
        still=(*BROW_SKIN, 228, 229, 230, 231, 232),
    ),
    # Levator labii superioris alaeque nasi: nose sides and wings up, root wrinkled, brow drawn down.
    "AU09": MusclePull(
        _each((48, 64, 102, 129, 49, 209), (0.4, 4.4, 0.4))
        | _each((98, 240, 97), (0.2, 2.6, 0.2))
        | {131: (0, 4.4, 0.8), 198: (0, 4.6, 1.0), 217: (0, 3.4, 1.4), 174: (0, 2.6, 1.2)}
        | {126: (0, 4.4, 0.8), 142: (0, 4.0, 0.6), 203: (0.2, 4.0, 0), 206: (0.2, 2.6, 0)}
        | {4: (0, 1.4, 0), 1: (0, 1.2, 0), 5: (0, 1.4, 0.2), 6: (0, -0.8, 0.6), 168: (0, -2.6, 0.8)}
        | {8: (0, -3.0, 1.0), 9: (0, -3.2, 0.8), 55: (-1.8, -3.4, 0.6), 107: (-1.8, -3.2, 0.6)}
        | {65: (-0.8, -1.8, 0), 66: (-0.8, -1.6, 0), 105: (0, -0.4, 0), 221: (-0.6, -1.8, 0)}
        | {165: (0.2, 3.2, 0), 167: (0, 2.6, 0), 37: (0, 2.2, 0.2), 39: (0.2, 2.6, 0.2), 0: (0, 1.8, 0.2)}
        | {81: (0.1, 1.2, 0), 13: (0, 0.8, 0), 100: (0, 2.2, 0.8), 121: (0, 1.8, 0.6)},
        still=(*_EYE, 61, 17, 14),
    ),
    # Levator labii superioris: the upper lip rises most beside its middle, the fold beside the nose deepens.
    "AU10": MusclePull(
        _profile(UPPER_OUTER_LIP, (0.35, 0.8, 1.05, 1.0, 0.85), (0.2, 5.6, 1.0))
        | _profile(UPPER_INNER_LIP, (0.2, 0.6, 0.9, 0.95, 0.85), (0, 4.4, 0.6))
        | {92: (0.4, 4.6, 1.0), 165: (0.4, 5.0, 1.0), 167: (0.2, 4.8, 0.8), 164: (0, 3.6, 0.6)}
        | {206: (0.6, 4.0, 0.6), 203: (0.5, 3.6, 0.4), 216: (0.3, 2.6, 0.4), 98: (0.2, 1.2, 0)}
        | {64: (0.4, 1.6, 0), 36: (0, 1.6, 0.6), 2: (0, 0.8, 0), 1: (0, 0.1, 0)}
        | _each(LIP_CORNER, (0, 0.7, 0)),
        still=(*LOWER_INNER_LIP, *LOWER_OUTER_LIP, 4, 5),
    ),
    # Zygomaticus major: corners up, out and back; the cheek bulges and the fold deepens.
    "AU12": MusclePull(
        _each(LIP_CORNER, (9.2, 8.2, -5.0))
        | _profile(UPPER_OUTER_LIP, (0.85, 0.62, 0.38, 0.16, 0.0), (8.0, 7.2, -4.0))
        | _profile(LOWER_OUTER_LIP, (0.84, 0.6, 0.36, 0.16, 0.0), (8.0, 6.2, -4.0))
        | _profile(UPPER_INNER_LIP, (0.88, 0.62, 0.38, 0.18, 0.0), (8.0, 7.0, -4.0))
        | _profile(LOWER_INNER_LIP, (0.88, 0.62, 0.38, 0.18, 0.0), (8.0, 6.4, -4.0))
        | {57: (9.0, 8.0, -3.4), 186: (8.0, 7.8, -2.0), 212: (7.2, 6.0, -2.6), 216: (6.4, 6.6, 0.4)}
        | {207: (4.6, 5.4, 2.0), 206: (3.6, 4.2, 1.0), 205: (2.6, 4.4, 2.6), 50: (1.4, 3.4, 2.4)}
        | {101: (0.6, 2.8, 1.8), 36: (1.4, 3.0, 1.6), 187: (3.6, 4.4, 2.0), 43: (5.4, 4.0, -1.8)}
        | {106: (2.6, 2.0, -0.8), 202: (4.4, 3.6, -1.2), 118: (0.2, 1.4, 0.8), 164: (0, -0.4, -0.6)}
        | {0: (0, 0.4, -1.6), 13: (0, 0.6, -1.6), 14: (0, 0.9, -1.6), 17: (0, 1.0, -1.2), 18: (0, 0.5, -0.6)}
        | {64: (1.2, 0.6, 0)},
        reach=34.0,
        still=(200, 1),
    ),
    # Buccinator: corners tucked in and tightened against the teeth, skin beside them gathered.
    "AU14": MusclePull(
        _each(LIP_CORNER, (3.6, 1.6, -4.6))
        | {57: (0.4, 1.2, -4.0), 212: (-2.2, 0.8, -1.0), 186: (-0.8, 0.2, -2.0), 43: (-0.4, 2.4, -2.0)}
        | {216: (-1.4, -0.6, 0.4), 202: (-1.4, 1.8, 0.4)}
        | {185: (3.0, -0.2, -3.0), 40: (2.0, -0.9, -1.6), 146: (3.0, 2.2, -3.0), 91: (2.0, 1.7, -1.6)}
        | {39: (0.9, -0.7, -0.8), 181: (0.9, 1.2, -0.8), 191: (3.2, 0.8, -3.6), 95: (3.2, 1.3, -3.6)}
        | {0: (0, -0.4, -0.6), 17: (0, 0.7, -0.6), 13: (0, 0, -0.6), 14: (0, 0.2, -0.6)}
        | {214: (-0.6, 0.2, 0.2), 207: (-0.6, -0.2, 0.2)},
        reach=20.0,
    ),
    # Depressor anguli oris: corners straight down, the lower lip stretches.
    "AU15": MusclePull(
        _each(LIP_CORNER, (1.2, -7.6, -1.2))
        | _profile(UPPER_OUTER_LIP, (0.85, 0.55, 0.26, 0.08, 0.0), (0.8, -7.0, -0.8))
        | _profile(LOWER_OUTER_LIP, (0.85, 0.52, 0.2, 0.02, -0.04), (0.8, -6.8, -0.8))
        | _profile(UPPER_INNER_LIP, (0.86, 0.55, 0.28, 0.1, 0.0), (0.8, -7.0, -0.8))
        | _profile(LOWER_INNER_LIP, (0.86, 0.54, 0.24, 0.06, -0.02), (0.8, -6.8, -0.8))
        | {57: (1.2, -7.0, -0.6), 43: (0.8, -6.4, 0.4), 202: (0.6, -5.0, 0.6), 186: (0.8, -5.4, 0)}
        | {106: (0.4, -3.2, 0.4), 212: (0.6, -5.4, 0.2), 216: (0.4, -3.4, 0), 210: (0.2, -2.2, 0.4)},
        reach=24.0,
        still=(200, 164),
    ),
    # Mentalis: the chin boss rises, the lower lip is pushed up and out, the corners hang.
    "AU17": MusclePull(
        _each(CHIN_BOSS, (0, 5.6, 1.6))
        | {175: (0, 3.8, 1.0), 171: (0, 3.6, 0.8), 152: (0, 1.8, 0.2), 148: (0, 1.6, 0.2)}
        | {18: (0, 5.4, 2.2), 83: (0, 5.0, 2.0), 182: (0, 3.6, 1.2), 106: (0, 2.0, 0.4)}
        | _profile(LOWER_OUTER_LIP, (0.1, 0.5, 0.85, 1.0, 1.0), (0, 4.8, 2.6))
        | _profile(LOWER_INNER_LIP, (0.0, 0.3, 0.5, 0.58, 0.6), (0, 3.0, 2.6))
        | _profile(UPPER_INNER_LIP, (0.0, 0.3, 0.5, 0.58, 0.6), (0, 2.9, 1.2))
        | _profile(UPPER_OUTER_LIP, (0.0, 0.25, 0.45, 0.5, 0.5), (0, 2.4, 0.8))
        | _each(LIP_CORNER, (-0.4, -1.8, 0))
        | {57: (-0.2, -1.6, 0), 43: (0, -0.2, 0.2), 164: (0, 0.6, 0)},
        reach=20.0,
    ),
    # Risorius with platysma: corners straight out and a little down, lips flattened.
    "AU20": MusclePull(
        _each(LIP_CORNER, (9.4, -2.0, -4.0))
        | _profile(UPPER_OUTER_LIP, (0.88, 0.68, 0.45, 0.2, 0.0), (8.6, -2.4, -3.0))
        | _profile(LOWER_OUTER_LIP, (0.88, 0.68, 0.45, 0.2, 0.0), (8.6, -0.4, -3.0))
        | _profile(UPPER_INNER_LIP, (0.9, 0.68, 0.45, 0.22, 0.0), (8.6, -1.6, -3.0))
        | _profile(LOWER_INNER_LIP, (0.9, 0.68, 0.45, 0.22, 0.0), (8.6, -1.6, -3.0))
        | {57: (9.2, -2.0, -3.0), 186: (7.2, -1.2, -2.0), 43: (7.8, -2.6, -2.0), 212: (7.6, -2.0, -2.4)}
        | {202: (6.4, -2.6, -1.4), 106: (4.4, -1.8, -0.8), 216: (4.6, -0.8, -1.0), 214: (4.0, -1.4, -1.0)}
        | {0: (0, -0.6, -1.6), 17: (0, 0.3, -1.6), 13: (0, -0.2, -1.6), 14: (0, -0.2, -1.6)},
        reach=26.0,
        still=(200, 1),
    ),
    # Orbicularis oris: lips tighten and narrow, red parts roll in, corners draw together.
    "AU23": MusclePull(
        _each(LIP_CORNER, (-4.4, 0.0, 1.0))
        | _profile(UPPER_OUTER_LIP, (0.5, 0.8, 1.0, 1.0, 0.95), (-1.6, -3.4, -0.6))
        | _profile(LOWER_OUTER_LIP, (0.5, 0.8, 1.0, 1.0, 1.0), (-1.6, 4.2, -0.6))
        | _profile(UPPER_INNER_LIP, (1.0, 0.75, 0.45, 0.2, 0.0), (-3.6, 0, -0.2))
        | _profile(LOWER_INNER_LIP, (1.0, 0.75, 0.45, 0.2, 0.0), (-3.6, 0, -0.2))
        | {57: (-3.4, 0, 0.4), 186: (-2.4, -0.6, 0.2), 43: (-2.4, 0.8, 0.2), 164: (0, -1.6, 0)}
        | {92: (-1.4, -1.8, 0.2), 165: (-0.6, -1.6, 0), 18: (0, 2.4, 0), 106: (-1.4, 1.4, 0)},
        reach=16.0,
    ),
    # Depressor labii, relaxed lips: the lips part while the jaw stays.
    "AU25": MusclePull(
        _profile(LOWER_INNER_LIP, _LIP_ARC, (0, -5.8, 0.2))
        | _profile(LOWER_OUTER_LIP, _LIP_ARC, (0, -4.8, 0.6))
        | _profile(UPPER_INNER_LIP, _LIP_ARC, (0, 1.9, 0.2))
        | _profile(UPPER_OUTER_LIP, _LIP_ARC, (0, 1.4, 0.3))
        | _each(LIP_CORNER, (-0.3, -0.5, 0))
        | {18: (0, -2.6, 0.2), 83: (0, -2.4, 0.2), 182: (0, -1.6, 0), 164: (0, 0.5, 0), 200: (0, -0.4, 0)},
        reach=14.0,
    ),
}
