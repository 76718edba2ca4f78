"""Ridge regression on every channel's mean over a session."""

from lineament.evaluation.systems.plain import PlainControl


class RidgeOnMeans(PlainControl):
    name = "ridge-means"
    title = "ridge on channel means"
    predictor = "channel means"
