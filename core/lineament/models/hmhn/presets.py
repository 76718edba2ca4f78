"""How large the HMHN network is, and which of its variants; two presets.

The abstract names the blocks and no number; every number here is our choice or a parent paper's (`papers.md` 2.2).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

GwaMode = Literal["relations", "self-gram"]
AfbMode = Literal["softmax", "dan"]


@dataclass(frozen=True)
class HMHNShape:
    """Sizes of all blocks.

    crop: side of the crops in pixels. grids: grids per side in grid-wise attention. gwa_hidden: channels between its
    two 1x1 convolutions. coarse: how many pixels a side stage 1 pools before it convolves. widths, blocks, strides: of
    the residual backbone's stages. heads: K, of the multi-head cross attention; reduction and squeeze: how far its
    spatial and its channel attention narrow the channels. dropout: before the last layer. kernels: of the second
    convolution of each stage's blocks, 3 in a ResNet; with 1 a cell sees less beyond itself (see `view`); none given
    means 3 everywhere. Raises `ValueError` for sizes that do not fit together.
    """

    crop: int
    widths: tuple[int, ...]
    blocks: tuple[int, ...]
    strides: tuple[int, ...]
    grids: int = 4
    gwa_hidden: int = 64
    gwa_mode: GwaMode = "relations"
    coarse: int = 1
    heads: int = 4
    reduction: int = 2
    squeeze: int = 16
    afb: AfbMode = "softmax"
    dropout: float = 0.3
    kernels: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.grids < 1 or self.coarse < 1 or self.crop % (self.grids * self.coarse):
            raise ValueError(
                f"crops of {self.crop} pixels, {self.coarse} pooled, cannot be cut into {self.grids} equal grids a side"
            )
        if not len(self.widths) == len(self.blocks) == len(self.strides) >= 1:
            raise ValueError("every stage of the backbone needs a width, a number of blocks and a stride")
        if self.kernels and (len(self.kernels) != len(self.widths) or not set(self.kernels) <= {1, 3}):
            raise ValueError("every stage of the backbone has a second kernel of 1 or 3")
        if self.crop % self.stride:
            raise ValueError(f"crops of {self.crop} pixels cannot be divided by the backbone's stride {self.stride}")
        if self.heads < 1 or self.gwa_hidden < 1 or min(*self.widths, *self.blocks, *self.strides) < 1:
            raise ValueError("heads, channels, blocks and strides are at least 1")
        if self.gwa_mode not in get_args(GwaMode) or self.afb not in get_args(AfbMode):
            raise ValueError(f"there is no grid-wise attention {self.gwa_mode!r} with fusion {self.afb!r}")

    @property
    def stride(self) -> int:
        """Crop pixels a cell of the backbone's output stands for; the stem alone halves the side twice."""
        total = 4
        for stride in self.strides:
            total *= stride
        return total

    @property
    def cells(self) -> int:
        """Side of the backbone's output, and of every attention map."""
        return self.crop // self.stride

    @property
    def second_kernels(self) -> tuple[int, ...]:
        """`kernels`, or 3 for every stage."""
        return self.kernels or (3,) * len(self.widths)

    @property
    def view(self) -> int:
        """Crop pixels a side that a cell of the backbone's output is computed from, the crop's border aside."""
        seen, jump = 11, 4  # a convolution of 7 and a pooling of 3, each of which halves
        for blocks, stride, kernel in zip(self.blocks, self.strides, self.second_kernels, strict=True):
            seen, jump = seen + 2 * jump, jump * stride
            seen += (kernel - 1) * jump + (blocks - 1) * (2 + kernel - 1) * jump
        return seen

    @property
    def features(self) -> int:
        """Channels of the backbone's output."""
        return self.widths[-1]

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or of another kind."""
        facts = dict(data)
        for name in ("widths", "blocks", "strides", "kernels"):
            facts[name] = tuple(int(value) for value in facts.get(name, ()))
        return cls(**facts)


FULL = HMHNShape(crop=224, widths=(64, 128, 256, 512), blocks=(2, 2, 2, 2), strides=(1, 2, 2, 2))
"""ResNet-18 on 224 pixels, 7 x 7 cells, as in the parent papers; for a GPU."""

SMALL = HMHNShape(
    crop=112,
    widths=(24, 48, 96),
    blocks=(1, 1, 1),
    strides=(1, 2, 2),
    gwa_hidden=16,
    coarse=2,
    squeeze=4,
    kernels=(3, 1, 1),
)
"""A narrow residual network on 112 pixels, 7 x 7 cells too, for two cores. A cell sees 51 of the crop's pixels, about
an eye with its brow or half a mouth: were it the whole face, as in a deep ResNet, where the heads look would say
nothing about where in the face that is. Stage 1 convolves at half the resolution, because at the full one it would cost
more than all the rest."""

PRESETS: Mapping[str, HMHNShape] = {"small": SMALL, "full": FULL}
