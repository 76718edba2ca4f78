"""How well a tracker sees the avatar: landmark error, and each action unit's gain and direction; render speed.

    python tests/benchmarks/bench_avatar.py [PERSONS]

Landmark error: mean distance of FaceMesh's points from the truth in shares of the inter-ocular distance (outer eye
corners). For each action unit alone the tracked displacement (laid over the neutral face by the vertices that the unit
leaves alone) is compared with the true one in the picture, over the vertices that truly move (by a fifth of the largest
or more): cosine of their directions, and gain = how much of the true movement the tracker shows.
"""

import argparse
import time

import numpy as np
import numpy.typing as npt

from lineament.face.displacement import AU_NAMES
from lineament.face.trackers import create_tracker
from lineament.simulation.avatar.person import AvatarPerson
from lineament.simulation.avatar.renderer import AvatarRenderer
from lineament.simulation.avatar.state import AvatarState

FloatArray = npt.NDArray[np.float64]

STEPS = 6
"""Frames over which a unit rises to its intensity, so that the tracker follows it as in a video."""


class Clock:
    """Tracker time that only runs forward, 30 frames a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def tick(self) -> float:
        self.now += 1000.0 / 30.0
        return self.now


def track(tracker: object, image: npt.NDArray[np.uint8], clock: Clock) -> FloatArray | None:
    faces = tracker.track(image, clock.tick())  # type: ignore[attr-defined]
    return np.asarray(faces[0].landmarks, dtype=np.float64) if faces else None


def error_share(found: FloatArray, truth: FloatArray) -> float:
    """Mean landmark distance in the picture over the inter-ocular distance."""
    eyes = float(np.linalg.norm(truth[33, :2] - truth[263, :2]))
    return float(np.linalg.norm(found[:, :2] - truth[:, :2], axis=1).mean() / eyes)


def shift_seen(found: FloatArray, neutral: FloatArray, still: npt.NDArray[np.bool_]) -> FloatArray:
    """How points moved in the picture's plane, float64[478, 2] px, once `still` ones lie over each other again."""
    a, b = found[still, :2], neutral[still, :2]
    u, s, vt = np.linalg.svd((b - b.mean(0)).T @ (a - a.mean(0)))
    turn = u @ vt * s.sum() / ((a - a.mean(0)) ** 2).sum()
    return np.asarray((found[:, :2] - a.mean(0)) @ turn.T + b.mean(0) - neutral[:, :2])


def measure(person: AvatarPerson) -> tuple[dict[str, tuple[float, float, float]], float, float]:
    """Per unit (error share, gain, cosine); neutral error share; error share over poses."""
    renderer = AvatarRenderer(person=person)
    clock = Clock()
    units: dict[str, tuple[float, float, float]] = {}
    with create_tracker("facemesh", max_faces=1) as tracker:
        neutral_state = AvatarState()
        neutral_image = renderer.render(neutral_state)
        neutral_truth = renderer.truth(neutral_state).landmarks.astype(np.float64)
        neutral = None
        for _ in range(10):
            neutral = track(tracker, neutral_image, clock)
        if neutral is None:
            raise SystemExit("no face was found on the neutral avatar")
        neutral_error = error_share(neutral, neutral_truth)
        for unit, name in enumerate(AU_NAMES):
            intensities = np.zeros(len(AU_NAMES))
            found = None
            for step in range(STEPS + 2):
                intensities[unit] = 3.0 * min(1.0, (step + 1) / STEPS)
                state = AvatarState(au=intensities.copy())
                found = track(tracker, renderer.render(state), clock)
            truth = renderer.truth(state).landmarks.astype(np.float64)
            if found is None:
                units[name] = (np.nan, np.nan, np.nan)
                continue
            real = truth[:, :2] - neutral_truth[:, :2]
            length = np.linalg.norm(real, axis=1)
            seen = shift_seen(found, neutral, length < 0.05 * length.max())
            moved = length > 0.2 * length.max()
            seen, real = seen[moved], real[moved]
            product = float((seen * real).sum())
            size = float(np.linalg.norm(seen) * np.linalg.norm(real))
            units[name] = (error_share(found, truth), product / float((real**2).sum()), product / size)
            for _ in range(4):
                track(tracker, neutral_image, clock)
        pose_errors = []
        for yaw in (-30, -15, 15, 30):
            for pitch in (-20, -10, 0, 10, 20):
                angles = (float(np.radians(pitch)), float(np.radians(yaw)), 0.0)
                state = AvatarState(rotation=angles)
                picture = renderer.render(state)
                for _ in range(4):
                    found = track(tracker, picture, clock)
                if found is not None:
                    pose_errors.append(error_share(found, renderer.truth(state).landmarks.astype(np.float64)))
    return units, neutral_error, float(np.mean(pose_errors))


def render_rate(frames: int = 30) -> float:
    renderer = AvatarRenderer()
    state = AvatarState(mouth_open=0.5)
    renderer.render(state)
    start = time.perf_counter()
    for _ in range(frames):
        renderer.render(state)
    return frames / (time.perf_counter() - start)


def rows(persons: int = 2) -> list[tuple[str, str, str, bool]]:
    """The figures that have a budget, for `make bench`."""
    results = [measure(person_of(seed)) for seed in range(persons)]
    neutral, turned = (float(np.mean([result[i] for result in results])) for i in (1, 2))
    worst = max(float(np.mean([result[0][name][0] for result in results])) for name in AU_NAMES)
    whats = ("neutral", "turned (yaw +-30, pitch +-20)", "worst single action unit at 3")
    errors = [
        (f"FaceMesh on the avatar, {what}: landmark error", f"{100 * error:.2f} %", "<= 3 %", error <= 0.03)
        for what, error in zip(whats, (neutral, turned, worst), strict=True)
    ]
    return [*errors, ("avatar rendered at 720p", f"{render_rate():.1f} frames/s", "none", True)]


def person_of(seed: int) -> AvatarPerson:
    return AvatarPerson() if seed == 0 else AvatarPerson.random(seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("persons", type=int, nargs="?", default=3)
    count = parser.parse_args().persons
    results = [measure(person_of(seed)) for seed in range(count)]
    print(f"landmark error, neutral: {100 * np.mean([r[1] for r in results]):.2f} % of the inter-ocular distance")
    print(f"landmark error, turned (yaw +-30, pitch +-20): {100 * np.mean([r[2] for r in results]):.2f} %")
    print(f"{'unit at 3':10s} {'error %':>8s} {'gain':>6s} {'cosine':>7s}   per person: gain/cosine")
    for name in AU_NAMES:
        values = np.array([r[0][name] for r in results])
        each = "  ".join(f"{g:.2f}/{c:.2f}" for _, g, c in values)
        error, gain, cosine = values.mean(axis=0)
        print(f"{name:10s} {100 * error:8.2f} {gain:6.2f} {cosine:7.2f}   {each}")
    print(f"render: {render_rate():.1f} frames a second at 1280 x 720 on this machine, one process")


if __name__ == "__main__":
    main()
