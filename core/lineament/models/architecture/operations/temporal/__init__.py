"""Operations along time: features [N, F, L] to features of the same shape.

Most are linear and know themselves as one kernel, so that a mixed edge is a single convolution.
"""

from lineament.models.architecture.operations.temporal import (
    average,
    convolution,
    dilated,
    gated,
    maximum,
    none,
    separable,
    skip,
)

__all__ = ["average", "convolution", "dilated", "gated", "maximum", "none", "separable", "skip"]
