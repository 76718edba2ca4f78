"""A model as one ONNX file, kept only when it says what torch says.

The file holds the whole way from measured windows or face crops to the score and the attention: scaling, every network
of an ensemble, pooling, read-out. What is done before it (cleaning, the person's rest, cutting windows) is not part of
it; the ports' meanings say what is expected. Its metadata hold the card, the ports, the intervals and the notices.
"""

import json
import logging
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineament.errors import ModelError
from lineament.models.exchange.notices import RESEARCH_ONLY, SIMULATED
from lineament.progress import CancelToken, EventSink, Progress, ignore_events
from lineament.storage import write_atomically
from lineament.version import __version__

if TYPE_CHECKING:
    from lineament.models.exchange.onnx_graphs.base import ModelGraph
    from lineament.models.store import Storable

TOLERANCE = 1e-4
"""Points of the scale, and shares of attention."""
SUFFIX = ".onnx"
_TASK = "exporting as ONNX"
_MISSING = "Install them with: pip install 'lineament[onnx]'."


@dataclass(frozen=True)
class OnnxExport:
    """What was written. differences: the largest absolute one from torch, by output; checked: windows or pictures."""

    path: Path
    bytes: int
    seconds: float
    checked: int
    differences: Mapping[str, float]

    @property
    def difference(self) -> float:
        return max(self.differences.values())


def export_onnx(
    model: "Storable", out: Path, *, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> OnnxExport:
    """Write `model` as `out`, checked against torch on 100 random windows or pictures before the file is kept.

    Raises `ModelError` when the packages of the extra `onnx` are not installed, the kind has no export, or the file
    would say something else than the model; `StorageError`, `Cancelled`.
    """
    _require_packages()
    from lineament.models.exchange.onnx_graphs.base import CHECKED
    from lineament.models.exchange.onnx_graphs.choosing import graph_of

    begun = time.monotonic()
    steps = _Steps(begun, cancel, sink)
    steps.next()
    graph = graph_of(model)
    # Before the tracing: what the model keeps for later calls is then a tensor and no stand-in of the tracer's.
    cases = list(graph.cases())
    steps.next()
    content = _translate(graph, model)
    steps.next()
    differences = _differences(content, cases)
    _require_equal(differences, out)
    steps.next()
    write_atomically(out, content)
    steps.next()
    return OnnxExport(out, len(content), time.monotonic() - begun, CHECKED, differences)


@dataclass
class _Steps:
    """Preparing, translating, checking, writing."""

    begun: float
    cancel: CancelToken | None
    sink: EventSink
    done: int = -1

    def next(self) -> None:
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()
        self.done += 1
        self.sink(Progress(_TASK, self.done, 4, "steps", time.monotonic() - self.begun))


def _require_packages() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ModelError(
            f"exporting as ONNX needs packages that are not installed ({error.name})", remedy=_MISSING
        ) from error


def _translate(graph: "ModelGraph", model: "Storable") -> bytes:
    import onnx
    import torch

    example = graph.example()
    with _quiet(), torch.no_grad():
        program = torch.export.export(graph, example, dynamic_shapes=_open_sizes(graph))
        made = torch.onnx.export(
            program,
            example,
            dynamo=True,
            input_names=[port.name for port in graph.inputs],
            output_names=[port.name for port in graph.outputs],
            external_data=False,
            verbose=False,
        )
    if made is None:
        raise ModelError("the model could not be translated to ONNX", remedy="Export an archive instead.")
    proto = made.model_proto
    proto.producer_name, proto.producer_version = "Lineament", __version__
    proto.doc_string = f"{model.card.name}. {RESEARCH_ONLY}"
    _name_open_sizes(proto.graph, graph)
    onnx.helper.set_model_props(proto, metadata(model, graph))
    onnx.checker.check_model(proto)
    content: bytes = proto.SerializeToString()
    return content


def _name_open_sizes(proto: Any, graph: "ModelGraph") -> None:
    """Open sizes by the ports' own names; the tracer's names inside the file, which only hint, go."""
    for given, ports in ((proto.input, graph.inputs), (proto.output, graph.outputs)):
        for info, port in zip(given, ports, strict=True):
            for dim, size in zip(info.type.tensor_type.shape.dim, port.shape, strict=True):
                if isinstance(size, str):
                    dim.dim_param = size
    del proto.value_info[:]


def _open_sizes(graph: "ModelGraph") -> tuple[Any, ...]:
    """For the tracer: an open size of the same name is the same wherever it stands."""
    from torch.export import Dim

    names = dict.fromkeys(size for port in graph.inputs for size in port.shape if isinstance(size, str))
    known = {name: Dim(name) for name in names}
    shapes = ({i: known[size] for i, size in enumerate(p.shape) if isinstance(size, str)} for p in graph.inputs)
    return (tuple(shapes),) if _is_variadic(graph) else tuple(shapes)


def _is_variadic(graph: "ModelGraph") -> bool:
    import inspect

    return any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(graph.forward).parameters.values())


def metadata(model: "Storable", graph: "ModelGraph") -> dict[str, str]:
    """What the file says of itself, each a text or JSON."""
    from lineament.features.channels import CHANNELS

    card = model.card
    values = any(port.name == "values" for port in graph.inputs)
    facts: dict[str, Any] = {
        "notice": RESEARCH_ONLY,
        "simulated": SIMULATED if card.trained_on_simulated else "",
        "model": card.name,
        "model_hash": model.model_hash,
        "kind": card.kind,
        "instrument": {"name": card.scale.name, "low": card.scale.low, "high": card.scale.high},
        "extractor": card.trained_on,
        "licence": card.licence,
        "made_by": f"Lineament {__version__}",
        "inputs": [port.to_json() for port in graph.inputs],
        "outputs": [port.to_json() for port in graph.outputs],
        "channels": [{"name": name, "unit": unit_of(name)} for name in CHANNELS] if values else [],
        "intervals": model.conformal.to_json(),
        "card": card.to_json(),
    }
    return {f"lineament.{k}": v if isinstance(v, str) else json.dumps(v) for k, v in facts.items()}


def unit_of(channel: str) -> str:
    """The unit of one of `features.CHANNELS`."""
    attribute, name = channel.split(": ")
    if attribute == "action units":
        return "intensity 0 to 5"
    if name == "speed":
        return "degrees a second"
    if attribute == "landmarks" or name in ("x", "y", "z"):
        return "mm"
    return "degrees"


def _differences(content: bytes, cases: "list[Any]") -> dict[str, float]:
    """Largest absolute difference of every output; infinite where only one side is a number. What a case expects to be
    NaN is not looked at: it belongs to no window."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    largest = dict.fromkeys(names, 0.0)
    for case in cases:
        for name, found in zip(names, session.run(names, dict(case.inputs)), strict=True):
            expected = np.asarray(case.expected[name], dtype=np.float64)
            if expected.shape != found.shape:
                largest[name] = float("inf")
                continue
            asked = ~np.isnan(expected)
            apart = np.abs(found.astype(np.float64) - expected)[asked]
            worst = float(apart.max(initial=0.0)) if np.isfinite(apart).all() else float("inf")
            largest[name] = max(largest[name], worst)
    return largest


def _require_equal(differences: Mapping[str, float], out: Path) -> None:
    worst = max(differences, key=lambda name: differences[name])
    if not differences[worst] <= TOLERANCE:
        raise ModelError(
            f"the ONNX file's {worst} differs from the model's own by {differences[worst]:.2g}; it was not kept",
            path=out,
            remedy="Export an archive instead, and report this.",
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporters warn about packages that are not used here and about their own future."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
