"""A gated linear unit over both."""

from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import glu  # noqa: TID253

from lineament.models.architecture.registry import FUSION


@FUSION.register("glu")
class GatedFusion(nn.Module):
    """GLU([left, right] W): one half opens or closes the other (BM-NAS "LinearGLU")."""

    def __init__(self, token: int) -> None:
        super().__init__()
        self.left = nn.Linear(token, 2 * token)
        self.right = nn.Linear(token, 2 * token, bias=False)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """[N, D], [N, D] -> [N, D]."""
        return glu(self.left(left) + self.right(right), dim=-1)
