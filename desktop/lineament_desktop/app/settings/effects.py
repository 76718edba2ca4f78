"""What obeys the settings. What is not listed here is read where it is needed: at the start, or when a file opens."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineament_desktop.jobs.core_work import Tracking
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.preferences import (
    ANALYSE_AT_ONCE,
    ESTIMATE_SECONDS,
    EVERY_FRAME,
    FOLLOW,
    LINE_WIDTH,
    LONG_SKIP,
    MOST_FACES,
    NOTE_SECONDS,
    OPACITY,
    SKIP,
    SPEED,
    THEME,
    TRACKER,
    VOLUME,
    WHEEL_ZOOM,
)

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow

Effects = dict[Preference[Any], Callable[[Any], None]]


def obey_settings(window: "MainWindow") -> None:
    """Bring the window into line with its settings, now and whenever one of them changes.

    The theme is the exception: the application wears it before there is a window.
    """
    settings, effects = window.settings, _effects(window)
    for one, effect in effects.items():
        if one is not THEME:
            effect(settings.get(one))

    def take(one: Preference[Any]) -> None:
        if one in effects:
            effects[one](settings.get(one))

    settings.preference_changed.connect(take)
    window.destroyed.connect(lambda: settings.preference_changed.disconnect(take))


def _effects(window: "MainWindow") -> Effects:
    settings, state, player, jobs = window.settings, window.state, window.player, window.jobs
    view, axis = player.view, window.workspace.stack.axis

    def skip(_: float) -> None:
        player.actions.set_skips(settings.get(SKIP), settings.get(LONG_SKIP))
        window.seek_bar.set_page(settings.get(LONG_SKIP))

    def options(_: object) -> None:
        tracking = Tracking(settings.get(TRACKER), settings.get(MOST_FACES))
        at_once, estimate_s = settings.get(ANALYSE_AT_ONCE), settings.get(ESTIMATE_SECONDS)
        jobs.options = replace(jobs.options, at_once=at_once, estimate_s=estimate_s, tracking=tracking)

    def follow(on: bool) -> None:
        axis.follows = on

    def zoom(factor: float) -> None:
        axis.wheel_zoom = factor

    return {
        THEME: window.wear_theme,
        NOTE_SECONDS: window.messages.set_reading_time,
        SPEED: lambda speed: state.set_speed(float(speed)),
        EVERY_FRAME: player.set_every_frame,
        VOLUME: lambda percent: player.set_volume(percent / 100),
        SKIP: skip,
        LONG_SKIP: skip,
        LINE_WIDTH: lambda pixels: view.set_drawing(line_width=pixels),
        OPACITY: lambda percent: view.set_drawing(opacity=percent / 100),
        FOLLOW: follow,
        WHEEL_ZOOM: zoom,
        ANALYSE_AT_ONCE: options,
        ESTIMATE_SECONDS: options,
        TRACKER: options,
        MOST_FACES: options,
    }
