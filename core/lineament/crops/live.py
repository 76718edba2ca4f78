"""The crop of a picture that is on screen now."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.crops.alignment import inverse
from lineament.crops.cutting import Image
from lineament.crops.facts import CropRequest
from lineament.crops.taking import cut_if_good


@dataclass(frozen=True, eq=False)
class LiveCrop:
    """image: uint8[size, size, 3] RGB. transform: float32[2, 3], picture to crop."""

    image: Image
    transform: npt.NDArray[np.float32]

    @property
    def to_picture(self) -> npt.NDArray[np.float64]:
        """float64[2, 3], crop to picture: where a map over the crop lies."""
        back: npt.NDArray[np.float64] = inverse(self.transform[None])[0]
        return back


class LiveCropper:
    """Cuts crops of `size` pixels out of shown frames: what a file of crops of that size holds, before its JPEG."""

    def __init__(self, size: int) -> None:
        self.size = CropRequest(size, 1.0).size

    def crop(self, image: Image, landmarks68: npt.NDArray[np.float32], confidence: float = 1.0) -> LiveCrop | None:
        """The crop of the face with landmarks float32[68, 2] pixels in uint8[H, W, 3] RGB.

        None where the face is lost (NaN) or not good enough for a crop (see `alignment.is_good`).
        """
        found = cut_if_good(image, np.asarray(landmarks68, dtype=np.float32)[None], confidence, self.size)
        return None if found is None else LiveCrop(found[1], found[0])
