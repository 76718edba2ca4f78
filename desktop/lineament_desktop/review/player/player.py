"""The player: carries out what `ReviewState` wishes, and shows what the decoder brings."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from lineament.models.prediction import Prediction
from lineament.recording import RecordingView
from lineament.video import Frame, FrameServer, VideoInfo
from lineament_desktop.review.player.actions import PlayerActions
from lineament_desktop.review.player.frame_feed import FrameFeed
from lineament_desktop.review.player.frame_state import frame_state
from lineament_desktop.review.player.layers import create_layers
from lineament_desktop.review.player.playback import Playback
from lineament_desktop.review.player.regions import RegionMaps
from lineament_desktop.review.player.sound import Sound
from lineament_desktop.review.player.stats import PlaybackStats
from lineament_desktop.review.player.video_view import VideoView, empty_words
from lineament_desktop.state import Playhead, ReviewState

NO_VIDEO = "No video beside this recording"


class ReviewPlayer(QObject):
    """Owns the decoder, the clock and the view of one Review workspace.

    Everything it is asked for comes through `ReviewState`, but opening a file, the play mode and the sound.
    `close` must be called before the application ends.
    """

    every_frame_changed = Signal(bool)
    sound_changed = Signal()  # volume, mute, or whether there is sound at all
    jump_asked = Signal(str)  # "time" or "frame": where to go is to be typed

    def __init__(self, state: ReviewState, sound: Sound | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.stats = PlaybackStats()
        self.view = VideoView(create_layers())
        self._feed = FrameFeed(self)
        self._playback = Playback(self.stats, self)
        self._sound = sound if sound is not None else Sound(parent=self)
        self._target: int | None = None  # sought and not arrived yet
        self._unpainted: int | None = None  # shown while playing and not painted yet
        self._play_when_open = False
        self._damage_told = False
        self._maps: RegionMaps | None = None
        self._prepare_layers()
        self.actions = PlayerActions(self)
        self._listen()

    def _prepare_layers(self) -> None:
        """Layers start as the state remembers them, else as they come."""
        for layer in self.view.layers:
            layer.visible = self.state.layers.get(layer.name, layer.visible)
            self.state.set_layer(layer.name, layer.visible)

    def _listen(self) -> None:
        state = self.state
        state.seek_requested.connect(self._seek)
        state.step_requested.connect(self._step)
        state.playing_changed.connect(self._take_playing)
        state.speed_changed.connect(self._playback.set_speed)
        state.loop_changed.connect(self._take_loop)
        state.layers_changed.connect(self._take_layer)
        state.video_changed.connect(self._take_closing)
        state.recording_changed.connect(self._refresh_overlay)
        state.recording_grew.connect(self._refresh_overlay)
        state.prediction_changed.connect(self._take_prediction)
        state.keys_changed.connect(self._take_keys)
        self._feed.opened.connect(self._take_video)
        self._feed.failed.connect(self._take_failure)
        self._feed.arrived.connect(self._take_frame)
        self._feed.damaged.connect(self._take_damage)
        self._playback.wanted.connect(self._fetch_playing)
        self._playback.due.connect(self._show_playing)
        self._playback.ended.connect(self._rest_on)
        self._sound.changed.connect(self.sound_changed)
        self._sound.complained.connect(lambda text: state.post(text, "warning"))
        self.view.painted.connect(self._count_paint)

    # Opening and closing

    def open(self, path: Path, *, play: bool = True) -> None:
        """Open a video in the background and play it; one that cannot be opened leaves the present one open."""
        self._play_when_open = play
        if self.state.index is None:
            self.view.show_notice(f"Opening {path.name} …")
        self._feed.open(path)

    def close(self) -> None:
        """Stop decoding and sound; the threads have ended when it returns."""
        self.state.set_playing(False)
        self._playback.stop()
        self._feed.close()
        self._sound.close()

    def _take_video(self, path: Path, server: FrameServer) -> None:
        self.state.set_playing(False)
        self._target, self._unpainted, self._damage_told = None, None, False
        self.stats.reset()
        info, index = server.info, server.index
        zero_s = float(index.pts[0] * index.time_base)
        self._playback.set_video(index, info.duration_s, self._sound.open(info, zero_s))
        self.view.show_notice(f"Opening {path.name} …")
        self.state.open_video(path, info, index)
        self._playback.set_speed(self.state.speed)
        if self._play_when_open:
            self.state.set_playing(True)
        else:
            self._seek(0)

    def _take_closing(self, video: VideoInfo | None) -> None:
        """The state has no video any more: a recording may be open alone, and nothing of the last video is shown."""
        if video is None:
            self.state.set_playing(False)
            self._feed.release()
            self._sound.close()
            self._target, self._unpainted = None, None
            self.sound_changed.emit()
            self.view.show_notice(NO_VIDEO if self.state.recording is not None else self._empty())

    def _take_failure(self, sentence: str) -> None:
        if self.state.index is None:
            self.view.show_notice(self._empty())
        self.state.post(sentence, "error")

    def _empty(self) -> str:
        return empty_words(self.state.key("file.open", "Ctrl+O"))

    def _take_keys(self) -> None:
        if self.view.is_empty:
            self.view.show_notice(self._empty())

    def _take_damage(self, sentence: str) -> None:
        """A frame that cannot be decoded: playing goes past it, and says so once a video."""
        if not self._playback.running:
            self._target = None
            self.state.post(sentence, "warning")
            return
        if not self._damage_told:
            self._damage_told = True
            self.state.post(sentence, "warning")
        self._playback.skip()

    # Wishes

    def _seek(self, frame: int) -> None:
        if self.state.video is None:
            return
        if self._playback.running:
            self._playback.jump(frame)
        else:
            self._target = frame
            ready = self._feed.get(frame)
            if ready is not None:
                self._take_frame(ready)

    def _step(self, frames: int) -> None:
        """Steps count from where earlier ones will end, so that quick ones add up; playing stops first."""
        self.state.set_playing(False)
        if self.state.index is None or self.state.video is None:
            return
        standing = self.state.playhead.frame if self.state.playhead is not None else 0
        start = self._target if self._target is not None else standing
        self._seek(min(max(start + frames, 0), len(self.state.index) - 1))

    def _take_playing(self, playing: bool) -> None:
        self._feed.prefetch(1 if playing else 0)
        if not playing:
            self._playback.stop()
            return
        if self.state.video is None:
            self.state.set_playing(False)
            return
        standing = self.state.playhead.frame if self.state.playhead is not None else 0
        start = self._target if self._target is not None else standing
        self._target = None
        self._playback.start(start)

    def _take_loop(self, loop: tuple[float, float] | None) -> None:
        self._playback.set_loop(loop)

    def _take_layer(self, name: str, visible: bool) -> None:
        for layer in self.view.layers:
            if layer.name == name:
                layer.visible = visible
        self.view.describe()
        self.view.update()

    # Frames

    def _take_frame(self, frame: Frame) -> None:
        if self._playback.running:
            self._playback.offer(frame)
            return
        if self._target is None:
            return  # an answer that came too late: what was sought after it is on screen already
        if frame.index == self._target:
            self._target = None
        self._show(frame)

    def _fetch_playing(self, rank: int) -> None:
        ready = self._feed.get(rank)
        if ready is not None:
            self._playback.offer(ready)

    def _rest_on(self, last: int) -> None:
        """The end: stop, with the last frame on screen even where it came too late to be played."""
        self.state.set_playing(False)
        if self.state.playhead is None or self.state.playhead.frame != last:
            self._unpainted = last
            self._seek(last)

    def _show_playing(self, frame: Frame) -> None:
        self._unpainted = frame.index
        self._show(frame)
        if self._playback.every_frame:
            self.view.repaint()

    def _show(self, frame: Frame) -> None:
        """Picture, overlay and playhead change together, in one event."""
        self.view.show_state(frame_state(frame, self.state.recording, self.state.index, self._maps))
        self.state.show_frame(Playhead(frame.index, frame.pts, frame.time_s))

    def _refresh_overlay(self, _recording: RecordingView | None = None) -> None:
        """The recording has changed under the picture on screen: look its row up again."""
        shown = self.view.state
        if shown is not None:
            self.view.show_state(frame_state(shown.frame, self.state.recording, self.state.index, self._maps))

    def _take_prediction(self, prediction: Prediction | None) -> None:
        regions = prediction.region_attention if prediction is not None else None
        before, self._maps = self._maps, RegionMaps(regions) if regions is not None else None
        if before is not None or self._maps is not None:
            self._refresh_overlay()

    def _count_paint(self, frame: int) -> None:
        if frame == self._unpainted:
            self._unpainted = None
            self.stats.shown += 1

    # What only the player knows

    def toggle_playing(self) -> None:
        self.state.set_playing(not self.state.playing)

    def skip(self, seconds: float) -> None:
        """Seek by so many seconds from where the playhead is, or is going."""
        index, playhead = self.state.index, self.state.playhead
        if index is None or playhead is None:
            return
        start_s = float(index.times_s[self._target]) if self._target is not None else playhead.time_s
        self.state.seek_time(min(max(start_s + seconds, 0.0), float(index.times_s[-1])))

    def to_start(self) -> None:
        self.state.seek_frame(0)

    def to_end(self) -> None:
        if self.state.index is not None:
            self.state.set_playing(False)
            self.state.seek_frame(len(self.state.index) - 1)

    def set_loop_start(self) -> None:
        """A: the loop starts at the playhead; it begins to run when B is set."""
        playhead, loop = self.state.playhead, self.state.loop
        if playhead is None:
            return
        if loop is not None and playhead.time_s < loop[1]:
            self.state.set_loop((playhead.time_s, loop[1]))
        else:
            self.state.set_loop(None)
            self.state.set_loop_start(playhead.time_s)
            key = self.state.key("player.loop_b", "B")
            self.state.post(f"The loop starts here. {f'Press {key}' if key else 'Set B'} where it ends.")

    def set_loop_end(self) -> None:
        """B: the loop ends with the frame at the playhead; without A it starts where the video does."""
        playhead, loop = self.state.playhead, self.state.loop
        if playhead is None:
            return
        start_s = self.state.loop_start_s
        if start_s is None:
            start_s = loop[0] if loop is not None else 0.0
        first, last = sorted((start_s, playhead.time_s))
        self.state.set_loop_start(None)
        self.state.set_loop((first, last))

    def clear_loop(self) -> None:
        self.state.set_loop_start(None)
        self.state.set_loop(None)

    @property
    def every_frame(self) -> bool:
        return self._playback.every_frame

    def set_every_frame(self, every_frame: bool) -> None:
        """Show each frame, as slowly as that takes and without sound, instead of keeping real time."""
        if every_frame != self.every_frame:
            self._playback.set_every_frame(every_frame)
            self.every_frame_changed.emit(every_frame)

    @property
    def has_sound(self) -> bool:
        return self._sound.has_sound

    @property
    def no_sound_reason(self) -> str:
        """One sentence; empty while there is sound."""
        return self._sound.reason

    @property
    def volume(self) -> float:
        return self._sound.volume

    @property
    def muted(self) -> bool:
        return self._sound.muted

    def set_volume(self, volume: float) -> None:
        """0..1, clipped."""
        self._sound.set_volume(volume)

    def set_muted(self, muted: bool) -> None:
        self._sound.set_muted(muted)
