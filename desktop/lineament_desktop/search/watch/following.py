"""What a page looks at by itself while a search runs: the newest curves, the attribute at work, leading families."""

from collections.abc import Mapping

from lineament.search.monitor import Leaning, RunView
from lineament.search.monitor.families import LOSS
from lineament.search.report.history import Losses
from lineament_desktop.search.watch.words import sentence


def newest_losses(view: RunView) -> Losses | None:
    """Of the phase that trained last, what is at work now or, where nothing is, came last; of a finished search, the
    last that were validated."""
    losses = view.history.losses
    if not losses:
        return None
    if view.report is not None:  # of a finished search the supernets say most, the many trainings after them little
        return next((one for one in reversed(losses) if one.validation is not None), losses[-1])
    phase = losses[-1].phase
    attribute = attribute_at_work(view)
    own = [one for one in losses if one.phase == phase and one.title.startswith(attribute)]
    return (own or losses)[-1]


def attribute_at_work(view: RunView) -> str:
    """The last attribute of the warm-up with work under way; "" outside the warm-up."""
    running = [stage for stage in view.stages if stage.state == "running"]
    attributes = [stage.attribute for stage in running if stage.attribute and stage.share > 0]
    return attributes[-1] if attributes and all(stage.attribute for stage in running) else ""


def leading_families(leanings: tuple[Leaning, ...]) -> Mapping[str, str]:
    """Of each attribute the family that was chosen, or that leads by now."""
    found = {}
    for one in leanings:
        last = {family: values[-1] for family, (_, values) in one.lines.items() if values}
        if one.chosen:
            found[one.attribute] = one.chosen
        elif last:
            best = min if one.source == LOSS else max
            found[one.attribute] = best(last, key=lambda family: last[family])
    return found


def losses_title(losses: Losses) -> str:
    """ "Warm-up: gaze, CNN"."""
    return f"{sentence(losses.phase)}: {losses.title}"
