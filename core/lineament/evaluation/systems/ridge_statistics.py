"""Ridge regression on the statistics that Song et al. summarise a session's channels by (`features.statistics`)."""

from lineament.evaluation.systems.plain import PlainControl


class RidgeOnStatistics(PlainControl):
    name = "ridge-statistics"
    title = "ridge on Song's statistics"
    predictor = "session statistics"
