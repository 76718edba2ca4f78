"""The transport bar: play, step, speed, loop, sound, time and frame, overlay layers."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSlider, QToolButton, QWidget

from lineament_desktop.review.player.extent import duration_s
from lineament_desktop.review.player.flow_layout import FlowLayout
from lineament_desktop.review.player.layers import OverlayLayer
from lineament_desktop.review.player.player import ReviewPlayer
from lineament_desktop.review.player.timecode import format_time, parse_frame, parse_time
from lineament_desktop.state import Playhead
from lineament_desktop.state.preferences import SPEEDS

_ICON = QSize(20, 20)


class TransportBar(QWidget):
    """Groups of controls in one row, or in more where the window is narrow. It only commands the state."""

    def __init__(self, player: ReviewPlayer, last: QWidget | None = None) -> None:
        """last: a widget that stands after the controls, in the rest of their row or in a new one."""
        super().__init__()
        self._player, self._state = player, player.state
        self.setObjectName("transportBar")
        self.setAccessibleName("Playback controls")
        self.time_edit = JumpEdit("Time")
        self.frame_edit = JumpEdit("Frame")
        self.total_label = QLabel()
        self.speed_box = SpeedBox()
        self.volume_slider = _volume_slider()
        self._lay_out(last)
        self._listen()
        self._take_video()
        self._take_speed(self._state.speed)
        self._take_sound()
        self._take_keys()

    # Building

    def _lay_out(self, last: QWidget | None) -> None:
        flow = FlowLayout(self, gap=12, row_gap=0)
        flow.setContentsMargins(4, 2, 4, 2)
        for group in (
            self._buttons("to_start", "step_back", "play", "step_forward", "to_end"),
            self._place_group(),
            self._speed_group(),
            self._buttons("loop_a", "loop_b", "loop_clear"),
            self._sound_group(),
            self._layer_group(),
        ):
            flow.addWidget(group)
        if last is not None:
            flow.addWidget(last)

    def _buttons(self, *names: str) -> QWidget:
        return _row(*(TransportButton(self._player.actions[name]) for name in names))

    def _speed_group(self) -> QWidget:
        return _row(self.speed_box, TransportButton(self._player.actions["every_frame"]))

    def _sound_group(self) -> QWidget:
        return _row(TransportButton(self._player.actions["mute"]), self.volume_slider)

    def _layer_group(self) -> QWidget:
        buttons = {layer.name: TransportButton(self._player.actions.layer(layer.name)) for layer in self._layers()}
        group = _row(*buttons.values())
        group.setAccessibleName("Overlay layers")
        self._layer_buttons = buttons
        self._show_layers_given()
        return group

    def _layers(self) -> tuple[OverlayLayer, ...]:
        return self._player.view.layers

    def _show_layers_given(self, _: object = None) -> None:
        """A layer that the model in use gives nothing for has no button."""
        for layer in self._layers():
            if layer.given is not None and layer.name in self._layer_buttons:
                self._layer_buttons[layer.name].setVisible(self._state.model_gives(layer.given))

    def _place_group(self) -> QWidget:
        self.total_label.setObjectName("muted")
        frame_label = QLabel("frame")
        frame_label.setObjectName("muted")
        return _row(self.time_edit, self.total_label, frame_label, self.frame_edit, gap=6)

    # Following and commanding the state

    def _listen(self) -> None:
        state = self._state
        state.video_changed.connect(self._take_video)
        state.model_changed.connect(self._show_layers_given)
        state.playhead_changed.connect(self._take_playhead)
        state.speed_changed.connect(self._take_speed)
        self._player.sound_changed.connect(self._take_sound)
        self._player.jump_asked.connect(self._begin_jump)
        state.keys_changed.connect(self._take_keys)
        self.speed_box.activated.connect(lambda row: state.set_speed(SPEEDS[row]))
        self.volume_slider.valueChanged.connect(lambda percent: self._player.set_volume(percent / 100))
        self.time_edit.entered.connect(self._go_to_time)
        self.frame_edit.entered.connect(self._go_to_frame)

    def _take_video(self) -> None:
        index = self._state.index
        for edit in (self.time_edit, self.frame_edit):
            edit.setEnabled(index is not None)
        self.speed_box.setEnabled(self._state.video is not None)
        total = format_time(duration_s(self._state))
        self.total_label.setText(f"/ {total}")
        self.time_edit.fit(total)
        self.frame_edit.fit(str(len(index) if index is not None else 0))
        if self._state.playhead is None:
            self.time_edit.show_value(format_time(0.0))
            self.frame_edit.show_value("0")

    def _take_playhead(self, playhead: Playhead) -> None:
        self.time_edit.show_value(format_time(playhead.time_s))
        self.frame_edit.show_value(str(playhead.frame))

    def _take_speed(self, speed: float) -> None:
        if speed in SPEEDS:
            self.speed_box.setCurrentIndex(SPEEDS.index(speed))
        else:
            self.speed_box.setCurrentIndex(-1)

    def _take_sound(self) -> None:
        self.volume_slider.setVisible(self._player.has_sound)
        self.volume_slider.blockSignals(True)
        self.volume_slider.setValue(round(self._player.volume * 100))
        self.volume_slider.blockSignals(False)

    def _take_keys(self) -> None:
        """What can be typed instead stands in the tool tips."""
        for widget, words, actions in (
            (self.time_edit, "Type a time to go there", ("go_to_time",)),
            (self.frame_edit, "Type a frame to go there", ("go_to_frame",)),
            (self.volume_slider, "Volume", ("louder", "quieter")),
            (self.speed_box, "Speed", ("slower", "faster", "normal_speed")),
        ):
            widget.setToolTip(f"{words}{self._keys_in_words(actions)}")

    def _keys_in_words(self, actions: tuple[str, ...]) -> str:
        named = [(self._player.actions[name].text().lower(), self._player.actions[name].shortcut()) for name in actions]
        keys = [(words, key.toString(key.SequenceFormat.NativeText)) for words, key in named if not key.isEmpty()]
        listed = ", ".join(key if len(actions) == 1 else f"{words} {key}" for words, key in keys)
        return f" ({listed})" if listed else ""

    def _begin_jump(self, what: str) -> None:
        (self.time_edit if what == "time" else self.frame_edit).begin()

    def _go_to_time(self, text: str) -> None:
        time_s = parse_time(text)
        if time_s is None:
            self._state.post(f'"{text}" is no time. Type it as 1:23.5 or as seconds.', "warning")
        else:
            self._state.seek_time(time_s)

    def _go_to_frame(self, text: str) -> None:
        frame = parse_frame(text)
        if frame is None:
            self._state.post(f'"{text}" is no frame. Type its number, counted from 0.', "warning")
        else:
            self._state.seek_frame(frame)


class JumpEdit(QLineEdit):
    """Shows a running value; typing replaces it, Return goes there, Escape takes it back."""

    entered = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._value = ""
        self._longest = ""
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.returnPressed.connect(self._enter)

    def begin(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def show_value(self, text: str) -> None:
        """Follow the playhead, except while somebody types."""
        self._value = text
        if not self.isModified() and not (self.hasFocus() and self.hasSelectedText()):
            self.setText(text)

    def fit(self, longest: str) -> None:
        """Be as wide as the longest value needs, and a few digits at least, so that there is room to type."""
        self._longest = longest
        digits = "0" * max(len(longest), 5)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(digits) + 24)

    def _enter(self) -> None:
        typed = self.text()
        self._give_back()
        self.entered.emit(typed)

    def _give_back(self) -> None:
        self.setModified(False)
        self.setText(self._value)
        self.clearFocus()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit(self._longest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._give_back()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setModified(False)
        self.setText(self._value)


class TransportButton(QToolButton):
    """A button for an action, which Space presses when it has the focus, although Space is also the key for play."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._action = action
        self.setDefaultAction(action)
        self.setIconSize(_ICON)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the video
        self._take_name()
        action.changed.connect(self._take_name)

    def _take_name(self) -> None:
        self.setAccessibleName(self._action.text())

    def event(self, event: QEvent) -> bool:
        if is_space_override(event):
            event.accept()
            return True
        return super().event(event)


class SpeedBox(QComboBox):
    """The speeds; like the buttons it keeps Space for itself while it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.addItems([f"{speed:g}×" for speed in SPEEDS])
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Speed")

    def event(self, event: QEvent) -> bool:
        if is_space_override(event):
            event.accept()
            return True
        return super().event(event)


def is_space_override(event: QEvent) -> bool:
    """Whether Qt asks the focused widget if it wants Space before a shortcut gets it."""
    is_override = event.type() == QEvent.Type.ShortcutOverride
    return is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space


def _row(*widgets: QWidget, gap: int = 2) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for widget in widgets:
        layout.addWidget(widget)
    return row


def _volume_slider() -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setPageStep(10)
    slider.setFixedWidth(72)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setAccessibleName("Volume")
    return slider
