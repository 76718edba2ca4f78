"""The spatiotemporal backbone: a residual network of three-dimensional convolutions (R3D, Tran et al., CVPR 2018).

The paper's backbone is not known; this family is our choice. Parameters are named as in the usual r3d_18, so that its
weights can be taken over (`take_r3d_18`).
"""

from collections.abc import Mapping

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.dj_ldml.presets import NetworkShape


def _convolution(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(inputs, outputs, 3, stride=stride, padding=1, bias=False), nn.BatchNorm3d(outputs), nn.ReLU()
    )


class ResidualBlock(nn.Module):
    """Two convolutions 3 x 3 x 3 beside a short cut; the first may halve time and space."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _convolution(inputs, outputs, stride)
        self.conv2 = _convolution(outputs, outputs, 1)[:2]
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv3d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm3d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = torch.relu(self.conv2(self.conv1(x)) + self.downsample(x))
        return out


class Backbone(nn.Module):
    """Clips float32[n, 3, T, S, S], standardised, to features float32[n, widths[-1]]: the mean over time and space."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        stride = shape.stem_stride
        self.stem = nn.Sequential(
            nn.Conv3d(3, shape.widths[0], (3, 7, 7), stride=(1, stride, stride), padding=(1, 3, 3), bias=False),
            nn.BatchNorm3d(shape.widths[0]),
            nn.ReLU(),
        )
        inputs = (shape.widths[0], *shape.widths)
        for i, (width, blocks) in enumerate(zip(shape.widths, shape.blocks, strict=True)):
            first = ResidualBlock(inputs[i], width, stride=1 if i == 0 else 2)
            rest = [ResidualBlock(width, width, stride=1) for _ in range(blocks - 1)]
            self.add_module(f"layer{i + 1}", nn.Sequential(first, *rest))
        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, clips: Tensor) -> Tensor:
        for stage in self.children():
            clips = stage(clips)
        return clips.mean(dim=(2, 3, 4))


def take_r3d_18(backbone: Backbone, tensors: Mapping[str, Tensor]) -> None:
    """Take the weights of an r3d_18 with its usual names; its classifier (`fc`) is left out.

    Raises `ModelError` when the tensors are another network's.
    """
    wanted = {name: tensor for name, tensor in tensors.items() if not name.startswith("fc.")}
    try:
        backbone.load_state_dict(wanted)
    except RuntimeError as error:
        raise ModelError(
            "the weights to start from are not those of an R3D-18",
            remedy="Give weights of r3d_18 as safetensors and use the full preset.",
        ) from error
