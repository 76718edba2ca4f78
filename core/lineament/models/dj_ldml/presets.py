"""How large the network is and how a clip lies in time: a narrow preset for processors, R3D-18 for a GPU."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ClipShape:
    """frames pictures of size x size pixels, step_s seconds apart (our choice: 16 frames over two seconds, where the
    16 neighbouring frames of C3D would show half a second of a face).

    tolerance_s: how far from its moment a frame may lie; a clip with a frame further away is not used, so no clip runs
    over a gap. every_s: seconds between the starts of the clips that are scored.
    """

    frames: int = 16
    size: int = 112
    step_s: float = 0.125
    tolerance_s: float = 0.07
    every_s: float = 4.0

    @property
    def seconds(self) -> float:
        """Length of a clip."""
        return self.frames * self.step_s

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class NetworkShape:
    """widths: channels of the four stages. blocks: residual blocks of each. stem_stride: of the first convolution in
    space. embedding: length of the embedding. dropout: before the label distribution's logits."""

    widths: tuple[int, int, int, int] = (8, 16, 32, 64)
    blocks: tuple[int, int, int, int] = (1, 1, 1, 1)
    stem_stride: int = 4
    embedding: int = 64
    dropout: float = 0.3

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "NetworkShape":
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or of another kind."""
        a, b, c, d = (int(w) for w in data["widths"])
        e, f, g, h = (int(n) for n in data["blocks"])
        rest = {name: value for name, value in data.items() if name not in {"widths", "blocks"}}
        return cls((a, b, c, d), (e, f, g, h), **rest)


SMALL = NetworkShape()
"""Trains on two processor cores in minutes."""

FULL = NetworkShape(widths=(64, 128, 256, 512), blocks=(2, 2, 2, 2), stem_stride=2, embedding=512, dropout=0.5)
"""R3D-18 (Tran et al., CVPR 2018); for a GPU."""
