"""ONNX files say what torch says, on 100 windows or pictures, whatever the number of recordings and windows."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx  # noqa: TID253
import onnxruntime  # noqa: TID253
import pytest
import torch  # noqa: TID253
from tests.support.models import make_hand_designed, make_searched, make_windows, some_genotype
from tests.support.published_models import make_dj_ldml, make_hmhn, make_mpdrm

from lineament.errors import ModelError
from lineament.features.channels import CHANNELS
from lineament.models.architecture.facial_space import facial_space
from lineament.models.exchange import onnx_file
from lineament.models.exchange.library import find_model, load_any
from lineament.models.exchange.onnx_file import TOLERANCE, OnnxExport, export_onnx, unit_of
from lineament.models.exchange.onnx_graphs.base import CHECKED
from lineament.models.exchange.onnx_graphs.choosing import graph_of
from lineament.models.searched import SearchedModel
from lineament.progress import Cancelled, CancelToken
from lineament.resources import resource_path


def make_of_moments() -> SearchedModel:
    """Gaze and head pose, one of the third family with delayed correlations of detrended rises."""
    space = facial_space(("gaze", "head pose"))
    choices = {
        **some_genotype().to_json(),
        "gaze.family": "moments",
        "gaze.moments.signal": "detrended and rises",
        "gaze.moments.partners": "face",
        "gaze.moments.delays": "long",
    }
    choices |= {f"fusion.{node}.{side}": "gaze" for node in ("node 1", "node 2") for side in ("left", "right")}
    return make_searched(space.genotype(choices), space=space)


TOYS: dict[str, Callable[[], object]] = {
    "hand-designed": make_hand_designed,
    "CNN and GNN": make_searched,
    "moments": make_of_moments,
    "MPDRM": make_mpdrm,
    "HMHN": make_hmhn,
    "DJ-LDML": make_dj_ldml,
}


def exported(model: object, out: Path) -> OnnxExport:
    made = export_onnx(model, out)  # type: ignore[arg-type]
    assert made.checked == 100
    assert 0 <= made.difference <= TOLERANCE
    assert out.stat().st_size == made.bytes
    return made


@pytest.mark.parametrize("name", TOYS)
def test_cases_are_100_in_all_and_the_graph_itself_says_what_the_model_says(name: str) -> None:
    graph = graph_of(TOYS[name]())
    seen, ones = 0, False
    for case in graph.cases():
        first = next(iter(case.inputs.values()))
        present = case.inputs.get("present")
        seen += int(present.sum()) if present is not None else len(first)
        ones = ones or 1 in first.shape[:2]
        with torch.inference_mode():
            said = graph(*(torch.from_numpy(case.inputs[port.name]) for port in graph.inputs))
        for port, found in zip(graph.outputs, said, strict=True):
            expected = np.asarray(case.expected[port.name], dtype=np.float64)
            asked = ~np.isnan(expected)
            assert found.shape == expected.shape, port.name
            assert np.abs(found.double().numpy() - expected)[asked].max() < TOLERANCE, port.name
    assert seen == CHECKED
    assert ones


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    model = make_dj_ldml()
    exported(model, tmp_path / "m.onnx")
    proto = onnx.load(tmp_path / "m.onnx")
    said = {prop.key: prop.value for prop in proto.metadata_props}
    assert said["lineament.notice"].startswith("Research use only.")
    assert "simulated" in said["lineament.simulated"]
    assert said["lineament.model"] == "clips"
    assert json.loads(said["lineament.card"])["limits"] == ["Simulated only."]
    (port,) = json.loads(said["lineament.inputs"])
    assert port["shape"] == ["clips", 8, 32, 32, 3]
    assert [size.dim_param or size.dim_value for size in proto.graph.input[0].type.tensor_type.shape.dim] == port[
        "shape"
    ]
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    clips = np.random.default_rng(5).integers(0, 256, (3, 8, 32, 32, 3), dtype=np.uint8)
    scores = session.run(["clip_scores"], {"clips": clips})[0]
    assert scores == pytest.approx(model.score_clips(clips)[0], abs=TOLERANCE)


def test_a_file_that_says_something_else_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "_translate", lambda graph, model: b"")
    monkeypatch.setattr(onnx_file, "_differences", lambda content, cases: {"score": 0.2, "regions": 0.0})
    with pytest.raises(ModelError, match=r"score differs from the model's own by 0\.2; it was not kept"):
        export_onnx(make_dj_ldml(), tmp_path / "m.onnx")
    monkeypatch.setattr(onnx_file, "_differences", lambda content, cases: {"score": float("nan")})
    with pytest.raises(ModelError, match="it was not kept"):
        export_onnx(make_dj_ldml(), tmp_path / "m.onnx")
    assert list(tmp_path.glob("*.onnx*")) == []


def test_without_its_packages_it_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxscript", None)
    with pytest.raises(ModelError, match=r"packages that are not installed \(onnxscript\).*pip install"):
        export_onnx(make_dj_ldml(), tmp_path / "m.onnx")


def test_other_kinds_and_a_stop_write_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="of the kind object cannot be exported"):
        export_onnx(object(), tmp_path / "m.onnx")  # type: ignore[arg-type]
    stopped = CancelToken()
    stopped.cancel()
    with pytest.raises(Cancelled):
        export_onnx(make_dj_ldml(), tmp_path / "m.onnx", cancel=stopped)
    assert list(tmp_path.glob("*.onnx*")) == []


def test_every_channel_has_a_unit() -> None:
    units = {unit_of(channel) for channel in CHANNELS}
    assert units == {"intensity 0 to 5", "degrees", "degrees a second", "mm"}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOYS)
def test_a_found_toy_of_every_family_is_exported(name: str, tmp_path: Path) -> None:
    model = TOYS[name]()
    exported(model, tmp_path / "m.onnx")
    if isinstance(model, SearchedModel):  # what tracing leaves in a cache must not come back
        assert np.isfinite(model.estimate(model.encode(make_windows(3)))[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(folder.name for folder in resource_path("models").iterdir()))
def test_shipped_models_are_exported(name: str, tmp_path: Path) -> None:
    exported(load_any(find_model(name).folder), tmp_path / "m.onnx")
