"""The Search workspace as a program of its own, to be killed: `start SETTINGS` or `resume`; it ends with the search."""

import sys
from dataclasses import fields
from pathlib import Path

from PySide6.QtCore import QTimer

from lineament_desktop.app.pages import Context
from lineament_desktop.app.start import make_application
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.search.workspace import SearchWorkspace
from lineament_desktop.state import ReviewState
from lineament_desktop.state.settings import Settings


def main() -> int:
    app = make_application()
    others = {one.name: lambda *_: None for one in fields(Context)}
    context = {**others, "review": ReviewState(), "settings": Settings(), "core": Core()}
    workspace = SearchWorkspace(Context(**context))  # type: ignore[arg-type]
    workspace.show()
    workspace.jobs.told.connect(lambda text, severity: print(severity, text, flush=True))  # noqa: T201
    workspace.jobs.ended.connect(lambda task: QTimer.singleShot(0, app.quit))

    def begin() -> None:
        if sys.argv[1] == "start":
            workspace.setup.presets.open_file(Path(sys.argv[2]))
            workspace.setup.ask_start()
        else:
            workspace.runs.list.item(0).setSelected(True)
            workspace.bar.resume.click()

    QTimer.singleShot(0, begin)
    status = app.exec()
    workspace.close_page()
    return status


if __name__ == "__main__":
    sys.exit(main())
