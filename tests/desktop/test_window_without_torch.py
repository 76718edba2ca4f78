"""What the window imports before it is on screen: nothing that takes seconds."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.clock

PROBE = """
import sys

import pytest
import pytest
from lineament_desktop.app.start import make_application
from lineament_desktop.app.main_window import MainWindow
app = make_application()
window = MainWindow()
window.show()
app.processEvents()
window.show_model_card()
app.processEvents()
heavy = [name for name in ("torch", "mediapipe", "sklearn", "safetensors", "optuna", "mapie") if name in sys.modules]
print("heavy:", *heavy)
window.close()
"""


def test_a_window_and_a_model_card_need_no_torch() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip().splitlines()[-1] == "heavy:"
