"""What operations, representations and graphs are called in drawings and texts, and what each does in a sentence."""

from types import MappingProxyType

LABELS = MappingProxyType(
    {
        "none": "none",
        "skip": "skip",
        "conv1": "conv 1",
        "conv3": "conv 3",
        "conv5": "conv 5",
        "conv7": "conv 7",
        "dil3": "dilated 3",
        "dil5": "dilated 5",
        "sep3": "separable 3",
        "sep5": "separable 5",
        "glu3": "gated 3",
        "glu5": "gated 5",
        "avg3": "mean 3",
        "max3": "max 3",
        "mlp": "MLP",
        "gcn": "GCN",
        "sage": "SAGE",
        "gin": "GIN",
        "gat": "GAT",
        "virtual": "virtual node",
        "sum": "sum",
        "glu": "gated linear",
        "concat": "concat",
        "attention": "attention",
        "series": "time series",
        "amplitude": "amplitude spectrum",
        "phase": "complex spectrum",
        "full": "full graph",
        "anatomical": "anatomical graph",
        "correlation": "correlation graph",
        "cnn": "CNN",
        "gnn": "GNN",
        "moments": "moments",
        "raw": "channels as they are",
        "detrended": "fast part of channels",
        "rises": "rises of channels",
        "detrended and rises": "fast part and rises",
        "own": "with each other",
        "face": "with the whole face",
        "now": "at once",
        "short": "up to 0.2 s",
        "long": "up to 0.8 s",
    }
)

SENTENCES = MappingProxyType(
    {
        "none": "no connection",
        "skip": "features as they are; in the fusion cell the left token alone",
        "conv1": "each time step by itself, all channels",
        "conv3": "a convolution over 3 neighbouring steps",
        "conv5": "a convolution over 5 neighbouring steps",
        "conv7": "a convolution over 7 neighbouring steps",
        "dil3": "a convolution over 3 steps two apart",
        "dil5": "a convolution over 5 steps two apart",
        "sep3": "along 3 steps channel by channel, then across channels",
        "sep5": "along 5 steps channel by channel, then across channels",
        "glu3": "one filter over 3 steps where another opens it",
        "glu5": "one filter over 5 steps where another opens it",
        "avg3": "the mean of 3 neighbouring steps",
        "max3": "the largest of 3 neighbouring steps",
        "mlp": "each node by itself",
        "gcn": "graph convolution, Kipf and Welling 2017",
        "sage": "the node and the mean of its neighbours, Hamilton et al. 2017",
        "gin": "graph isomorphism network, Xu et al. 2019",
        "gat": "graph attention, Velickovic et al. 2018",
        "virtual": "the strongest response of any node, sent to all",
        "raw": "correlations of the channels themselves",
        "detrended": "correlations of channels less their mean over 2.6 s",
        "rises": "correlations of how fast channels rise over 0.4 s",
        "detrended and rises": "correlations of channels less their mean over 2.6 s, and of how fast they rise",
        "own": "the attribute's channels with each other",
        "face": "the attribute's channels with each other and with those of all other attributes",
        "now": "which channels go together at the same moment",
        "short": "which channels go together, and which follow another 0.2 s later",
        "long": "which channels go together, and which follow another 0.2 to 0.8 s later",
        "sum": "left plus right",
        "glu": "one half of a linear layer over both opens and closes the other",
        "concat": "one rectified layer over both",
        "attention": "the left token asks, both answer",
    }
)


def label(name: str) -> str:
    """What a drawing writes for an operation; names nobody described stand for themselves."""
    return LABELS.get(name, name)


def sentence(name: str) -> str:
    """What hovering over it says."""
    return f"{name}: {SENTENCES[name]}" if name in SENTENCES else name
