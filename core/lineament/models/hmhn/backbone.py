"""The residual backbone: a ResNet of basic blocks without its pooling and classifier.

He et al., "Deep residual learning" (CVPR 2016). Parts carry torchvision's names, so that a published ResNet-18 fits
the full preset; narrower ones of the same plan are ours.
"""

from collections.abc import Sequence

from torch import Tensor, nn  # noqa: TID253


class BasicBlock(nn.Module):
    """Two convolutions beside a shortcut, [B, C, H, W] to [B, width, H / stride, W / stride]; the first is 3x3, the
    second of `kernel`, 3 in a ResNet."""

    def __init__(self, channels: int, width: int, stride: int, kernel: int = 3) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, kernel, padding=kernel // 2, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample: nn.Module | None = None
        if stride != 1 or channels != width:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        same = x if self.downsample is None else self.downsample(x)
        activated: Tensor = self.relu(out + same)
        return activated


class ResidualBackbone(nn.Module):
    """Pictures [B, 3, H, W] to features [B, widths[-1], h, w]; the stem halves the sides twice, stages by `strides`.
    kernels: of the stages' second convolutions, 3 where none are given."""

    def __init__(
        self, widths: Sequence[int], blocks: Sequence[int], strides: Sequence[int], kernels: Sequence[int] = ()
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels, self._stages = widths[0], []
        plan = zip(widths, blocks, strides, kernels or (3,) * len(widths), strict=True)
        for i, (width, count, stride, kernel) in enumerate(plan, start=1):
            first = BasicBlock(channels, width, stride, kernel)
            stage = nn.Sequential(first, *(BasicBlock(width, width, 1, kernel) for _ in range(count - 1)))
            self.add_module(f"layer{i}", stage)
            self._stages.append(f"layer{i}")
            channels = width

    def forward(self, pictures: Tensor) -> Tensor:
        features: Tensor = self.maxpool(self.relu(self.bn1(self.conv1(pictures))))
        for name in self._stages:
            features = self.get_submodule(name)(features)
        return features
