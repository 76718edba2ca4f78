"""The default search space: a CNN cell, a GNN cell and delayed moments for every facial attribute, and the fusion cell.

Per attribute: the family, the representation that enters, the graph of the GNN, and three edges a cell (0 -> 1, 0 -> 2,
1 -> 2). The fusion cell has two nodes; each picks two inputs and what joins them. "none" is left out where it would
close the only way through a cell. Sizes and candidates are our choice, for cohorts of about a hundred persons.
"""

from collections.abc import Sequence

from lineament.models.architecture.space import Edge, SearchSpace

ATTRIBUTES = ("action units", "gaze", "head pose", "landmarks")
FAMILIES = ("cnn", "gnn", "moments")
REPRESENTATIONS = ("series", "amplitude", "phase")
GRAPHS = ("full", "anatomical", "correlation")
TEMPORAL_OPERATIONS = ("none", "skip", "conv1", "conv3", "conv5", "dil3", "dil5", "sep5", "glu5", "avg3", "max3")
GRAPH_OPERATIONS = ("none", "skip", "mlp", "gcn", "sage", "gin", "gat", "virtual")
MOMENTS_SIGNALS = ("raw", "detrended", "rises", "detrended and rises")
MOMENTS_PARTNERS = ("own", "face")
MOMENTS_DELAYS = ("none", "now", "short", "long")
FUSION_OPERATIONS = ("skip", "sum", "glu", "concat", "attention")
CELL_EDGES = ("0-1", "0-2", "1-2")
FUSION_NODES = ("node 1", "node 2")
NOT_PARAMETRIC = ("none", "skip", "avg3", "max3", "sum")
"""Operations without weights of their own; pruning always keeps another beside them."""


def facial_space(attributes: Sequence[str] = ATTRIBUTES, families: Sequence[str] = FAMILIES) -> SearchSpace:
    """The space for some of the attributes; with one attribute there is nothing to fuse and no fusion cell."""
    partners = MOMENTS_PARTNERS if len(attributes) > 1 else MOMENTS_PARTNERS[:1]
    edges = [edge for name in attributes for edge in extractor_edges(name, families, partners)]
    if len(attributes) > 1:
        edges += fusion_edges(attributes)
    return SearchSpace("facial attributes", tuple(edges))


def extractor_edges(
    attribute: str, families: Sequence[str] = FAMILIES, partners: Sequence[str] = MOMENTS_PARTNERS
) -> list[Edge]:
    """All choices of one attribute's extractor. partners: an attribute alone has no others to go together with."""
    edges = [Edge(f"{attribute}.family", tuple(families))]
    if "cnn" in families:
        there = (f"{attribute}.family", "cnn")
        edges.append(Edge(f"{attribute}.cnn.input", REPRESENTATIONS, there))
        edges += [Edge(f"{attribute}.cnn.{e}", _open(TEMPORAL_OPERATIONS, e), there) for e in CELL_EDGES]
    if "gnn" in families:
        there = (f"{attribute}.family", "gnn")
        # The 68 landmarks come as spectra of their movement: their series would be 136 channels a window.
        inputs = ("amplitude",) if attribute == "landmarks" else REPRESENTATIONS
        edges.append(Edge(f"{attribute}.gnn.input", inputs, there))
        edges.append(Edge(f"{attribute}.gnn.graph", GRAPHS, there))
        edges += [Edge(f"{attribute}.gnn.{e}", _open(GRAPH_OPERATIONS, e), there) for e in CELL_EDGES]
    if "moments" in families:
        there = (f"{attribute}.family", "moments")
        edges.append(Edge(f"{attribute}.moments.signal", MOMENTS_SIGNALS, there))
        edges.append(Edge(f"{attribute}.moments.partners", tuple(partners), there))
        edges.append(Edge(f"{attribute}.moments.delays", MOMENTS_DELAYS, there))
    return edges


def fusion_edges(attributes: Sequence[str]) -> list[Edge]:
    """The two nodes of the fusion cell; the second may also take the first."""
    edges = []
    inputs = tuple(attributes)
    for node in FUSION_NODES:
        edges.append(Edge(f"fusion.{node}.left", inputs))
        edges.append(Edge(f"fusion.{node}.right", inputs))
        edges.append(Edge(f"fusion.{node}.operation", FUSION_OPERATIONS))
        inputs = (*inputs, node)
    return edges


def _open(operations: tuple[str, ...], edge: str) -> tuple[str, ...]:
    """Edge 1-2 may be closed (the cell then has one path); 0-1 and 0-2 may not, or the cell could be empty."""
    return operations if edge == "1-2" else tuple(name for name in operations if name != "none")
