"""Measure what this program's tracker makes of the avatar's known behaviour, for the simulator's measurement model.

    nice -n 10 .venv/bin/python tools/fit_tracker_noise.py           # some twenty minutes on one core

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
from lineament.storage import write_atomically

FloatArray = npt.NDArray[np.float64]

FIRST_PERSON = 301
SIZE = (1280, 720)
FPS = 20.0
PULSE_S, PULSE_REST_S = 1.1, 0.4
TURN_S = 3.0
"""Seconds at the end in which the head turns to both sides, and as many in which it goes down."""
FARTHEST_DEG = 65.0
ACTIVITY_GROUPS = 6
LEAST_NOISE = 0.02
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
    """A simulated session in which every unit is added in turn, with far turns at the end."""
    rng = np.random.default_rng([seed, 5])
    person = draw_person(rng)
    talked = move(person, session_behaviour(person, 5.0, rng), seconds, FPS, Jointly(), rng)
    n = len(talked.au)
    units = talked.au.T.copy()
    starts = np.arange(1.0, seconds - 2 * TURN_S - PULSE_S, PULSE_S + PULSE_REST_S)
    shown = np.concatenate([rng.permutation(len(AU_NAMES) - 1) for _ in range(len(starts) // 16 + 1)])
    for start, unit in zip(starts, shown, strict=False):
        add_events(units[unit], FPS, np.array([start]), 0.3, 0.5, 0.3, rng.uniform(1.5, 4))
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


def typical(values: FloatArray) -> float:
    """Standard deviation of the bulk, 1.48 times the median distance from the median: a few large errors, where a
    straight line does not fit, are not the noise of every frame."""
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0


def noise_of(rows: list[FloatArray]) -> dict[str, float]:
    """Typical size of residuals float64[n] a person, from frame to frame (jitter, over root 2), and how long they last:
    the time constant of first-order noise with that jitter, .01-2 s. all: with the large errors."""
    rows = [row - np.median(row) for row in rows]
    noise = typical(np.concatenate(rows))
    jitter = typical(np.concatenate([np.diff(row) for row in rows])) / np.sqrt(2)
    kept = float(np.clip(1 - (jitter / max(noise, 1e-9)) ** 2, 1e-3, 0.975))
    return {
        "noise": round(noise, 4),
        "lasting_s": round(float(np.clip(-1 / (FPS * np.log(kept)), 0.01, 2.0)), 3),
        "all": round(float(np.concatenate(rows).std()), 4),
    }


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
        alone = rest + x[:, k] * weights[k]
        gains = [slope(x[owner == p, k], alone[owner == p]) for p in range(n_people)]
        above = design @ weights > 0.1
        still, growth = noise_by_activity(rest[above], x[above].sum(axis=1), owner[above])
        even = rest / (still + growth * x.sum(axis=1))
        table[name] = {
            "gain": round(float(mixed[k]), 3),
            "gain_ln_sd": round(float(np.std(np.log(np.clip(gains, 0.05, 3)))), 3),
            "offset": round(float(offsets.mean()), 3),
            "offset_sd": round(float(offsets.std()), 3),
            "turn_sd": round(float(bias.std()), 4),
            "noise": round(still, 4),
            "growth": round(growth, 4),
            "lasting_s": noise_of([even[(owner == p) & above] for p in range(n_people)])["lasting_s"],
        }
        talk += [(AU_NAMES[j], name, round(float(mixed[j]), 3)) for j in range(17) if j != k and mixed[j] > TALK_SHARE]
    return {
        "turned_noise": round(max(turned_noise(people), 1.0), 3),
        "units": table,
        "cross_talk": sorted(talk, key=lambda entry: -entry[2]),
    }


def noise_by_activity(rest: FloatArray, activity: FloatArray, owner: npt.NDArray[np.int64]) -> tuple[float, float]:
    """(noise of a face at rest, noise added by a point of intensity in the face), from residuals float64[n] and the sum
    of all true intensities float64[n].

    A straight line does not fit what many units do together, and what is left grows with them. The films show far more
    of that than an interview does; counted as noise of every frame it would drown what persons do. Typical sizes in six
    groups of frames of like activity, and the line through them.
    """
    rest = rest.copy()
    for p in np.unique(owner):
        rest[owner == p] -= np.median(rest[owner == p])
    groups = np.array_split(np.argsort(activity, kind="stable"), ACTIVITY_GROUPS)
    at = np.array([activity[rows].mean() for rows in groups])
    sizes = np.array([typical(rest[rows]) for rows in groups])
    still, growth = nnls(np.stack([np.ones_like(at), at], axis=1), sizes)[0]
    return max(float(still), LEAST_NOISE), float(growth)


def turned_noise(people: list[Compared]) -> float:
    """Frame-to-frame noise of all units where heads are turned 20-40 deg aside, of that in frontal frames, all persons
    together: each has only a dozen such frames. 1 without such frames."""
    far, near = [], []
    for p in people:
        jumps = np.diff(p.au_seen - p.au, axis=0) ** 2
        yaw = np.abs(p.head[1:, 1])
        far.append(jumps[(yaw > 20) & (yaw < 40) & ~p.ordinary[1:]])
        near.append(jumps[p.ordinary[1:] & (yaw < 10)])
    if sum(map(len, far)) < 20:
        return 1.0
    return float(np.sqrt(np.nanmean(np.concatenate(far)) / np.nanmean(np.concatenate(near))))


def slope(x: FloatArray, y: FloatArray) -> float:
    """Of y on x, 0 where x does not vary."""
    spread = float(x.var())
    return float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 0 else 0.0


def fit_lines(people: list[Compared]) -> dict[str, dict[str, float]]:
    """Gaze and rotation in degrees, place in mm: a straight line a person from true to measured, with what action units
    and (for gaze) the head's turn add to it in all alike; what is left is noise. Blinks are left out of gaze."""
    named = {"gaze": ("gaze_x", "gaze_y"), "head": ("pitch", "yaw", "roll"), "place": ("x", "y", "z")}
    return {name: fit_line(people, of, k) for of, names in named.items() for k, name in enumerate(names)}


def fit_line(people: list[Compared], of: str, k: int) -> dict[str, float]:
    use = [p.ordinary & p.found & ((p.au[:, -1] < 0.5) | (of != "gaze")) for p in people]
    true = np.concatenate([getattr(p, of)[u, k] for p, u in zip(people, use, strict=True)])
    seen = np.concatenate([getattr(p, f"{of}_seen")[u, k] for p, u in zip(people, use, strict=True)])
    owner = np.repeat(np.arange(len(people)), [int(u.sum()) for u in use])
    own = (owner[:, None] == np.arange(len(people))).astype(float)
    centre = true.mean()
    alike = [np.concatenate([p.au[u] for p, u in zip(people, use, strict=True)])]
    if of == "gaze":
        alike.append(np.concatenate([p.head[u] for p, u in zip(people, use, strict=True)]))
    shared = np.concatenate(alike, axis=1)
    design = np.concatenate([own, own * (true - centre)[:, None], shared - shared.mean(axis=0)], axis=1)
    weights = np.linalg.lstsq(design, seen, rcond=None)[0]
    rest = seen - design @ weights
    offsets, gains = weights[: len(people)] - centre, weights[len(people) : 2 * len(people)]
    parts = [rest[owner == p] for p in range(len(people))]
    return {
        "gain": round(float(gains.mean()), 3),
        "gain_sd": round(float(gains.std()), 3),
        "offset": round(float(offsets.mean()), 3),
        "offset_sd": round(float(offsets.std()), 3),
        **noise_of(parts),
    }


def fit_points(people: list[Compared]) -> dict[str, float]:
    """Noise of the 68 points in inter-ocular distances about each person's mean displacement: its size, how long it
    lasts, and how much of it eight common movements explain."""
    rest = []
    for p in people:
        use = p.ordinary & p.found
        off = p.points_off[use].reshape(int(use.sum()), -1)
        rest.append(off - off.mean(axis=0))
    spread = np.linalg.svd(np.concatenate(rest), compute_uv=False) ** 2
    each = [noise_of([r[:, k] for r in rest]) for k in range(rest[0].shape[1])]
    return {
        "noise": round(float(np.sqrt(np.mean([e["noise"] ** 2 for e in each]))), 5),
        "lasting_s": round(float(np.median([e["lasting_s"] for e in each])), 3),
        "common": round(float(spread[:8].sum() / spread.sum()), 3),
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
    parser.add_argument("--persons", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=44.0)
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
    text = json.dumps(facts)
    for opening in ('"units": {', '"cross_talk": [', '"lines": {', '"points": ', '"losses": ', "}, ", "], ["):
        text = text.replace(opening, opening.rstrip() + "\n  ")
    write_atomically(options.out, (text + "\n").encode())
    print(text)


if __name__ == "__main__":
    main()
