"""What the settings of trainings are for, and their bounds; by dotted name, or by the last part of it."""

from pathlib import Path
from typing import Any, NamedTuple


class Words(NamedTuple):
    """help: as it follows the name. low, high: bounds that are themselves allowed."""

    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


NONE_IS: dict[type, Any] = {float: 0.0, Path: ""}
"""How a setting says that an optional number or file is not given."""

WORDS = {
    "seed": Words("where all random numbers come from", 0, 2**31 - 1),
    "seconds": Words("how much of each session is used", 10, 36_000),
    "networks": Words("networks whose scores are averaged", 1, 100),
    "threads": Words("processor threads of one training", 1, 256),
    "name": Words("what the model is called"),
    "epochs": Words("passes over the training persons, at most", 1, 100_000),
    "patience": Words("passes without a better dev result before the training stops", 1, 100_000),
    "batch": Words("how many of its units a step learns from", 2, 100_000),
    "loop.batch": Words("persons of a step", 2, 100_000),
    "learning_rate": Words("AdamW's rate", 0, 1),
    "backbone_rate": Words("the rate of the backbone", 0, 1),
    "head_rate": Words("the rate of the heads", 0, 1),
    "person_rate": Words(
        "rate of the personal branch in the second phase, as a share of the rest's; 0 holds it", 0, 10
    ),
    "weight_decay": Words("weight decay", 0, 10),
    "momentum": Words("momentum of SGD", 0, 1),
    "optimiser.kind": Words("optimiser", choices=("adamw", "sgd")),
    "warm_up": Words("share of all steps over which the rates rise", 0, 1),
    "clip_norm": Words("longest gradient", 1e-6),
    "dropout": Words("share of features dropped", 0, 0.95),
    "channel_dropout": Words("share of input channels dropped from a window", 0, 0.95),
    "loop.auxiliary": Words("weight of true behaviour parameters, where simulated", 0, 1000),
    "frames": Words("crops of each training video an epoch shows", 1, 100_000),
    "dev_frames": Words("crops of each dev video that are looked at after an epoch", 1, 100_000),
    "together": Words("crops of a video whose mean is held against its score", 1, 100_000),
    "crops": Words("crops of a recording that are scored at most", 1, 100_000),
    "loss": Words("loss of the score"),
    "partition": Words("weight of the heads' partition loss", 0, 1000),
    "affinity": Words("weight of the affinity loss", 0, 1000),
    "video_score": Words("how a recording's score comes from its crops'"),
    "pretrained": Words("file of a ResNet-18's weights to start from; none if empty"),
    "start_from": Words("file of an r3d_18's weights to start from; none if empty"),
    "augmentation.mirror": Words("share of crops that are mirrored", 0, 1),
    "augmentation.shift": Words("largest shift, as a share of the crop's side", 0, 1),
    "augmentation.turn": Words("largest turn, degrees", 0, 180),
    "augmentation.zoom": Words("largest zoom, factor less 1", 0, 0.9),
    "augmentation.brightness": Words("largest change of brightness, factor less 1", 0, 1),
    "augmentation.contrast": Words("largest change of contrast, factor less 1", 0, 1),
    "augmentation.saturation": Words("largest change of saturation, factor less 1", 0, 1),
    "shape.crop": Words("side of the crops, pixels", 32, 512),
    "shape.grids": Words("grids a side in grid-wise attention", 1, 64),
    "shape.gwa_hidden": Words("channels inside grid-wise attention", 1, 4096),
    "shape.gwa_mode": Words("kind of grid-wise attention"),
    "shape.coarse": Words("pixels a side that grid-wise attention pools first", 1, 64),
    "shape.heads": Words("heads of the cross attention", 1, 64),
    "shape.reduction": Words("how far spatial attention narrows the channels", 1, 64),
    "shape.squeeze": Words("how far channel attention narrows the channels", 1, 256),
    "shape.afb": Words("how the heads are fused"),
    "shape.width": Words("channels of the first layers", 1, 4096),
    "shape.token": Words("length of a window's representation", 1, 4096),
    "shape.attention": Words("width of the attention", 1, 4096),
    "shape.stem": Words("channels after the stem", 1, 4096),
    "shape.projection": Words("length of the representation that persons are told apart by", 1, 4096),
    "shape.suppress": Words("whether personal information is taken out"),
    "shape.stem_stride": Words("stride of the first convolution in space", 1, 8),
    "shape.embedding": Words("length of the embedding", 1, 4096),
    "clip.frames": Words("crops of a clip", 2, 256),
    "clip.size": Words("side of the crops, pixels", 32, 512),
    "clip.step_s": Words("seconds between two crops of a clip", 1e-3, 10),
    "clip.tolerance_s": Words("how far from its moment a crop may lie, seconds", 0, 10),
    "clip.every_s": Words("seconds between the starts of clips that are scored", 1e-3, 3600),
    "sigma": Words("width of the label distributions, points; 0 for the usual", 0, 100),
    "videos_per_batch": Words("videos of a batch", 2, 100_000),
    "clips_per_video": Words("clips of each video in a batch", 1, 1000),
    "clips": Words("clips of each training video an epoch shows", 1, 100_000),
    "dev_clips": Words("clips of each dev video that are looked at after an epoch", 1, 100_000),
    "objective.joint": Words("whether the ordinal embedding is learnt beside the label distribution"),
    "objective.histogram_weight": Words("weight of the histogram loss", 0, 1000),
    "objective.expectation_weight": Words("weight of the distance between expectation and score", 0, 1000),
    "objective.histogram.kind": Words("kind of histogram loss", choices=("soft pairs", "ordered histograms")),
    "objective.histogram.tau": Words("points up to which two scores count as alike; 0 for the usual", 0, 100),
    "objective.histogram.nodes": Words("nodes of the histograms", 3, 10_000),
    "objective.histogram.memory": Words("earlier clips that are kept for more pairs", 0, 100_000),
    "loop.person_epochs": Words("passes of the personal branch alone", 0, 100_000),
    "loop.windows": Words("windows of each visit in a step", 1, 1000),
    "loop.temperature": Words("temperature of the contrast of persons", 1e-3, 100),
    "loop.band": Words("points of difference up to which two persons count as alike", 0, 100),
    "loop.contrast": Words("weight of the contrast of persons", 0, 1000),
    "loop.orthogonal": Words("weight of what keeps habit and depression apart", 0, 1000),
    "loop.alignment": Words("weight of the map from habit to depression", 0, 1000),
}
