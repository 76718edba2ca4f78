"""Each drawing by itself: what hovering and arrow keys say, what is emphasised, what it costs to paint."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from tests.core.search.monitor.conftest import Folder, event, joint, phase
from tests.desktop.search.watch.conftest import cpu_ms, view_of

from lineament.models.architecture.facial_space import facial_space
from lineament.models.card import Estimate
from lineament.search.monitor import Board, BoardRow, LoadSample, RunView, Stage
from lineament.search.report.history import Curve, EdgeWeights, Losses
from lineament_desktop.search.watch.board_chart import BoardChart
from lineament_desktop.search.watch.cell_graph import CellGraph
from lineament_desktop.search.watch.curve_chart import CurveChart
from lineament_desktop.search.watch.family_chart import FamilyChart
from lineament_desktop.search.watch.heat_map import HeatMap, shades
from lineament_desktop.search.watch.load_chart import LoadChart
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.phase_strip import PhaseStrip
from lineament_desktop.search.watch.words import duration, left_words, size
from lineament_desktop.theme import apply_theme

Show = Callable[[QWidget, int, int], None]
BUDGET_MS = 8.0


@pytest.fixture
def show(qtbot: QtBot, qapp: QApplication) -> Show:
    apply_theme(qapp, "light")

    def shown(widget: QWidget, width: int, height: int) -> None:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()

    return shown


def curve(steps: int, level: float) -> Curve:
    mean = tuple(level / (1 + i / 10) for i in range(steps))
    return Curve(tuple(range(1, steps + 1)), mean, tuple(v - 0.1 for v in mean), tuple(v + 0.2 for v in mean))


def losses(steps: int = 60) -> Losses:
    return Losses("warm-up", "gaze, CNN", 3, curve(steps, 1.0), curve(steps, 1.5))


def edge(steps: int = 40, operations: int = 11) -> EdgeWeights:
    names = (*(f"op{i}" for i in range(operations - 2)), "conv3", "skip")
    weights = np.linspace(0.1, 1.0, steps)[:, None] * np.linspace(0.1, 1.0, operations)[None]
    weights /= weights.sum(axis=1, keepdims=True)
    return EdgeWeights("joint", "supernet", "gaze.cnn.0-1", names, tuple(range(steps)), weights, (0.9,) * steps)


def board(count: int = 14) -> Board:
    rows = [BoardRow("final predictor", "final", Estimate(4.0, 3.5, 4.6), parameters=10, tests=(("constant", ".010"),))]
    rows += [BoardRow(f"control {i}", "control", Estimate(5.0 + i / 10, 4.0, 6.0)) for i in range(count - 3)]
    rows += [BoardRow("mean removals", "candidate", Estimate(5.2, float("nan"), float("nan")), origin="perturbation")]
    return Board("out_of_fold", "Out of fold", (*rows, BoardRow("ridge", "control", None)), 5.0, True)


# Hover and keys


def test_a_curve_says_step_value_spread_unit_and_source(show: Show) -> None:
    chart = CurveChart()
    chart.show_losses(losses())
    show(chart, 400, 200)
    said = chart.text_at(QPoint(390, 100))
    assert said.startswith("Step 60")
    assert "validation 0.217 (0.117 to 0.417)" in said
    assert "Huber loss" in said
    assert "3 runs" in said
    assert "events.jsonl" in said


def test_arrow_keys_walk_through_what_a_drawing_says(show: Show) -> None:
    chart = CurveChart()
    chart.show_losses(losses())
    show(chart, 400, 200)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription().startswith("Step 1 ")
    for _ in range(3):
        QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription().startswith("Step 4 ")
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.keyClick(chart, Qt.Key.Key_PageDown)
    assert chart.accessibleDescription().startswith("Step 13 ")
    for _ in range(9):
        QTest.keyClick(chart, Qt.Key.Key_PageDown)
    assert chart.accessibleDescription().startswith("Step 60")


def test_the_mouse_marks_what_it_is_on(show: Show) -> None:
    chart = BoardChart()
    chart.show_board(board(), "points of PHQ-8")
    show(chart, 500, 330)
    before = chart.grab().toImage()
    QTest.mouseMove(chart, QPoint(250, 30))
    QApplication.processEvents()
    assert chart.accessibleDescription().startswith("final predictor: RMSE 4.00 (3.50 to 4.60) points of PHQ-8")
    assert chart.grab().toImage() != before


def test_a_cell_of_a_heat_map_says_weight_operation_and_phase(show: Show) -> None:
    chart = HeatMap()
    chart.show_edge(edge(), "gaze")
    show(chart, 400, 240)
    said = chart.spots[-1].say()
    assert said.startswith("Step 39  ·  skip 0.165 of 1")
    assert "features as they are" in said
    assert "joint" in said


def test_a_predictor_says_everything_that_is_known_of_it(show: Show) -> None:
    chart = BoardChart()
    chart.show_board(board(), "points of PHQ-8")
    show(chart, 500, 330)
    said = [spot.say() for spot in chart.spots]
    assert "95 % interval over persons" in said[0]
    assert "p against constant .010" in said[0]
    assert "outcome.json" in said[0]
    candidate = next(words for words in said if words.startswith("mean removals"))
    assert "its interval comes with the final folds" in candidate
    assert said[-1].startswith("ridge: measured at the end")


def test_the_strip_says_share_cost_and_time_left(show: Show) -> None:
    strip = PhaseStrip()
    stages = (Stage("warm-up", "gaze", "running", 0.5, 40.0, 20.0, 3.0, 2, 75.0), Stage("joint", "", "waiting", 0.0))
    strip.show_stages(stages)
    show(strip, 600, 60)
    first, second = (spot.say() for spot in strip.spots)
    assert first == (
        "Warm-up of gaze: running, 50 %, 20 of 40 steps of budget, 2 pieces of work, 0:03 of work, about 75 s left"
    )
    assert second == "Joint: not begun"
    assert strip.accessibleDescription() == f"{first}; {second}"


def test_the_load_says_time_and_bytes(show: Show) -> None:
    chart = LoadChart()
    samples = tuple(LoadSample(1000.0 + i, 0.5, 2**30, 2**32, 0.25, 2**28) for i in range(5))
    chart.show_samples(samples)
    show(chart, 400, 70)
    said = chart.spots[-1].say()
    assert "processor 50 %" in said
    assert "of it the search 25 %" in said
    assert "memory 1.0 GiB of 4.0 GiB" in said
    assert "of it the search 256 MiB" in said


def test_every_drawing_has_a_name_and_says_in_words_what_it_shows(show: Show, searched: Folder) -> None:
    view = view_of(searched.path)
    for drawing in drawings_of(view, show):
        assert drawing.accessibleName()
        assert drawing.accessibleDescription(), type(drawing).__name__
        assert drawing.focusPolicy() == Qt.FocusPolicy.StrongFocus


def drawings_of(view: RunView, show: Show) -> list[Painted]:
    curves, cells, chart, families, strip = CurveChart(), CellGraph(), BoardChart(), FamilyChart(), PhaseStrip()
    curves.show_losses(view.history.losses[0])
    cells.show_cells(view.cells)
    chart.show_board(view.boards[0], "points")
    families.show_leanings(view.families)
    strip.show_stages(view.stages)
    made: list[Painted] = [curves, cells, chart, families, strip]
    for drawing in made:
        show(drawing, 800, 400)
    return made


# What is drawn


def test_the_shade_of_a_weight_lies_between_ground_and_colour() -> None:
    image = shades(np.array([[0.0, 0.5], [1.0, 0.5]]), "#FFFFFF", "#000000")
    assert (image.width(), image.height()) == (2, 2)  # steps, operations
    assert [image.pixelColor(x, y).red() for y in (0, 1) for x in (0, 1)] == [255, 0, 128, 128]


def test_a_heat_map_without_any_weight_is_blank() -> None:
    image = shades(np.zeros((3, 2)), "#FFFFFF", "#000000")
    assert image.pixelColor(1, 1).red() == 255


@pytest.mark.parametrize("weight", [0.2, 0.9])
def test_an_edge_is_as_wide_as_its_leading_operation_weighs(show: Show, folder: Folder, weight: float) -> None:
    space = facial_space(("gaze", "head pose"), ("cnn",))
    candidates = space.edge("gaze.cnn.0-2").candidates
    rest = (1 - weight) / (len(candidates) - 1)
    weights = {"gaze.cnn.0-2": dict.fromkeys(candidates, rest) | {"conv3": weight}}
    folder.write(phase(101.0, "joint", 9.0), *joint("j", space, 102.0))
    folder.write(event(110.0, "operation_weights", "j", step=2, edges=weights))
    cells = view_of(folder.path).cells
    graph = CellGraph()
    graph.show_cells(cells, "gaze")
    show(graph, 600, 150)
    image = graph.grab().toImage()
    arc = next(spot for spot in graph.spots if spot.say().startswith("gaze.cnn.0-2"))
    x, middle = round(arc.box.left()) - 20, round(arc.box.top() + 9)
    ground = image.pixelColor(x, 40)
    painted = sum(image.pixelColor(x, y) != ground for y in range(middle - 8, middle + 8))
    assert painted == pytest.approx(0.8 + 3.2 * weight, abs=1.6)
    assert f"{weight:.2f}".lstrip("0") in graph.accessibleDescription()


def test_the_cells_of_one_attribute_are_its_families_the_leading_first(show: Show, searched: Folder) -> None:
    view = view_of(searched.path)
    graph = CellGraph()
    graph.show_cells(view.supernets, "gaze", {"gaze": "moments"})
    assert [cell.family for cell in graph.rows] == ["moments", "cnn"]
    graph.show_cells(view.supernets, "gaze", {"gaze": "moments"}, most=1)
    assert [cell.family for cell in graph.rows] == ["moments"]
    graph.show_cells(view.supernets, "landmarks")
    assert "landmarks" in graph.message


def test_the_board_shows_what_is_pending_as_such_and_no_axis_without_values(show: Show) -> None:
    chart = BoardChart()
    pending = tuple(BoardRow(name, "control", None) for name in ("constant", "ridge"))
    chart.show_board(Board("short list", "Best so far", pending, None, False), "points")
    show(chart, 500, 120)
    assert [spot.say().split(":")[0] for spot in chart.spots] == ["constant", "ridge"]


def test_a_run_of_one_step_and_one_sample_can_be_drawn(show: Show) -> None:
    one = Losses("joint", "supernet", 1, Curve((5,), (1.0,), (1.0,), (1.0,)), None)
    chart, load = CurveChart(), LoadChart()
    chart.show_losses(one)
    load.show_samples((LoadSample(1.0, 0.1, 1, 2),))
    show(chart, 300, 150)
    show(load, 300, 60)
    assert len(chart.spots) == 1


# What it costs


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_no_drawing_of_a_full_run_costs_more_than_its_budget(show: Show, searched: Folder, ratio: float) -> None:
    view = view_of(searched.path)
    curves, heat, chart = CurveChart(), HeatMap(), BoardChart()
    curves.show_losses(losses())
    heat.show_edge(edge(), "gaze")
    chart.show_board(board(), "points of PHQ-8")
    cells, families = CellGraph(), FamilyChart()
    space = facial_space()
    searched.write(phase(300.0, "joint", 9.0), *joint("k", space, 301.0))
    cells.show_cells(view_of(searched.path).cells)
    many = tuple(float(i) for i in range(60))
    lines = {family: (many, tuple(0.5 + i / 100 for i in range(60))) for family in ("cnn", "gnn", "moments")}
    families.show_leanings(tuple(replace(view.families[0], lines=lines) for _ in range(4)))
    for drawing, width, height in ((curves, 560, 280), (heat, 340, 240), (chart, 560, 320), (families, 560, 240)):
        show(drawing, width, height)
    show(cells, 1000, 480)
    for drawing in (curves, heat, chart, families, cells):
        cost = cpu_ms(lambda drawn=drawing: drawn._made(ratio))
        assert cost <= BUDGET_MS, f"{type(drawing).__name__} {cost:.1f} ms"


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.0, "a few seconds left"), (42.0, "about 40 s left"), (600.0, "about 10 min left")]
)
def test_time_left_is_no_more_exact_than_it_can_be(seconds: float, words: str) -> None:
    assert left_words(seconds) == words


def test_times_and_bytes_read_as_people_write_them() -> None:
    assert (duration(5.4), duration(65.0), duration(3725.0)) == ("0:05", "1:05", "1:02:05")
    assert left_words(None) == ""
    assert (size(512), size(3 * 2**20), size(5 * 2**30)) == ("512 B", "3 MiB", "5.0 GiB")
