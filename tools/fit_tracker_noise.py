"""Measure what this program's tracker makes of the avatar's known behaviour, for the simulator's measurement model.

    nice -n 10 .venv/bin/python tools/fit_tracker_noise.py           # some eight minutes on one core

A few invented persons live a simulated session with every action unit added now and then, and turn far to the side and
down at the end. They are filmed, the film is analysed as any video, and the recording is compared with the truth:
gains, cross-talk, offsets, noise and how long it lasts, and which frames are lost. Persons 301 and up are used here,
others for calibration and benchmarks. The table goes to `core/lineament/simulation/tracker_noise.json`.
"""

import argparse
import json
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from lineament.analysis import AnalysisSettings, analyze
from lineament.face.displacement import AU_NAMES
from lineament.face.template import LANDMARKS_68
from lineament.simulation import draw_person
from lineament.simulation.avatar import AvatarPerson, Performance, performance_of, read_truth, render_avatar
from lineament.simulation.joint import Jointly
from lineament.simulation.motion import move
from lineament.simulation.persons import session_behaviour
from lineament.simulation.rendering import add_events

FloatArray = npt.NDArray[np.float64]

FIRST_PERSON = 301
SIZE = (1280, 720)
FPS = 20.0
PULSES_A_MINUTE = 5.0
TURN_S = 4.0
"""Seconds at the end in which the head turns to both sides, and as many in which it goes down."""
FARTHEST_DEG = 65.0
TALK_SHARE = 0.06
"""Cross-talk below this is left out."""
OUT = Path(__file__).resolve().parents[1] / "core" / "lineament" / "simulation" / "tracker_noise.json"


@dataclass(frozen=True, eq=False)
class Compared:
    """One person's frames, truth beside measurement: intensities [n, 17], gaze [n, 2] and rotation [n, 3] in degrees,
    place [n, 3] mm, landmarks [n, 68, 2] in inter-ocular distances; found [n]; ordinary [n]: not in the far turns."""

    au: FloatArray
    au_seen: FloatArray
    gaze: FloatArray
    gaze_seen: FloatArray
    head: FloatArray
    head_seen: FloatArray
    place: FloatArray
    place_seen: FloatArray
    points_off: FloatArray
    found: npt.NDArray[np.bool_]
    ordinary: npt.NDArray[np.bool_]
    confidence: FloatArray


def performance(seed: int, seconds: float) -> Performance:
    """A simulated session with pulses of every unit, and far turns at the end."""
    rng = np.random.default_rng([seed, 5])
    person = draw_person(rng)
    talked = move(person, session_behaviour(person, 5.0, rng), seconds, FPS, Jointly(), rng)
    n = len(talked.au)
    units, closed = talked.au.T.copy(), talked.au[:, -1].copy()
    for unit in units[:-1]:
        k = rng.poisson(PULSES_A_MINUTE * seconds / 60)
        add_events(unit, FPS, rng.uniform(1, seconds - 2 * TURN_S, k), 0.3, 0.6, 0.3, rng.uniform(1, 4, k))
    units[-1] = closed
    head, gaze = talked.head.copy(), talked.gaze.copy()
    phase = np.clip((np.arange(n) / FPS - (seconds - 2 * TURN_S)) / TURN_S, 0, 2)
    turn = np.radians(FARTHEST_DEG) * np.sin(2 * np.pi * np.minimum(phase, 1))
    down = np.radians(FARTHEST_DEG * 0.6) * np.sin(np.pi * np.maximum(phase - 1, 0))
    far = phase > 0
    head[far] *= 0.3
    head[:, 0] += down
    head[:, 1] += turn
    gaze[far] = np.stack([-head[far, 1], head[far, 0]], axis=1)
    acted = replace(talked, au=np.clip(units.T, 0, 5), head=head, gaze=gaze)
    return performance_of(acted)


def compare(seed: int, seconds: float, folder: Path) -> Compared:
    """Film one person, analyse the film, put truth and measurement side by side."""
    film = folder / f"{seed}.mp4"
    said = film.with_suffix(".truth.parquet")
    if not said.exists():
        who = AvatarPerson.random(seed)
        render_avatar(film, fps=FPS, size=SIZE, person=who, performance=performance(seed, seconds), sound=False)
    truth = read_truth(said)
    seen = analyze(film, folder, AnalysisSettings(max_faces=1))
    n = len(truth.time_s)
    rows = np.array([seen.row_of_frame(frame) for frame in range(n)])
    here = rows >= 0

    def column(name: str) -> FloatArray:
        values = np.full(n, np.nan)
        values[here] = np.asarray(seen.column(name), dtype=np.float64)[rows[here]]
        return values

    def columns(names: list[str]) -> FloatArray:
        return np.stack([column(name) for name in names], axis=1)

    points = np.full((n, 68, 2), np.nan)
    measured = seen.landmarks68(0, seen.n_rows)
    if measured is None or truth.landmarks is None:
        raise RuntimeError("landmarks are missing")
    points[here] = measured[rows[here]]
    off = (points - truth.landmarks[:, LANDMARKS_68]) / column("face_size")[:, None, None]
    at_end = truth.time_s > seconds - 2 * TURN_S
    return Compared(
        au=truth.au,
        au_seen=columns([f"{name}_r" for name in AU_NAMES]),
        gaze=np.degrees(truth.gaze),
        gaze_seen=np.degrees(columns(["gaze_angle_x", "gaze_angle_y"])),
        head=np.degrees(truth.rotation),
        head_seen=np.degrees(columns(["pose_Rx", "pose_Ry", "pose_Rz"])),
        place=truth.translation,
        place_seen=columns(["pose_Tx", "pose_Ty", "pose_Tz"]),
        points_off=off,
        found=np.nan_to_num(column("success")) > 0,
        ordinary=~at_end,
        confidence=column("confidence"),
    )


def lag_1(rows: list[FloatArray]) -> float:
    """Correlation of a residual with itself one frame later, over persons; float64[n] each."""
    products = sum(float((r[1:] * r[:-1]).sum()) for r in rows)
    squares = sum(float((r[:-1] ** 2).sum()) for r in rows)
    return products / max(squares, 1e-12)


def lasting_s(rows: list[FloatArray]) -> float:
    """Time constant in seconds of first-order noise with that correlation, at most 2."""
    kept = float(np.clip(lag_1(rows), 1e-3, 0.975))
    return float(np.clip(-1 / (FPS * np.log(kept)), 0.01, 2.0))


def fit_units(people: list[Compared]) -> dict[str, object]:
    """How intensities come out: linear mixing with an offset a person and a bias with the head's turn; what is left is
    noise. Non-negative least squares over ordinary frames, then a person's own gain of each unit."""
    n_people, rows, sizes = len(people), [], []
    for p in people:
        use = p.ordinary & p.found
        rows.append((p.au[use], p.au_seen[use], np.abs(p.head[use, :2]).sum(axis=1)))
        sizes.append(int(use.sum()))
    owner = np.repeat(np.arange(n_people), sizes)
    x, y, turned = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    own = (owner[:, None] == np.arange(n_people)).astype(float)
    design = np.concatenate([x, own, -own, own * turned[:, None], -own * turned[:, None]], axis=1)
    table, talk = {}, []
    for k, name in enumerate(AU_NAMES):
        weights = nnls(design, y[:, k])[0]
        mixed, offsets, bias = np.split(weights, [17, 17 + 2 * n_people])
        offsets, bias = (part[:n_people] - part[n_people:] for part in (offsets, bias))
        rest = y[:, k] - design @ weights
        acting = x[:, k] > 1
        gains = [slope(x[owner == p, k], y[owner == p, k]) for p in range(n_people)]
        alive = (design @ weights > 0.15) & ~acting
        table[name] = {
            "gain": round(float(mixed[k]), 3),
            "gain_ln_sd": round(float(np.std(np.log(np.clip(gains, 0.05, 3)))), 3),
            "offset": round(float(offsets.mean()), 3),
            "offset_sd": round(float(offsets.std()), 3),
            "turn_sd": round(float(bias.std()), 4),
            "noise": round(float(rest[alive].std() if alive.sum() > 200 else rest.std()), 3),
            "noise_acting": round(float(rest[acting].std()) if acting.sum() > 50 else float(rest.std()), 3),
            "lasting_s": round(lasting_s([rest[owner == p] for p in range(n_people)]), 3),
        }
        talk += [(AU_NAMES[j], name, round(float(mixed[j]), 3)) for j in range(17) if j != k and mixed[j] > TALK_SHARE]
    return {"units": table, "cross_talk": sorted(talk, key=lambda entry: -entry[2])}


def slope(x: FloatArray, y: FloatArray) -> float:
    """Of y on x, 0 where x does not vary."""
    spread = float(x.var())
    return float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 0 else 0.0


def fit_line(true: list[FloatArray], seen: list[FloatArray]) -> dict[str, float]:
    """Straight line a person from true to measured values: gain and offset with their spreads, and the noise."""
    lines = [np.polyfit(a, b, 1) for a, b in zip(true, seen, strict=True)]
    rest = [b - np.polyval(line, a) for a, b, line in zip(true, seen, lines, strict=True)]
    gains = np.array(lines)[:, 0]
    centre = float(np.mean(np.concatenate(true)))
    bias = np.array([np.polyval(line, centre) - centre for line in lines])
    steps = [np.diff(r) for r in rest]
    return {
        "gain": round(float(gains.mean()), 3),
        "gain_sd": round(float(gains.std()), 3),
        "offset": round(float(bias.mean()), 3),
        "offset_sd": round(float(bias.std()), 3),
        "noise": round(float(np.std(np.concatenate(rest))), 3),
        "jitter": round(float(np.std(np.concatenate(steps)) / np.sqrt(2)), 3),
        "lasting_s": round(lasting_s(rest), 3),
    }


def fit_lines(people: list[Compared]) -> dict[str, dict[str, float]]:
    """Gaze and rotation in degrees, place in mm; frames in blinks are left out of gaze."""

    def pairs(of: str, k: int) -> tuple[list[FloatArray], list[FloatArray]]:
        use = [p.ordinary & p.found & ((p.au[:, -1] < 0.5) | (of != "gaze")) for p in people]
        true = [getattr(p, of)[u, k] for p, u in zip(people, use, strict=True)]
        return true, [getattr(p, f"{of}_seen")[u, k] for p, u in zip(people, use, strict=True)]

    named = {"gaze": ("gaze_x", "gaze_y"), "head": ("pitch", "yaw", "roll"), "place": ("x", "y", "z")}
    return {name: fit_line(*pairs(of, k)) for of, names in named.items() for k, name in enumerate(names)}


def fit_points(people: list[Compared]) -> dict[str, float]:
    """Noise of the 68 points in inter-ocular distances about each person's mean displacement: its size, how long it
    lasts, and how much of it eight common movements explain."""
    rest = []
    for p in people:
        use = p.ordinary & p.found
        off = p.points_off[use].reshape(int(use.sum()), -1)
        rest.append(off - off.mean(axis=0))
    together = np.concatenate(rest)
    spread = np.linalg.svd(together, compute_uv=False) ** 2
    steps = np.concatenate([np.diff(r, axis=0) for r in rest])
    return {
        "noise": round(float(together.std()), 5),
        "jitter": round(float(steps.std() / np.sqrt(2)), 5),
        "common": round(float(spread[:8].sum() / spread.sum()), 3),
        "lasting_s": round(float(np.median([lasting_s([r[:, k] for r in rest]) for k in range(0, 136, 5)])), 3),
    }


def fit_losses(people: list[Compared]) -> dict[str, object]:
    """Share of frames lost by how far the head is turned and by how far it is down, and the others' confidence."""
    yaw = np.concatenate([np.abs(p.head[:, 1]) for p in people])
    down = np.concatenate([p.head[:, 0] for p in people])
    found = np.concatenate([p.found for p in people])
    confidence = np.concatenate([p.confidence for p in people])
    ordinary = np.concatenate([p.ordinary for p in people])

    def shares(value: FloatArray, edges: tuple[int, ...]) -> dict[str, list[float]]:
        out = {}
        for low, high in pairwise(edges):
            use = (value >= low) & (value < high)
            if use.sum() > 20:
                trusted = confidence[use & found]
                out[f"{low}..{high}"] = [
                    round(float(1 - found[use].mean()), 4),
                    round(float(trusted.mean()) if len(trusted) else 0.0, 3),
                    int(use.sum()),
                ]
        return out

    return {
        "by_yaw": shares(yaw, (0, 10, 20, 30, 40, 50, 60, 70)),
        "by_down": shares(np.where(yaw < 15, down, np.nan), (-20, 0, 10, 20, 30, 40)),
        "ordinary": round(float(1 - found[ordinary].mean()), 4),
        "confidence": round(float(np.nanmean(confidence[ordinary & found])), 3),
        "confidence_sd": round(float(np.nanstd(confidence[ordinary & found])), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=48.0)
    parser.add_argument("--films", type=Path, help="Folder to keep the films in; those there are not made again.")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    people = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.films or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(FIRST_PERSON, FIRST_PERSON + options.persons):
            people.append(compare(seed, options.seconds, folder))
            print(f"person {seed}: {people[-1].found.mean():.1%} of {len(people[-1].found)} frames found", flush=True)
    facts = {
        "made_by": "tools/fit_tracker_noise.py",
        "tracker": AnalysisSettings(max_faces=1).fingerprint()["tracker"],
        "persons": options.persons,
        "seconds": options.seconds,
        "fps": FPS,
        **fit_units(people),
        "lines": fit_lines(people),
        "points": fit_points(people),
        "losses": fit_losses(people),
    }
    text = json.dumps(facts, indent=1) + "\n"
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
