"""Architectures as text for a terminal, and as DOT for graph programs."""

from lineament.models.architecture.drawing.extractor import ChosenExtractor
from lineament.models.architecture.drawing.whole import require_attributes
from lineament.models.architecture.drawing.words import label
from lineament.models.architecture.facial_space import CELL_EDGES, FUSION_NODES
from lineament.models.architecture.space import Genotype


def to_text(genotype: Genotype) -> str:
    """Each extractor with its two ways from node 0 to node 2, then the fusion cell. Raises `ModelError` as `to_svg`."""
    lines = []
    for attribute in require_attributes(genotype):
        chosen = ChosenExtractor.of(genotype, attribute)
        lines.append(f"{attribute:14}{label(chosen.family)} on {chosen.summary().replace(' · ', ', ')}")
        if not set(CELL_EDGES) <= set(chosen.operations):
            lines += [f"{'':14}{edge}: {label(choice)}" for edge, choice in chosen.operations.items()]
            continue
        through = f"0 --{label(chosen.operations['0-1'])}--> 1 --{label(chosen.operations['1-2'])}--> 2"
        past = f"0 --{label(chosen.operations['0-2'])}"
        lines += [f"{'':14}{through}", f"{'':14}{past.ljust(len(through) - 4, '-')}-> 2"]
    for node in FUSION_NODES:
        operation = genotype.get(f"fusion.{node}.operation")
        if operation is not None:
            joined = " and ".join(genotype[f"fusion.{node}.{side}"] for side in ("left", "right"))
            lines.append(f"fusion {node:7}{label(operation)} of {joined}")
    return "\n".join(lines)


def to_dot(genotype: Genotype) -> str:
    """The architecture in the DOT language, one cluster for each extractor. Raises `ModelError` as `to_svg`."""
    attributes = require_attributes(genotype)
    lines = ["digraph architecture {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    for attribute in attributes:
        lines += _cluster(ChosenExtractor.of(genotype, attribute))
    lines += [f'  "{attribute} token" -> "sum";' for attribute in attributes]
    for node in FUSION_NODES:
        operation = genotype.get(f"fusion.{node}.operation")
        if operation is None:
            continue
        lines.append(f'  "{node}" [label="{label(operation)}\\n{node}"];')
        for side in ("left", "right"):
            source = genotype[f"fusion.{node}.{side}"]
            start = source if source in FUSION_NODES else f"{source} token"
            lines.append(f'  "{start}" -> "{node}" [label="{side}"];')
        lines.append(f'  "{node}" -> "sum";')
    return "\n".join([*lines, '  "sum" -> "score";', "}"]) + "\n"


def _cluster(chosen: ChosenExtractor) -> list[str]:
    name = chosen.attribute
    inside = [f'"{name} enters" [label="{chosen.enters}"];']
    if set(CELL_EDGES) <= set(chosen.operations):
        inside += [f'"{name} {number}" [label="{number}", shape=circle];' for number in range(3)]
        inside.append(f'"{name} enters" -> "{name} 0";')
        for edge in CELL_EDGES:
            start, end = edge.split("-")
            operation = chosen.operations[edge]
            style = ", style=dashed" if operation == "none" else ""
            inside.append(f'"{name} {start}" -> "{name} {end}" [label="{label(operation)}"{style}];')
        inside.append(f'"{name} 2" -> "{name} token";')
    else:
        choices = [f"{edge}: {label(choice)}" for edge, choice in chosen.operations.items()]
        inside.append(f'"{name} enters" -> "{name} token" [label="{", ".join(choices)}"];')
    title = f"{name}: {label(chosen.family)}" + (f", {label(chosen.graph)}" if chosen.graph else "")
    head = [f'  subgraph "cluster {name}" {{', f'    label="{title}";']
    return [*head, *(f"    {line}" for line in inside), "  }"]
