"""Between decoding and the window: opens videos in the background, hands frames to the window's thread."""

import threading
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, Signal

from lineament.errors import VideoError
from lineament.video import Frame, FrameServer

_PATIENCE_S = 5.0


class FrameFeed(QObject):
    """One open video at a time. Signals arrive in the window's thread, and only for the newest `open`.

    A video that cannot be opened leaves the present one as it is.
    """

    opened = Signal(Path, object)  # path, FrameServer: already adopted
    failed = Signal(str)  # could not be opened: one sentence for the user
    arrived = Signal(object)  # Frame
    damaged = Signal(str)  # the frame asked for cannot be decoded: one sentence

    _opened = Signal(int, Path, object)
    _failed = Signal(int, str)
    _arrived = Signal(int, object)
    _broke = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.server: FrameServer | None = None
        self._serving = 0  # ticket of the open video
        self._newest = 0  # ticket of the newest wish
        self._closed = False
        self._openers: list[threading.Thread] = []
        self._opened.connect(self._adopt)
        self._failed.connect(self._refuse)
        self._arrived.connect(self._pass_on)
        self._broke.connect(self._complain)

    def open(self, path: Path) -> None:
        """Open in the background; `opened` or `failed` follows, unless another `open` overtakes it."""
        self._newest += 1
        ticket = self._newest
        self._openers = [thread for thread in self._openers if thread.is_alive()]
        opener = threading.Thread(target=self._open, args=(ticket, path), name="lineament-open", daemon=True)
        self._openers.append(opener)
        opener.start()

    def get(self, frame: int) -> Frame | None:
        """The frame at once where it is ready; else it is asked for and arrives, unless a newer wish overtakes it.

        Raises `RuntimeError` while nothing is open.
        """
        if self.server is None:
            raise RuntimeError("no video is open")
        ready = self.server.get(frame)
        if ready is None:
            self.server.request(frame)
        return ready

    def prefetch(self, direction: int) -> None:
        """Where the picture is going: 1 playing, -1 backward, 0 at rest."""
        if self.server is not None:
            self.server.prefetch(direction)

    def release(self) -> None:
        """Let go of the open video and of any that is being opened; another may be opened later."""
        self._newest += 1
        self._serving = 0
        if self.server is not None:
            self.server.close()
            self.server = None

    def close(self) -> None:
        """Stop decoding; nothing arrives from now on, and no thread of ours is left, unless a drive does not answer."""
        self._closed = True
        deadline = monotonic() + _PATIENCE_S
        for opener in self._openers:
            opener.join(max(deadline - monotonic(), 0.0))
        self.release()

    # The opening thread

    def _open(self, ticket: int, path: Path) -> None:
        def on_frame(frame: Frame) -> None:
            self._arrived.emit(ticket, frame)

        def on_error(error: VideoError) -> None:
            self._broke.emit(ticket, str(error))

        try:
            server = FrameServer(path, on_frame, on_error)
        except VideoError as error:
            self._failed.emit(ticket, str(error))
            return
        if self._closed:
            server.close()
        else:
            self._opened.emit(ticket, path, server)

    # The window's thread

    def _adopt(self, ticket: int, path: Path, server: FrameServer) -> None:
        if self._closed or ticket != self._newest:
            server.close()
            return
        if self.server is not None:
            self.server.close()
        self.server, self._serving = server, ticket
        self.opened.emit(path, server)

    def _refuse(self, ticket: int, sentence: str) -> None:
        if not self._closed and ticket == self._newest:
            self.failed.emit(sentence)

    def _pass_on(self, ticket: int, frame: Frame) -> None:
        if ticket == self._serving:
            self.arrived.emit(frame)

    def _complain(self, ticket: int, sentence: str) -> None:
        if ticket == self._serving:
            self.damaged.emit(sentence)
