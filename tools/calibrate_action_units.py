"""Measure what FaceMesh makes of the avatar's action units, head turns and eye turns, for the face package.

    .venv/bin/python tools/calibrate_action_units.py            # about two minutes on one core

Several invented persons show each action unit alone, in several head poses. The mean displacement of the tracked and
aligned mesh from the same person's neutral in the same pose, per unit of intensity, is the tracker's answer. Then they
look about in random poses, from which straight lines from solved to true angles are fitted.
Persons 101 and up are for calibration; benchmarks use others.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.face.calibration import CALIBRATION_FILE, POSE_SHARE, SCHEMA_VERSION
from lineament.face.camera import Camera
from lineament.face.displacement import AU_MAX, AU_NAMES, displacement_fields
from lineament.face.expression_model import rigid_modes
from lineament.face.eyes import resting_eyeballs
from lineament.face.gaze import irises_in_head
from lineament.face.head_pose import N_SKIN, solve_head_pose
from lineament.face.observation import FaceTracker
from lineament.face.rotation import angles_from_matrix, line_of_sight, matrix_from_angles
from lineament.face.template import load_template
from lineament.face.trackers import create_tracker
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.renderer import AvatarRenderer
from lineament.simulation.avatar.state import AvatarState

FloatArray = npt.NDArray[np.float64]

FIRST_PERSON = 101
SIZE = (1280, 720)
POSES_DEG = ((0, 0, 0), (0, 20, 0), (0, -20, 0), (12, 0, 0), (-12, 0, 0), (8, 12, 4), (-8, -12, -4))
INTENSITY = 3.0
LOOKS = 40
SETTLING = 3
"""How often a picture is shown until the tracker's crop has settled on it."""
GAIN_LIMITS = (0.15, 1.5)


@dataclass(frozen=True, eq=False)
class Seen:
    """Tracked landmarks float32[N, 478, 3] of one person in states that are known."""

    person: AvatarPerson
    states: list[AvatarState]
    landmarks: npt.NDArray[np.float32]


def see(tracker: FaceTracker, person: AvatarPerson, states: list[AvatarState]) -> Seen:
    """Track still pictures, each shown until the tracker's crop has settled."""
    renderer = AvatarRenderer(*SIZE, person=person)
    seen = []
    for state in states:
        picture = renderer.render(state)
        tracker.reset()
        for repeat in range(SETTLING):
            faces = tracker.track(picture, 40.0 * repeat)
        if not faces:
            raise RuntimeError(f"the tracker lost person {person.seed} in {state}")
        seen.append(faces[0].landmarks)
    return Seen(person, states, np.stack(seen))


def one_unit_at_a_time(pose_deg: tuple[int, int, int]) -> list[AvatarState]:
    """Neutral, then each action unit alone."""
    rotation = tuple(np.radians(pose_deg))
    rows = [np.zeros(len(AU_NAMES)), *(INTENSITY * np.eye(len(AU_NAMES)))]
    return [AvatarState(au=row, rotation=rotation) for row in rows]


def looking_about(seed: int) -> list[AvatarState]:
    """Random head poses, gazes and places in the picture."""
    rng = np.random.default_rng(seed)
    return [
        AvatarState(
            rotation=tuple(np.radians(rng.uniform((-20, -30, -8), (20, 30, 8)))),
            gaze=tuple(np.radians(rng.uniform(-15, 15, 2))),
            translation=tuple(rng.uniform((-60, -30, 450), (60, 40, 650))),
        )
        for _ in range(LOOKS)
    ]


def response(seen: list[Seen]) -> FloatArray:
    """Mean answer to each action unit, float64[17, 468, 3] mm per unit of intensity, symmetric."""
    moves = []
    for one in seen:
        aligned = solve_head_pose(one.landmarks, SIZE).aligned[:, :N_SKIN].astype(np.float64)
        moves.append((aligned[1:] - aligned[0]) / INTENSITY)
    mean = np.mean(moves, axis=0)
    return np.asarray((mean + (mean * (-1, 1, 1))[:, load_template().mirror[:N_SKIN]]) / 2)


def turns(seen: list[Seen]) -> tuple[FloatArray, FloatArray]:
    """`Calibration.turn` and `Calibration.eye_turn`.

    Eyes are fitted in the camera's frame, where gaze is eyes plus head in small angles, to the head as it is corrected:
    so what is left of the head's error does not sway the eyes.
    """
    poses = [solve_head_pose(one.landmarks, SIZE) for one in seen]
    sights = [line_of_sight(pose.translation) for pose in poses]
    solved = [_beside(sight, pose.matrix.astype(np.float64)) for sight, pose in zip(sights, poses, strict=True)]
    true = []
    for one in seen:
        rotations = matrix_from_angles(np.array([state.rotation for state in one.states]))
        true.append(_beside(line_of_sight(np.array([state.translation for state in one.states])), rotations))
    x, y = np.concatenate(solved), np.concatenate(true)
    turn = np.array([np.polyfit(x[:, i], y[:, i], 1) for i in (0, 1)])

    eyes, rest = [], []
    for one, pose, sight, relative in zip(seen, poses, sights, solved, strict=True):
        relative[:, :2] += POSE_SHARE * ((turn[:, 0] - 1.0) * relative[:, :2] + turn[:, 1])
        head = angles_from_matrix(sight @ matrix_from_angles(relative))
        eyeballs = resting_eyeballs(pose.aligned.mean(axis=0), pose.aligned)
        irises = irises_in_head(one.landmarks, pose, Camera.assumed(*SIZE), eyeballs).sum(axis=1)
        looks = np.array([state.gaze for state in one.states])
        eyes.append(_centred(np.stack([np.arctan2(irises[:, i], -irises[:, 2]) for i in (0, 1)], axis=1)))
        rest.append(_centred(looks - np.stack([-head[:, 1], head[:, 0]], axis=1)))
    of_eyes, of_rest = np.concatenate(eyes), np.concatenate(rest)
    return turn, np.sum(of_eyes * of_rest, axis=0) / np.sum(of_eyes**2, axis=0)


def _beside(sight: FloatArray, rotations: FloatArray) -> FloatArray:
    """Pitch, yaw and roll relative to the line of sight."""
    return angles_from_matrix(sight.transpose(0, 2, 1) @ rotations)


def _centred(angles: FloatArray) -> FloatArray:
    """About a person's mean: what remains of the eyeballs' place is not the tracker's doing."""
    return np.asarray(angles - angles.mean(axis=0))


def gains(answer: FloatArray) -> FloatArray:
    """float64[17]: share of the anatomical field that the tracker shows, rigid motion left out of both."""
    free = np.linalg.qr(rigid_modes(load_template().vertices[:N_SKIN]).T)[0]

    def without_free(fields: FloatArray) -> FloatArray:
        flat = fields.reshape(len(AU_NAMES), -1)
        return np.asarray(flat - (flat @ free) @ free.T)

    fields, shown = without_free(displacement_fields()[:, :N_SKIN] / AU_MAX), without_free(answer)
    return np.clip(np.sum(fields * shown, axis=1) / np.sum(fields**2, axis=1), *GAIN_LIMITS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=6)
    default = Path(__file__).resolve().parents[1] / "resources" / CALIBRATION_FILE
    parser.add_argument("--out", type=Path, default=default)
    arguments = parser.parse_args()
    units, looks = [], []
    with create_tracker("facemesh", max_faces=1) as tracker:
        for seed in range(FIRST_PERSON, FIRST_PERSON + arguments.persons):
            person = AvatarPerson.random(seed)
            units += [see(tracker, person, one_unit_at_a_time(pose)) for pose in POSES_DEG]
            looks.append(see(tracker, person, looking_about(seed)))
            print(f"person {seed} seen")
    answer = response(units)
    gain = gains(answer)
    turn, eye_turn = turns(looks)
    np.savez_compressed(
        arguments.out,
        schema_version=SCHEMA_VERSION,
        au_names=np.array(AU_NAMES),
        response=answer.astype(np.float32),
        gain=gain.astype(np.float32),
        turn=turn,
        eye_turn=eye_turn,
    )
    print("gains:", ", ".join(f"{name} {value:.2f}" for name, value in zip(AU_NAMES, gain, strict=True)))
    print(f"pitch, yaw: slope and offset (rad) {turn.round(3).tolist()}; eye turn {eye_turn.round(2).tolist()}")
    print(f"written to {arguments.out}, {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
