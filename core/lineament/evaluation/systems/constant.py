"""The mean score of whoever is learnt from, said of everybody."""

from lineament.evaluation.systems.plain import PlainControl


class Constant(PlainControl):
    name = "constant"
    title = "constant (mean of train)"
    predictor = "constant"
    ranks = False
