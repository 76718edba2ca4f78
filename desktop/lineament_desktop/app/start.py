"""From the command line to a window on screen, or to its picture where there is no screen."""

import argparse
import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lineament_desktop.app.faults.session import FaultSession
from lineament_desktop.state.places import log_file, use_folders
from lineament_desktop.state.preferences import AT_START, CACHE_FOLDER, DATA_FOLDER, SCALE, THEME
from lineament_desktop.state.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from lineament_desktop.app.main_window import MainWindow

# Threads that compute hand the interpreter back this soon, so that painting never waits long (seconds).
SWITCH_INTERVAL_S = 0.0005
NO_DISPLAY = "There is no display here: Lineament does the same job offscreen and saves what the window shows."


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window on a file or on the demonstration; `argv` begins with the program's name.

    Returns the exit status.
    """
    asked = _parse(argv if argv is not None else sys.argv)
    settings = Settings()
    complaints = apply_before_qt(settings)
    faults = FaultSession(log_file())
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    if asked.offscreen or not has_display():
        if not asked.offscreen:
            print(NO_DISPLAY, flush=True)  # noqa: T201 - this is the answer to the command
        for sentence in complaints:
            print(sentence, flush=True)  # noqa: T201
        from lineament_desktop.app.offscreen import run_offscreen

        status = run_offscreen(asked.out, asked.file)
        faults.end()
        return status
    from lineament_desktop.app.interrupts import Interrupts

    app = make_application()
    window = open_window(app, asked.file, settings)
    for sentence in complaints:
        window.state.post(sentence, "warning")
    faults.watch(window)
    interrupts = Interrupts(window)
    status = app.exec()
    interrupts.release()
    faults.end()
    return status


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lineament-desktop", description="Review an interview in the window.")
    parser.add_argument("file", nargs="?", type=Path, help="a video, a recording or an OpenFace CSV")
    parser.add_argument("--offscreen", action="store_true", help="without a display: save the window's picture instead")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what --offscreen saves")
    return parser.parse_args(list(argv)[1:])


def apply_before_qt(settings: Settings) -> list[str]:
    """The settings that must be known before anything is written or shown; sentences for what cannot be done."""
    scale = settings.get(SCALE)
    if scale != SCALE.default:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{scale / 100:g}")
    return use_folders({one.variable: settings.get(one) for one in (DATA_FOLDER, CACHE_FOLDER)})


def has_display() -> bool:
    """Whether a window can be shown here."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.startswith(("offscreen", "minimal")):
        return False
    if platform or not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY")) or (bool(os.environ.get("DISPLAY")) and x_server_answers())


def x_server_answers() -> bool:
    """Whether the X server that DISPLAY names is there; Qt aborts the program where it is not."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if display:
        x11.XCloseDisplay(display)
    return bool(display)


def make_application() -> "QApplication":
    from PySide6.QtWidgets import QApplication

    from lineament_desktop.app.collector import MainThreadCollector

    known = QApplication.instance()
    app = known if isinstance(known, QApplication) else QApplication(["lineament"])
    if app.findChild(MainThreadCollector) is None:
        MainThreadCollector(app)
    app.setApplicationName("Lineament")
    app.setApplicationDisplayName("")
    return app


def open_window(app: "QApplication", file: Path | None, settings: Settings | None = None) -> "MainWindow":
    """The window on screen at once; the file, or what the settings say, is opened after the first paint."""
    from PySide6.QtCore import QTimer

    from lineament_desktop.app.main_window import MainWindow
    from lineament_desktop.theme import ThemeChoice, apply_theme

    settings = settings if settings is not None else Settings()
    apply_theme(app, cast(ThemeChoice, settings.get(THEME)))
    window = MainWindow(settings)
    window.show()
    QTimer.singleShot(0, window, lambda: _open_first(window, file))
    return window


def _open_first(window: "MainWindow", file: Path | None) -> None:
    wanted, recent = window.settings.get(AT_START), window.settings.recent()
    if file is not None:
        window.open_path(file)
    elif wanted == "last" and recent:
        window.open_path(recent[0])
    elif wanted == "demonstration":
        window.open_demonstration()
