"""The camera that is assumed when nothing is known about it: a pinhole in the middle of the picture."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Camera:
    """focal: pixels, equal for both axes. centre_x, centre_y: pixels from the picture's top left corner."""

    focal: float
    centre_x: float
    centre_y: float

    @classmethod
    def assumed(cls, width: int, height: int) -> "Camera":
        """OpenFace's assumption: a focal length of 500 px for 640 x 480, scaled to the frame (mean of both sides).

        That is a horizontal view of 65 degrees at 4:3 and 72 degrees at 16:9. A wrong focal length scales distances;
        angles change by little.
        """
        return cls((500.0 * width / 640.0 + 500.0 * height / 480.0) / 2.0, width / 2.0, height / 2.0)

    @classmethod
    def from_vertical_view(cls, width: int, height: int, degrees: float) -> "Camera":
        """A camera whose picture's height spans the given angle."""
        return cls(height / 2.0 / math.tan(math.radians(degrees) / 2.0), width / 2.0, height / 2.0)
