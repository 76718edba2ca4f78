"""How a camera was held: the display matrix, and turning pictures upright."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import av.video.frame
import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import SideData, Type


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways a picture may lie: first transposed, then mirrored."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @property
    def clockwise(self) -> int:
        """Degrees the stored picture is turned clockwise; a mirrored picture counts by its turn before mirroring."""
        if self.transpose:
            return 90 if self.mirror_x else 270
        return 180 if self.mirror_y else 0

    def upright(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The picture as it is shown, contiguous; the very array where nothing is to be turned."""
        if self == UPRIGHT:
            return image
        import cv2

        turned = cv2.transpose(image) if self.transpose else image
        if self.mirror_x or self.mirror_y:
            turned = cv2.flip(turned, -1 if self.mirror_x and self.mirror_y else int(self.mirror_x))
        return np.asarray(turned, np.uint8)


UPRIGHT = Orientation()


def orientation_of(frame: av.video.frame.VideoFrame) -> Orientation:
    """What the frame's display matrix asks for, to the nearest quarter turn.

    The matrix (ISO/IEC 14496-12, 8.3.2) maps x' = a x + c y, y' = b x + d y, in 16.16 fixed point, row by row a b u.
    """
    extras = cast(Mapping[Type, SideData], frame.side_data)  # PyAV declares it as something narrower.
    if Type.DISPLAYMATRIX not in extras:
        return UPRIGHT
    matrix = bytes(extras[Type.DISPLAYMATRIX])
    (a, b, _), (c, d, _), _ = np.frombuffer(matrix, np.int32).reshape(3, 3).tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(transpose=True, mirror_x=c < 0, mirror_y=b < 0)
    return Orientation(mirror_x=a < 0, mirror_y=d < 0)
