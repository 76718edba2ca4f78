"""A small simulated cohort in a folder with crops of noise beside its recordings: what pixel systems are trained on."""

import csv
from pathlib import Path

import numpy as np

from lineament.crops import CropFacts, CropRequest, crop_path
from lineament.crops.file import crop_file
from lineament.provenance import Provenance
from lineament.simulation import simulate_cohort, write_cohort
from lineament.simulation.session import EXTRACTOR

SPLITS = ("train",) * 12 + ("dev",) * 10 + ("calibration",) * 10 + ("test",) * 10
SECONDS = 30.0
REQUESTS = (CropRequest(64, 2.0), CropRequest(32, 2.0))


def write_cohort_with_crops(folder: Path) -> Path:
    """Forty-two persons of one session each, with all four splits."""
    write_cohort(simulate_cohort(len(SPLITS), "strong", 3, seconds=SECONDS), folder)
    rows = read_labels(folder)
    for row, split in zip(rows, SPLITS, strict=True):
        row["split"] = split
    write_labels(folder, rows)
    for i, row in enumerate(rows):
        for request in REQUESTS:
            write_crops(folder / row["file"], request, i, darker=float(row["phq8"]))
    return folder


def write_crops(
    recording: Path,
    request: CropRequest,
    seed: int,
    *,
    darker: float = 0.0,
    extractor: str = EXTRACTOR,
    count: int = 60,
) -> Path:
    """Noise, the darker the higher the score, so that there is something to learn."""
    rng = np.random.default_rng(seed)
    facts = CropFacts(request, Provenance(extractor, "1", simulated=True), (1280, 720))
    path = crop_path(recording, request)
    with crop_file(path, facts) as writer:
        for k in range(count):
            crop = rng.integers(0, 250 - int(6 * darker), (request.size, request.size, 3), dtype=np.uint8)
            writer.add(k / request.rate, k, np.zeros((2, 3), dtype=np.float32), crop)
    return path


def read_labels(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_labels(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
