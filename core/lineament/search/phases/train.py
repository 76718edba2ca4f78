"""Training one standalone architecture in one fold: what short list, controls, families and black boxes are made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.models.architecture.network import only_weights
from lineament.search.candidates import Candidate
from lineament.search.data import Fold, Part, SearchData
from lineament.search.phases.common import REPORTS, Bench, make_bench, resume, saved_network
from lineament.search.ranking import Evaluated, out_of_fold
from lineament.search.read_out import read_out_of_fold
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit
from lineament.search.stacking import Scaled
from lineament.search.training import EdgeWeights, predict_both, require_number
from lineament.search.work import Work

KIND = "train"
FUNCTION = "lineament.search.phases.train:train_architecture"


def train_unit(
    work: Work,
    candidate: Candidate,
    fold: Fold,
    repeat: int,
    *,
    test: bool = False,
    permuted: int | None = None,
) -> Unit:
    """Train `candidate` in a fold and predict who is held out. test: predict the test sessions too, and keep the
    weights. permuted: shuffle the labels by this seed."""
    part = work.part if permuted is None else work.part.shuffled(permuted)
    settings = {
        **work.network_settings(),
        "part": part.to_json(),
        "fold": fold.to_json(),
        "repeat": repeat,
        "attributes": list(candidate.attributes),
        "genotype": candidate.genotype.to_json(),
        "test": test,
    }
    return Unit(KIND, settings, work.plan.training(len(candidate.attributes), fold.count, test=test))


def train_architecture(
    context: UnitContext, settings: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function. values: parameters, target; arrays: rows int64[n], predictions float64[n] on the scale, and where
    the network was taught behaviour parameters, what it says of them, behaviour float64[n, K] in their own units."""
    bench, weights = bench_of(context, settings)
    training = bench.training
    resume(context, training.load_state_dict)
    while training.step_count < training.steps:
        loss = training.step(weights)
        require_number(loss, training.step_count)
        context.progress(training.step_count, training.steps)
        if training.step_count % max(training.steps // REPORTS, 1) == 0:
            context.emit("losses", step=training.step_count, train=loss)
        context.checkpoint(training.step_count, training.state_dict)
    return trained_result(context, settings, bench, weights)


def bench_of(context: UnitContext, settings: Mapping[str, Any]) -> tuple[Bench, EdgeWeights]:
    """The unit's architecture in its fold, not yet trained, and its operation weights on its device."""
    space = Candidate.from_json({"name": "", "origin": "", **settings}).space
    bench = make_bench(context, settings, space)
    device = bench.training.sessions.device
    return bench, {edge: values.to(device) for edge, values in only_weights(space).items()}


def trained_result(
    context: UnitContext, settings: Mapping[str, Any], bench: Bench, weights: EdgeWeights
) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """The unit's result once its network is trained."""
    training, rows = bench.training, bench.held
    if settings["test"]:
        data = context.data
        assert isinstance(data, SearchData)
        rows = np.concatenate([rows, data.part(Part.from_json(settings["part"])).test])
    training.let_behaviour_have_its_units()
    asked = training.network, weights, training.sessions, rows, training.target
    predictions, behaviour = predict_both(*asked, training.parts)
    parameters = sum(p.numel() for p in training.network.parameters())
    values = {"parameters": parameters, "target": training.target.to_json(), "held": len(bench.held)}
    arrays: dict[str, Array] = {"rows": rows, "predictions": predictions}
    if behaviour.shape[1]:
        arrays["behaviour"] = behaviour
    return values, {**arrays, **saved_network(training.network)} if settings["test"] else arrays


def evaluate(
    work: Work, phase: str, candidates: Sequence[Candidate], folds: Sequence[Fold], repeats: range
) -> list[Evaluated]:
    """Out-of-fold predictions of every candidate with every seed, scaled or read out, in the candidates' order."""
    held, means = [work.places(fold)[1] for fold in folds], work.fold_means(folds, work.scores)
    units = [train_unit(work, c, fold, repeat) for c in candidates for repeat in repeats for fold in folds]
    results = work.units(phase, units)
    seeds = [results[i : i + len(folds)] for i in range(0, len(results), len(folds))]
    evaluated = []
    for i, candidate in enumerate(candidates):
        own = seeds[i * len(repeats) : (i + 1) * len(repeats)]
        parameters = int(own[0][0].values["parameters"])
        predicted: list[npt.NDArray[np.float64]] = []
        for result in own:
            answers, behaviour = out_of_fold(result, work.rows.pool)
            if behaviour is None:
                predicted.append(Scaled.of(answers, means, work.scores, held).held)
            else:
                predicted.append(read_out_of_fold(answers, behaviour, work.scores, work.persons, held))
        evaluated.append(Evaluated(candidate, parameters, np.array(predicted)))
    return evaluated
