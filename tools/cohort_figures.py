"""How hard simulated cohorts are: what ridge regression finds of them, beside the oracle.

    python tools/cohort_figures.py --preset strong --train 142 500 2000 --test 1000

For each size of training set it prints the share of the reachable gain in RMSE, (constant - model) / (constant -
oracle), of ridge on the 47 channels' means, on Song's 12 statistics a channel, and on a dozen joint features that a
small temporal convolution with pooling could compute; and the same with a parabola behind, since scores crowd at 0.
Persons of the test set are the same for all sizes.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from lineament.features.channels import CHANNELS, input_channels
from lineament.features.grid import RATE, EvenGrid, fill
from lineament.features.windows import rest_of
from lineament.simulation import simulate_cohort
from lineament.simulation.cohort import SimulatedCohort
from lineament.simulation.joint import CONTROLS
from lineament.simulation.oracle import oracle_predictions

FloatArray = npt.NDArray[np.float64]
_AT = {name: i for i, name in enumerate(CHANNELS)}


def channels_of(cohort: SimulatedCohort, i: int) -> FloatArray:
    """The session's 47 input channels at 10 Hz, float64[n, 47]."""
    recording = cohort.session(i)
    grid = EvenGrid()
    grid.update(recording, complete=True)
    rest = rest_of(grid.values, grid.measured)
    assert rest is not None
    return input_channels(fill(grid.values, grid.measured), rest, RATE).astype(np.float64)


def means(x: FloatArray) -> FloatArray:
    """float64[47]"""
    return x.mean(axis=0)


def song(x: FloatArray) -> FloatArray:
    """Mean, sd, maximum and minimum of each channel, of its first difference and of x[t] - x[t+2], float64[564]."""
    series = (x, np.diff(x, axis=0), x[:-2] - x[2:])
    return np.concatenate([f(s, axis=0) for s in series for f in (np.mean, np.std, np.max, np.min)])


def joint(x: FloatArray) -> FloatArray:
    """Means over time of products of rectified, lagged or smoothed channels, float64[13]: controlled smiles (5), dips
    of the head with looks down (1), quick starts of smiles (2), a still head in pauses (2), answered greetings (2) and
    the order of two bursts (1)."""

    def au(name: str) -> FloatArray:
        return x[:, _AT[f"action units: {name}"]]

    smile = au("AU12")
    starts = np.maximum(smile[3:] - smile[:-3], 0)
    found = []
    for name in CONTROLS:
        begins = np.maximum(au(name)[3:] - au(name)[:-3], 0)
        found.append(after(starts, begins, 2))
    sharp = {
        name: au(name) - smoothed(au(name), 25) for name in ("AU12", "AU14", "AU15", "AU17", "AU23", "AU01", "AU02")
    }
    controls = np.max([sharp[name] / (sharp[name].std() + 1e-9) for name in ("AU14", "AU15", "AU17", "AU23")], axis=0)
    found.append(after(sharp["AU12"], controls, 3))
    pitch = x[:, _AT["head pose: pitch"]]
    found.append(after(x[:, _AT["gaze: down"]], pitch - smoothed(pitch, 40), 5))
    change = smile[3:] - smile[:-3]
    quick, sudden = np.maximum(change - 0.6, 0).mean(), np.maximum(-change - 0.6, 0).mean()
    found += [float((change**3).mean() / (change.std() ** 3 + 1e-9)), (quick - sudden) / (quick + sudden + 1e-9)]
    speed, mouth = x[:, _AT["head pose: speed"]], au("AU25") + au("AU26")
    pause = np.maximum(smoothed(mouth, 25) - smoothed(mouth, 5) - 0.2, 0)
    found += [after(mouth, np.exp(-speed / 3), 0), after(pause, np.exp(-speed / 3), 0)]
    brows = np.maximum(np.diff(sharp["AU01"] + sharp["AU02"], n=1, prepend=0.0)[3:], 0)
    found += [after(smoothed(brows, 5), starts, lag) for lag in (5, 9)]
    found.append(after(sharp["AU12"], sharp["AU17"], 5) - after(sharp["AU17"], sharp["AU12"], 5))
    return np.array(found)


def smoothed(x: FloatArray, bins: int) -> FloatArray:
    return np.convolve(x, np.ones(bins) / bins, "same")


def after(first: FloatArray, then: FloatArray, lag: int) -> float:
    """Correlation of `first` with `then`, `lag` bins later."""
    a, b = first[: len(first) - lag], then[lag:]
    spread = a.std() * b.std()
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 0 else 0.0


FEATURES: dict[str, Callable[[FloatArray], FloatArray]] = {"means": means, "song": song, "joint": joint}


def ridge(train: FloatArray, scores: FloatArray, test: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ridge on standardised features, its penalty chosen by leave-one-out error among 13: predictions for `test`, and
    for `train` with each person left out."""
    centre, spread = train.mean(axis=0), np.maximum(train.std(axis=0), 1e-9)
    a, b = (train - centre) / spread, (test - centre) / spread
    mean = scores.mean()
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    best, weights, left_out = np.inf, np.zeros(a.shape[1]), np.full(len(a), mean)
    for penalty in np.logspace(-1, 5, 13):
        shrink = s / (s**2 + penalty)
        leverage = (u**2 * (s * shrink)).sum(axis=1) + 1 / len(a)
        residual = (scores - mean - u @ (s * shrink * (u.T @ (scores - mean)))) / np.maximum(1 - leverage, 1e-6)
        error = float(np.mean(residual**2))
        if error < best:
            best, weights, left_out = error, vt.T @ (shrink * (u.T @ (scores - mean))), scores - residual
    return np.asarray(mean + b @ weights), left_out


def bent(predicted: FloatArray, left_out: FloatArray, scores: FloatArray) -> FloatArray:
    """Predictions through a parabola fitted to left-out ones (where those correlate by .4 or more), cut to 0..24: many
    scores are near 0, so the best prediction is no straight line of any feature."""
    if np.ptp(left_out) == 0 or np.corrcoef(left_out, scores)[0, 1] < 0.4:
        return np.clip(predicted, 0, 24)
    curve = np.polyfit(left_out, scores, 2)
    return np.clip(np.polyval(curve, np.clip(predicted, left_out.min(), left_out.max())), 0, 24)


def rmse(a: FloatArray | float, b: FloatArray) -> float:
    return float(np.sqrt(np.mean((a - b) ** 2)))


def gather(cohort: SimulatedCohort) -> dict[str, FloatArray]:
    rows: dict[str, list[FloatArray]] = {name: [] for name in FEATURES}
    for i in range(len(cohort)):
        x = channels_of(cohort, i)
        for name, features in FEATURES.items():
            rows[name].append(features(x))
    return {name: np.array(values) for name, values in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="strong")
    parser.add_argument("--train", type=int, nargs="+", default=[142, 500])
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=480.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started = time.perf_counter()
    total = options.test + max(options.train)
    cohort = simulate_cohort(total, options.preset, options.seed, seconds=options.seconds)
    known = gather(cohort)
    scores = np.array([float(s.phq8) for s in cohort.subjects])
    best = oracle_predictions(cohort)
    test = slice(0, options.test)
    truth = scores[test]
    print(
        f"{cohort.name}: {total} persons, {total / (time.perf_counter() - started):.1f} persons a second with features"
    )
    print(
        f"oracle on the test persons: r {np.corrcoef(best[test], truth)[0, 1]:.3f}, RMSE {rmse(best[test], truth):.3f}"
    )
    for n in options.train:
        rows = slice(options.test, options.test + n)
        constant = rmse(scores[rows].mean(), truth)
        reachable = constant - rmse(best[test], truth)
        for name, values in known.items():
            straight, left_out = ridge(values[rows], scores[rows], values[test])
            curved = bent(straight, left_out, scores[rows])
            reached = [(constant - rmse(p, truth)) / reachable if reachable > 0 else np.nan for p in (straight, curved)]
            r = np.corrcoef(straight, truth)[0, 1] if straight.std() > 0 else 0.0
            print(
                f"  {n:5d} persons  {name:6s} r {r:6.3f}  RMSE {rmse(straight, truth):.3f}  reached {reached[0]:6.1%}"
                f", through a parabola {reached[1]:6.1%}"
            )


if __name__ == "__main__":
    main()
