"""Labelled videos for DJ-LDML: what is refused, and where clips may begin."""

from lineament.models.dj_ldml.clips import ClipPlaces, clip_places
from lineament.models.dj_ldml.presets import ClipShape
from lineament.training.crops.videos import SPLITS, CropVideos, check_videos, refuse_videos, used_rows

__all__ = ["SPLITS", "CropVideos", "checked_places"]


def checked_places(videos: CropVideos, shape: ClipShape) -> list[ClipPlaces]:
    """Where clips may begin in every video, N of them.

    Raises `DatasetError`: what `check_videos` refuses, a video without a single clip.
    """
    check_videos(videos, shape.size)
    places = [clip_places(source.times, shape) for source in videos.sources]
    refuse_videos(
        videos,
        [i for i in used_rows(videos) if not len(places[i].starts)],
        f"show no face for {shape.seconds:.1f} seconds at a stretch",
        f"Leave them out, or cut crops {1 / shape.step_s:.0f} times a second or more.",
    )
    return places
