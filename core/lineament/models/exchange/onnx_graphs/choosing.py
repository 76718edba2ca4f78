"""Which graph belongs to which model."""

from typing import Any

from lineament.errors import ModelError
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.exchange.onnx_graphs.base import ModelGraph
from lineament.models.exchange.onnx_graphs.crops import DjLdmlGraph, HMHNGraph
from lineament.models.exchange.onnx_graphs.movement import MpdrmGraph
from lineament.models.exchange.onnx_graphs.sessions import HandDesignedGraph, SearchedGraph
from lineament.models.hand_designed import HandDesignedModel
from lineament.models.hmhn.model import HMHNModel
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.searched import SearchedModel

_GRAPHS: tuple[tuple[type, Any], ...] = (
    (HandDesignedModel, HandDesignedGraph),
    (SearchedModel, SearchedGraph),
    (MpdrmModel, MpdrmGraph),
    (HMHNModel, HMHNGraph),
    (DjLdmlModel, DjLdmlGraph),
)


def graph_of(model: object) -> ModelGraph:
    """The model's graph, ready to be exported. Raises `ModelError` for a kind that has none."""
    for kind, graph in _GRAPHS:
        if isinstance(model, kind):
            made: ModelGraph = graph(model).eval()
            return made
    raise ModelError(
        f"models of the kind {type(model).__name__} cannot be exported as ONNX", remedy="Export an archive instead."
    )
