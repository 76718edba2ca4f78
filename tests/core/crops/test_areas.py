"""Named parts of the face: where they lie in a crop, and which cells of a map are theirs."""

import numpy as np
import pytest

from lineament.crops.alignment import to_crop
from lineament.crops.areas import AREAS, MARGIN_MM, area_box, cells_of
from lineament.face import LANDMARKS_68, load_template


@pytest.mark.parametrize("name", AREAS)
def test_a_box_holds_its_landmarks_with_a_margin_and_lies_in_the_crop(name: str) -> None:
    left, top, right, bottom = area_box(name)
    points = to_crop(load_template().vertices[LANDMARKS_68][list(AREAS[name])], 190)
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    # 190 pixels for 190 mm: a pixel a millimetre
    assert points[:, 0].min() - 190 * left == pytest.approx(MARGIN_MM if left else points[:, 0].min())
    assert 190 * top == pytest.approx(max(points[:, 1].min() - MARGIN_MM, 0))
    assert 190 * bottom == pytest.approx(min(points[:, 1].max() + MARGIN_MM, 190))


def test_areas_follow_each_other_down_the_face() -> None:
    middles = {name: sum(area_box(name)[1::2]) / 2 for name in AREAS}
    assert middles["brows"] < middles["eyes"] < middles["nose"] < middles["mouth"]


@pytest.mark.parametrize("name", AREAS)
@pytest.mark.parametrize("cells", [1, 7, 14])
def test_cells_are_those_whose_middle_lies_in_the_box(name: str, cells: int) -> None:
    left, top, right, bottom = area_box(name)
    found = cells_of(name, cells)
    for row in range(cells):
        for column in range(cells):
            x, y = (column + 0.5) / cells, (row + 0.5) / cells
            assert found[row, column] == (left <= x <= right and top <= y <= bottom)


def test_both_sides_of_the_face_have_as_many_cells() -> None:
    for name in AREAS:
        np.testing.assert_array_equal(cells_of(name, 7), cells_of(name, 7)[:, ::-1])
    assert not (cells_of("eyes", 7) & cells_of("mouth", 7)).any()
    with pytest.raises(KeyError):
        area_box("ears")
