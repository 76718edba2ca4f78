"""Where the picture lies in the widget: letterboxed, on whole device pixels."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ViewTransform:
    """Widget position = (left, top) + picture position * scale, in logical pixels."""

    scale_x: float
    scale_y: float
    left: float
    top: float
    width: float
    height: float

    @classmethod
    def letterbox(cls, picture: tuple[int, int], widget: tuple[int, int], device_pixel_ratio: float) -> Self:
        """The largest picture of the same shape in the middle of the widget.

        Sizes are (width, height), the picture's in its own pixels, the widget's in logical ones. Edges fall on device
        pixels: a picture that is off by half of one is blurred at every scaling.
        """
        picture_w, picture_h = picture
        device_w, device_h = (round(side * device_pixel_ratio) for side in widget)
        fit = min(device_w / picture_w, device_h / picture_h)
        shown_w, shown_h = max(round(picture_w * fit), 1), max(round(picture_h * fit), 1)
        left, top = (device_w - shown_w) // 2, (device_h - shown_h) // 2
        return cls(
            scale_x=shown_w / picture_w / device_pixel_ratio,
            scale_y=shown_h / picture_h / device_pixel_ratio,
            left=left / device_pixel_ratio,
            top=top / device_pixel_ratio,
            width=shown_w / device_pixel_ratio,
            height=shown_h / device_pixel_ratio,
        )

    def map(self, points: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Widget positions float64[n, 2] of picture positions [n, 2 or more]; further columns are dropped.

        A landmark at pixel (x, y) names that pixel's corner, as FaceMesh's normalised coordinates do.
        """
        scale = np.array([self.scale_x, self.scale_y])
        mapped: npt.NDArray[np.float64] = points[:, :2] * scale + np.array([self.left, self.top])
        return mapped
