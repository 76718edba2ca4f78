"""Drawings of architectures: well-formed, complete, inside their frame, readable in both themes."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from lineament.errors import ModelError
from lineament.models.architecture.drawing import extractor_svg, supernet_svg, to_dot, to_svg, to_text
from lineament.models.architecture.drawing.canvas import Canvas, text_width
from lineament.models.architecture.drawing.palette import DARK, LIGHT, Palette, palette
from lineament.models.architecture.drawing.words import LABELS, SENTENCES, label
from lineament.models.architecture.facial_space import ATTRIBUTES, facial_space
from lineament.models.architecture.registry import FUSION, GRAPH, REPRESENTATION, TEMPORAL
from lineament.models.architecture.space import Edge, Genotype, SearchSpace

SVG = "{http://www.w3.org/2000/svg}"
SPACE = facial_space()


def drawn(count: int = 6) -> list[Genotype]:
    rng = np.random.default_rng(3)
    return [SPACE.random(rng) for _ in range(count)]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("theme", ["light", "dark", "page"])
def test_a_drawing_names_every_choice(theme: str) -> None:
    for genotype in drawn():
        said = texts(to_svg(genotype, theme))
        for edge, choice in genotype.choices:
            if edge.endswith((".graph", ".input")):
                continue
            if edge.endswith((".left", ".right")):
                continue  # drawn as a line
            assert label(choice) in said, (edge, choice)
        assert {"Action units", "Gaze", "Head pose", "Landmarks", "score"} <= set(said)


def boxes(svg: str) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right, bottom and content of every upright text, moved by the groups it lies in."""
    found = []

    def walk(element: ElementTree.Element, x: float, y: float) -> None:
        moved = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        if element.tag == f"{SVG}text" and not element.get("transform"):
            size, text = float(element.get("font-size", 0)), element.text or ""
            width = 0.9 * text_width(text, size, element.get("font-weight") == "600")
            left = (
                x
                + float(element.get("x", 0))
                - {"start": 0, "middle": width / 2, "end": width}[element.get("text-anchor", "start")]
            )
            base = y + float(element.get("y", 0))
            found.append((left, base - 0.75 * size, left + width, base + 0.2 * size, text))
        for child in element:
            walk(child, x, y)

    walk(ElementTree.fromstring(svg), 0.0, 0.0)
    return found


@pytest.mark.parametrize("which", ["whole", "one attribute", "cell", "supernet"])
def test_no_text_leaves_the_frame_or_lies_on_another(which: str) -> None:
    rng = np.random.default_rng(9)
    for genotype in drawn():
        if which == "whole":
            svg = to_svg(genotype)
        elif which == "one attribute":
            svg = to_svg(facial_space(["landmarks"]).random(rng))
        elif which == "cell":
            svg = extractor_svg(genotype, "head pose")
        else:
            svg = supernet_svg(SPACE, {edge.name: rng.dirichlet([0.4] * len(edge.candidates)) for edge in SPACE.edges})
        root = ElementTree.fromstring(svg)
        width, height = float(root.get("width", 0)), float(root.get("height", 0))
        placed = boxes(svg)
        assert len(placed) > 6
        for left, top, right, bottom, text in placed:
            assert left >= 0, text
            assert top >= 0, text
            assert right <= width, text
            assert bottom <= height, text
        for one, other in combinations(placed, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one[4], other[4])


def test_a_cell_alone_is_that_attributes() -> None:
    genotype = drawn(1)[0]
    said = texts(extractor_svg(genotype, "gaze"))
    assert "Gaze" in said
    assert "Head pose" not in said
    with pytest.raises(ModelError, match="no extractor for voice"):
        extractor_svg(genotype, "voice")


def test_what_is_not_a_facial_architecture_cannot_be_drawn() -> None:
    other = SearchSpace("chain", (Edge("0-1", ("skip",)),)).genotype({"0-1": "skip"})
    for draw in (to_svg, to_text, to_dot):
        with pytest.raises(ModelError, match="no extractors of facial attributes"):
            draw(other)


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(ModelError, match="light, dark, page"):
        to_svg(drawn(1)[0], "sepia")


def test_drawings_load_nothing_and_take_the_pages_colours() -> None:
    for svg in (to_svg(drawn(1)[0], "page"), supernet_svg(SPACE, {}, "page")):
        assert not re.search(r"#[0-9a-fA-F]{6}", svg)
        assert not re.search(r"(href|<script|<image|url\()", svg)
        named = set(re.findall(r"var\((--[\w-]+)\)", svg))
        assert named <= set(re.findall(r"(--[\w-]+):", LIGHT.css()))
    assert re.findall(r"(--[\w-]+):", LIGHT.css()) == re.findall(r"(--[\w-]+):", DARK.css())


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two "#RRGGBB" colours."""

    def luminance(colour: str) -> float:
        values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_have_contrast_four_and_a_half_and_lines_three(colours: Palette) -> None:
    for ground in (colours.surface, colours.background):
        for word in (colours.text, colours.muted, colours.alarm, *colours.words.values()):
            assert contrast(word, ground) >= 4.5
        for line in (colours.accent, *colours.lines.values(), *colours.series):
            assert contrast(line, ground) >= 3.0
    assert contrast(colours.text, colours.raised) >= 4.5
    assert palette("page").line_of("gaze") == "var(--line-gaze)"
    assert colours.line_of("node 1") == colours.muted


def test_every_operation_has_a_label_and_a_sentence() -> None:
    for registry in (TEMPORAL, GRAPH, FUSION):
        assert set(registry) <= set(LABELS)
        assert set(registry) <= set(SENTENCES)
    assert set(REPRESENTATION) <= set(LABELS)
    assert label("of tomorrow") == "of tomorrow"


def test_ribbons_are_as_wide_as_operations_weigh() -> None:
    space = facial_space(["gaze"], ["cnn"])
    weights = {"gaze.cnn.0-1": [0.7, *[0.3 / 9] * 9]}
    rectangles = ElementTree.fromstring(supernet_svg(space, weights)).iter(f"{SVG}rect")
    heights = {}
    for rectangle in rectangles:
        title = rectangle.find(f"{SVG}title")
        if title is not None and title.text:
            heights.setdefault(title.text, float(rectangle.get("height", 0)))
    first = label(space.edge("gaze.cnn.0-1").candidates[0])
    wide, narrow = heights[f"{first} 0.70"], heights["dilated 3 0.03"]
    assert (wide + 1) / (narrow + 1) == pytest.approx(0.7 / 0.03, rel=0.15)
    even = supernet_svg(space, {})
    assert "0.33" in texts(even)


def test_text_says_both_ways_through_a_cell() -> None:
    space = facial_space(["gaze", "head pose"])
    genotype = space.genotype(
        {"gaze.family": "cnn", "gaze.cnn.input": "phase", "gaze.cnn.0-1": "conv3", "gaze.cnn.0-2": "skip"}
        | {"gaze.cnn.1-2": "none", "head pose.family": "gnn", "head pose.gnn.input": "series"}
        | {"head pose.gnn.graph": "full", "head pose.gnn.0-1": "gat", "head pose.gnn.0-2": "sage"}
        | {"head pose.gnn.1-2": "virtual", "fusion.node 1.left": "gaze", "fusion.node 1.right": "head pose"}
        | {"fusion.node 1.operation": "glu", "fusion.node 2.left": "node 1", "fusion.node 2.right": "gaze"}
        | {"fusion.node 2.operation": "skip"}
    )
    assert to_text(genotype).splitlines() == [
        "gaze          CNN on complex spectrum",
        "              0 --conv 3--> 1 --none--> 2",
        "              0 --skip----------------> 2",
        "head pose     GNN on time series, full graph",
        "              0 --GAT--> 1 --virtual node--> 2",
        "              0 --SAGE---------------------> 2",
        "fusion node 1 gated linear of gaze and head pose",
        "fusion node 2 skip of node 1 and gaze",
    ]


def test_dot_has_a_cluster_for_every_attribute_and_all_edges() -> None:
    genotype = drawn(1)[0]
    dot = to_dot(genotype)
    assert dot.count("{") == dot.count("}")
    assert dot.count('"') % 2 == 0
    for attribute in ATTRIBUTES:
        assert f'subgraph "cluster {attribute}"' in dot
        assert f'"{attribute} token" -> "sum"' in dot
    cells = sum(genotype[f"{attribute}.family"] != "moments" for attribute in ATTRIBUTES)
    assert dot.count("->") == 5 * cells + (4 - cells) + 4 + 2 * 3 + 1


def test_whatever_is_written_is_escaped() -> None:
    canvas = Canvas(10, 10, 'a "label" & more')
    canvas.text(1, 1, "<b> & 'c'", fill="#000000")
    canvas.rectangle(0, 0, 5, 5, title="<script>")
    root = ElementTree.fromstring(canvas.to_svg("#FFFFFF"))
    assert root.get("aria-label") == 'a "label" & more'
    assert [element.text for element in root.iter(f"{SVG}text")] == ["<b> & 'c'"]
