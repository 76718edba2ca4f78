"""What `lineament --self-test` tries, one function a row: each returns a sentence of what it found, or raises."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lineament.resources import resource_path
from lineament.video.index_cache import CACHE_DIR_VARIABLE

TRACKED_S = 24.0
"""Seconds of the demonstration that are tracked: a model wants 20 usable ones before it says anything."""
TRACKED_FPS = 15.0
SEARCH_COHORT = "simulated:strong:12:1"
SEARCH_PATIENCE_S = 600.0
SEARCH_STEPS = 2
SEARCH = {
    "method": "random",
    "budget": 2,
    "folds": 2,
    "repeats": 1,
    "search_folds": 2,
    "outer_folds": 2,
    "short_list": 2,
    "rivals": False,
    "random_candidates": 0,
    "random_controls": 1,
    "tuning_steps": 1,
    "seconds": 30.0,
    "width": 4,
    "token": 6,
    "attention_width": 3,
    "attributes": ["gaze", "head pose"],
    "families": ["cnn", "moments"],
    "recipe": {"steps": SEARCH_STEPS, "persons": 4, "windows": 2, "validation_windows": 1},
}


class Wrong(Exception):
    """Something does not do what it should; the message is the sentence of its row."""


class NotHere(Exception):
    """A part that this installation does without; the message says how one gets it."""


@dataclass
class Bench:
    """The folder in which everything is written, and what earlier checks leave for later ones."""

    folder: Path
    tracked_s: float = TRACKED_S
    found: dict[str, Any] = field(default_factory=dict)

    def earlier(self, what: str) -> Any:
        """What an earlier check left; raises `Wrong` where it failed."""
        if what not in self.found:
            raise Wrong(f"not tried, because there is no {what}")
        return self.found[what]


def open_demonstration(bench: Bench) -> str:
    """Its first frame, one in the middle sought, and the beginning as a clip of its own."""
    from lineament.video import VideoReader, VideoWriter

    with VideoReader(resource_path("demo/interview.mp4")) as reader:
        info = reader.info
        middle = info.frame_count // 2
        if reader.frame(middle).index != middle:
            raise Wrong(f"frame {middle} was sought and another one found")
        clip = bench.folder / "demonstration.mp4"
        step = max(1, round(info.fps / TRACKED_FPS))
        with VideoWriter(clip, info.width, info.height, fps=info.fps / step) as writer:
            for number, frame in enumerate(reader.frames(0, round(bench.tracked_s * info.fps))):
                if number % step == 0:
                    writer.add(frame.image)
    bench.found["clip"] = clip
    return f"{info.frame_count} frames of {info.width} x {info.height}, sought, decoded and encoded"


def track(bench: Bench) -> str:
    """The clip, analysed as `lineament analyze` does it."""
    from lineament.analysis import AnalysisSettings, analyze
    from lineament.progress import CancelToken, ignore_events

    recording = analyze(
        bench.earlier("clip"), bench.folder / "analysis", AnalysisSettings(), cancel=CancelToken(), sink=ignore_events
    )
    bench.found["recording"] = recording
    seen = float(np.mean(recording.column("success").astype(bool)))
    if seen < 0.9:
        raise Wrong(f"a face was found in only {100 * seen:.0f} % of the demonstration's frames")
    return f"{recording.n_rows} frames measured, a face in {100 * seen:.0f} % of them"


def score(bench: Bench) -> str:
    """Every shipped model gives an estimate on its scale, interval around the point."""
    from lineament.inference import estimate
    from lineament.models.exchange.library import list_models, load_any

    recording, said = bench.earlier("recording"), []
    for entry in list_models():
        if entry.origin != "shipped":
            continue
        model: Any = load_any(entry.folder)
        made = estimate(model, recording, video=bench.earlier("clip"))
        if made.score is None or made.interval is None:
            raise Wrong(f"the model {entry.folder.name} gave no estimate: {made.abstained}")
        low, high = made.interval
        if not made.scale.low <= low <= made.score <= high <= made.scale.high:
            raise Wrong(
                f"the model {entry.folder.name} said {made.score:.1f} with the interval {low:.1f} to {high:.1f}"
            )
        said.append(f"{entry.folder.name} {low:.1f} to {high:.1f}")
    if not said:
        raise Wrong("no model is shipped with this installation")
    return f"model estimates, intervals: {', '.join(said)}"


def search(bench: Bench) -> str:
    """As the window searches: in a process that has a worker of its own."""
    import time

    from lineament.search.config import SearchConfig
    from lineament.search.control.host import SearchProcess
    from lineament.search.control.messages import Ended, SearchRequest
    from lineament.search.outcome_files import OUTCOME

    run = bench.folder / "search"
    config = SearchConfig.from_json(SEARCH).to_json()
    with own_cache(bench.folder / "cache"):
        process = SearchProcess(SearchRequest(run, SEARCH_COHORT, config, workers=1, tries=False))
        until, ended = time.monotonic() + SEARCH_PATIENCE_S, None
        try:
            while ended is None and time.monotonic() < until:
                ended = next((word for word in process.hear(1.0) if isinstance(word, Ended)), None)
        finally:
            process.end()
    if ended is None:
        raise Wrong(f"the search's process did not end within {SEARCH_PATIENCE_S:.0f} s")
    if ended.how != "finished":
        raise Wrong(f"the search {ended.how}: {ended.why or ended.trace.strip().splitlines()[-1]}")
    if not (run / OUTCOME).is_file():
        raise Wrong("the search ended without an outcome")
    return f"{SEARCH_STEPS} steps a network in a process of its own, with one worker; outcome written"


def save_and_load(bench: Bench) -> str:
    """The default model, written and read again, says the same."""
    from lineament.inference import estimate
    from lineament.models import default_model_folder
    from lineament.models.exchange.library import load_any
    from lineament.models.store import save_model

    model: Any = load_any(default_model_folder())
    save_model(model, bench.folder / "model")
    again: Any = load_any(bench.folder / "model")
    recording = bench.earlier("recording")
    first, second = estimate(model, recording), estimate(again, recording)
    if first.score != second.score or first.interval != second.interval:
        raise Wrong(f"a saved model says {second.score} where the model said {first.score}")
    return "saved as data, loaded, and it says the same"


def export_csv(bench: Bench) -> str:
    from lineament.recording import read_openface_csv, write_openface_csv

    recording = bench.earlier("recording")
    again = read_openface_csv(write_openface_csv(recording, bench.folder / "demonstration.csv"))
    if again.n_rows != recording.n_rows:
        raise Wrong(f"{recording.n_rows} rows were written and {again.n_rows} read")
    return f"{again.n_rows} rows of OpenFace's columns written and read again"


def export_onnx(bench: Bench) -> str:
    missing = [name for name in ("onnx", "onnxruntime", "onnxscript") if find_spec(name) is None]
    if missing:
        raise NotHere('ONNX export is not part of this installation; `pip install "lineament[onnx]"` brings it.')
    from lineament.models import default_model_folder
    from lineament.models.exchange.library import load_any
    from lineament.models.exchange.onnx_file import export_onnx as export

    model: Any = load_any(default_model_folder())
    made = export(model, bench.folder / "model.onnx")
    return f"{made.bytes / 1e6:.1f} MB, differs from torch by at most {made.difference:.1g}"


def graph_layers(bench: Bench) -> str:
    """torch_geometric's message passing on a triangle whose answer is known: every node gets the mean of all three."""
    import torch
    from torch_geometric.nn import GCNConv

    edges = torch.tensor([[0, 1, 1, 2, 2, 0], [1, 0, 2, 1, 0, 2]])
    layer = GCNConv(1, 1, bias=False)
    with torch.no_grad():
        layer.lin.weight.fill_(1.0)
        found = layer(torch.tensor([[1.0], [2.0], [6.0]]), edges)
    if not torch.allclose(found, torch.full((3, 1), 3.0)):
        raise Wrong(f"message passing on a triangle gives {found.flatten().tolist()}, not 3")
    return "message passing on a triangle gives the mean of its nodes"


def cluster(bench: Bench) -> str:
    if find_spec("ray") is None:
        raise NotHere(
            "Searches on several machines need Ray, which this installation does without; "
            '`pip install "lineament[cluster]"` on every machine brings it.'
        )
    return "Ray is installed, for searches on several machines"


def device(bench: Bench) -> str:
    """Whether a graphics card can be used, computed on it where it can."""
    import torch

    if torch.version.cuda is None and torch.version.hip is None:
        raise NotHere(
            "This is the CPU build: searches and training use the processor. The GPU build is a package apart."
        )
    if not torch.cuda.is_available():
        raise NotHere("No GPU was found, or its driver does not answer: searches and training use the processor.")
    square = torch.eye(64, device="cuda") @ torch.full((64, 64), 2.0, device="cuda")
    if float(square.sum()) != 64 * 64 * 2.0:
        raise Wrong("the GPU multiplies matrices wrongly: renew its driver")
    return f"{torch.cuda.get_device_name(0)} computes"


def licences(bench: Bench) -> str:
    """An installed package carries its notices; a checkout has them in its environment."""
    try:
        notices, listed = resource_path("notices/THIRD_PARTY_NOTICES.txt"), resource_path("notices/sbom.cdx.json")
    except FileNotFoundError as error:
        if getattr(sys, "frozen", False):
            raise Wrong("the licences of the bundled software are missing from this package") from error
        raise NotHere("Only packages carry notices of bundled software; here each part has its own.") from error
    import json

    parts = json.loads(listed.read_text(encoding="utf-8"))["components"]
    text = notices.read_text(encoding="utf-8")
    unnamed = [part["name"] for part in parts if part["name"] not in text]
    if unnamed:
        raise Wrong(f"the notices do not name {', '.join(unnamed)}")
    return f"notices and list of {len(parts)} bundled parts are there"


CHECKS: Mapping[str, Callable[[Bench], str]] = {
    "demonstration": open_demonstration,
    "face tracking": track,
    "models": score,
    "search": search,
    "saving a model": save_and_load,
    "CSV": export_csv,
    "ONNX": export_onnx,
    "graph layers": graph_layers,
    "cluster": cluster,
    "GPU": device,
    "licences": licences,
}


@contextmanager
def own_cache(folder: Path) -> Iterator[None]:
    """This process and those it starts keep features in `folder`, so that nothing is left in the user's cache."""
    before = os.environ.get(CACHE_DIR_VARIABLE)
    os.environ[CACHE_DIR_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[CACHE_DIR_VARIABLE]
        else:
            os.environ[CACHE_DIR_VARIABLE] = before
