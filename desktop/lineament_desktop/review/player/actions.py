"""Everything the player can do, as actions with their keys: for buttons, menus and the list under `?`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from lineament_desktop.review.player.layers import OverlayLayer
from lineament_desktop.state import ReviewState
from lineament_desktop.state.preferences import LONG_SKIP, SKIP, SPEEDS
from lineament_desktop.theme import set_icon

if TYPE_CHECKING:
    from lineament_desktop.review.player.player import ReviewPlayer

PLAYBACK, LAYERS = "Playback", "Layers"
_NEED_VIDEO = ("play", "every_frame", "slower", "faster", "normal_speed", "loop_a", "loop_b")


@dataclass(frozen=True)
class _Spec:
    """One action: `name` is also its key in settings, the first of `keys` the one that menus show."""

    name: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[], object]
    icon: str | None = None


class PlayerActions:
    """All actions by name; they are enabled while a video is open."""

    def __init__(self, player: "ReviewPlayer") -> None:
        self._player = player
        self._state: ReviewState = player.state
        self._by_name: dict[str, QAction] = {}
        for spec in self._specs():
            self._add(spec, PLAYBACK)
        self._skips = (0.0, 0.0)
        self.set_skips(SKIP.default, LONG_SKIP.default)
        for name in ("mute", "every_frame"):
            _make_switch(self[name])
        for layer in player.view.layers:
            self._add_layer(layer)
        self._listen()
        self._follow_all()

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def all(self) -> list[QAction]:
        return list(self._by_name.values())

    def layer(self, name: str) -> QAction:
        return self._by_name[f"layer_{name}"]

    def _specs(self) -> list[_Spec]:
        state, player = self._state, self._player
        return [
            _Spec("play", "Play", ("Space", "K"), player.toggle_playing, "play"),
            _Spec("step_back", "One frame back", ("Left", ","), lambda: state.step(-1), "step-back"),
            _Spec("step_forward", "One frame forward", ("Right", "."), lambda: state.step(1), "step-forward"),
            _Spec("second_back", "Short skip back", ("Shift+Left",), lambda: player.skip(-self._skips[0])),
            _Spec("second_forward", "Short skip forward", ("Shift+Right",), lambda: player.skip(self._skips[0])),
            _Spec("ten_back", "Long skip back", ("Ctrl+Left",), lambda: player.skip(-self._skips[1])),
            _Spec("ten_forward", "Long skip forward", ("Ctrl+Right",), lambda: player.skip(self._skips[1])),
            _Spec("to_start", "To the start", ("Home",), player.to_start, "to-start"),
            _Spec("to_end", "To the end", ("End",), player.to_end, "to-end"),
            _Spec("go_to_time", "Go to time", ("Ctrl+G",), lambda: player.jump_asked.emit("time")),
            _Spec("go_to_frame", "Go to frame", ("Ctrl+Shift+G",), lambda: player.jump_asked.emit("frame")),
            _Spec("slower", "Slower", ("[", "J"), lambda: self._change_speed(-1)),
            _Spec("faster", "Faster", ("]", "L"), lambda: self._change_speed(1)),
            _Spec("normal_speed", "Normal speed", ("Backspace",), lambda: state.set_speed(1.0)),
            _Spec("loop_a", "Loop from here (A)", ("A",), player.set_loop_start, "loop-a"),
            _Spec("loop_b", "Loop to here (B)", ("B",), player.set_loop_end, "loop-b"),
            _Spec("loop_clear", "Clear the loop", ("Shift+A",), player.clear_loop, "loop-clear"),
            _Spec("every_frame", "Show every frame", ("E",), self._toggle_every_frame, "every-frame"),
            _Spec("mute", "Mute", ("M",), lambda: player.set_muted(not player.muted), "volume"),
            _Spec("louder", "Louder", ("Ctrl+Up",), lambda: player.set_volume(player.volume + 0.1)),
            _Spec("quieter", "Quieter", ("Ctrl+Down",), lambda: player.set_volume(player.volume - 0.1)),
        ]

    def _add(self, spec: _Spec, group: str) -> QAction:
        action = QAction(spec.text, self._player)
        action.setObjectName(f"player.{spec.name}")
        action.setProperty("group", group)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.triggered.connect(lambda _checked=False: spec.run())
        action.changed.connect(lambda: _tell(action, str(action.property("more") or "")))  # other keys, perhaps
        if spec.icon is not None:
            set_icon(action, spec.icon)
        _tell(action)
        self._by_name[spec.name] = action
        return action

    def _add_layer(self, layer: OverlayLayer) -> None:
        def toggle() -> None:
            self._state.set_layer(layer.name, not layer.visible)

        spec = _Spec(f"layer_{layer.name}", layer.title, (layer.key,), toggle, layer.icon)
        _make_switch(self._add(spec, LAYERS))

    def set_skips(self, short_s: float, long_s: float) -> None:
        """How far the two skips go, and what their actions are called."""
        self._skips = (short_s, long_s)
        for name, seconds in (("second", short_s), ("ten", long_s)):
            words = "1 second" if seconds == 1 else f"{seconds:g} seconds"
            for way in ("back", "forward"):
                action = self[f"{name}_{way}"]
                action.setText(f"{words[:1].upper()}{words[1:]} {way}")
                _tell(action)

    def _change_speed(self, by: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self._state.speed))
        self._state.set_speed(SPEEDS[min(max(nearest + by, 0), len(SPEEDS) - 1)])

    def _toggle_every_frame(self) -> None:
        self._player.set_every_frame(not self._player.every_frame)

    # Keeping check marks, names and enabled states true

    def _listen(self) -> None:
        state, player = self._state, self._player
        state.video_changed.connect(self._follow_all)
        state.model_changed.connect(self._follow_all)
        state.playing_changed.connect(self._follow_playing)
        state.loop_changed.connect(self._follow_loop)
        state.layers_changed.connect(self._follow_layer)
        state.loop_start_changed.connect(self._follow_loop)
        player.sound_changed.connect(self._follow_sound)
        player.every_frame_changed.connect(self._follow_mode)

    def _follow_all(self) -> None:
        for name, action in self._by_name.items():
            needed = self._state.video if name in _NEED_VIDEO else self._state.index
            action.setEnabled(needed is not None)
        for layer in self._player.view.layers:
            self.layer(layer.name).setEnabled(layer.given is None or self._state.model_gives(layer.given))
            self._follow_layer(layer.name, layer.visible)
        self._follow_playing(self._state.playing)
        self._follow_loop()
        self._follow_mode()
        self._follow_sound()

    def _follow_playing(self, playing: bool) -> None:
        action = self["play"]
        action.setText("Pause" if playing else "Play")
        set_icon(action, "pause" if playing else "play")
        _tell(action)

    def _follow_loop(self) -> None:
        has_loop = self._state.loop is not None or self._state.loop_start_s is not None
        self["loop_clear"].setEnabled(has_loop)

    def _follow_layer(self, name: str, visible: bool) -> None:
        action = self._by_name.get(f"layer_{name}")
        if action is not None:
            action.setChecked(visible)

    def _follow_mode(self) -> None:
        action = self["every_frame"]
        action.setChecked(self._player.every_frame)
        _tell(action, "plays without sound, as slowly as it must")

    def _follow_sound(self) -> None:
        player, action = self._player, self["mute"]
        action.setChecked(player.muted)
        action.setText("Unmute" if player.muted else "Mute")
        set_icon(action, "mute" if player.muted or not player.has_sound else "volume")
        for name in ("mute", "louder", "quieter"):
            self[name].setEnabled(player.has_sound)
        _tell(action, "" if player.has_sound else player.no_sound_reason)


def player_actions(player: "ReviewPlayer") -> list[QAction]:
    """All actions of the player; `action.property("group")` is the menu they belong to, "Playback" or "Layers"."""
    return player.actions.all()


def _make_switch(action: QAction) -> None:
    """On or off; in a menu the drawing would stand where the check mark belongs."""
    action.setCheckable(True)
    action.setIconVisibleInMenu(False)


def _tell(action: QAction, more: str = "") -> None:
    """The tool tip: what it does, its keys, and anything else worth knowing."""
    keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
    words = f"{action.text()} ({keys})" if keys else action.text()
    action.setProperty("more", more)
    action.setToolTip(f"{words}: {more}" if more else words)
