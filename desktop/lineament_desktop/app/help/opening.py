"""Opens what stands in the menu Help; each is imported when it is first asked for."""

from typing import TYPE_CHECKING

from shiboken6 import Shiboken

if TYPE_CHECKING:
    from lineament_desktop.app.faults.log_window import LogWindow
    from lineament_desktop.app.help.self_test_window import SelfTestWindow
    from lineament_desktop.app.main_window import MainWindow


class HelpOpener:
    """The log and the self-test have one window each, which work goes on beside."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._log: LogWindow | None = None
        self._self_test: SelfTestWindow | None = None

    def show_log(self) -> None:
        from lineament_desktop.app.faults.log_window import LogWindow

        if self._log is None or not Shiboken.isValid(self._log):
            self._log = LogWindow(self._window)
        self._log.show_again()

    def show_about(self) -> None:
        from lineament_desktop.app.help.about import AboutDialog
        from lineament_desktop.app.help.about_facts import gather

        dialog = AboutDialog(gather(self._window.state.model), self._window)
        dialog.notices_button.clicked.connect(dialog.accept)
        dialog.notices_button.clicked.connect(self.show_notices)
        dialog.open()

    def show_notices(self) -> None:
        from lineament_desktop.app.help.notices_window import NoticesWindow

        NoticesWindow(self._window).open()

    def show_self_test(self) -> None:
        from lineament_desktop.app.help.self_test_window import SelfTestWindow

        if self._self_test is None or not Shiboken.isValid(self._self_test):
            self._self_test = SelfTestWindow(self._window)
        self._self_test.show()
        self._self_test.raise_()
        self._self_test.activateWindow()

    def close(self) -> None:
        """The main window goes."""
        for window in (self._log, self._self_test):
            if window is not None and Shiboken.isValid(window):
                window.close()
