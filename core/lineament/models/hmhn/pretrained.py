"""A published ResNet's weights from a file into the backbone.

Files are what torchvision publishes and what is converted from it: a state dict with torchvision's key names, as `.pth`
(read with `weights_only`, so that nothing in it can run) or as safetensors. The classifier is left out. Nothing is
downloaded.
"""

import pickle
from pathlib import Path
from zipfile import BadZipFile

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.hmhn.backbone import ResidualBackbone

_CLASSIFIER = "fc."
_COUNTER = "num_batches_tracked"
"""How many batches a normalisation has seen: older files lack it and nothing reads it."""
_REMEDY = "Give a state dict of an ImageNet ResNet-18 with torchvision's key names, as .pth or .safetensors."


def load_pretrained(backbone: ResidualBackbone, path: Path) -> None:
    """Copy the file's weights into `backbone`.

    Raises `ModelError` when the file cannot be read, is no state dict, or lacks, misshapes or adds a weight; the
    backbone is then left as it was.
    """
    given = {name: value for name, value in _read(path).items() if not name.startswith(_CLASSIFIER)}
    own = backbone.state_dict()
    wanted = {name for name in own if not name.endswith(_COUNTER)}
    _check_names(wanted, given, path)
    for name in sorted(wanted):
        if given[name].shape != own[name].shape:
            raise ModelError(
                f"the weight {name} has the shape {list(given[name].shape)} and the network needs "
                f"{list(own[name].shape)}",
                path=path,
                remedy=_REMEDY,
            )
        if not given[name].isfinite().all():
            raise ModelError(f"the weight {name} holds values that are no numbers", path=path, remedy=_REMEDY)
    backbone.load_state_dict({name: given.get(name, own[name]) for name in own})


def _check_names(wanted: set[str], given: dict[str, Tensor], path: Path) -> None:
    missing = sorted(wanted - given.keys())
    strange = sorted(name for name in given.keys() - wanted if not name.endswith(_COUNTER))
    for names, what in ((missing, "lacks"), (strange, "holds, beyond the network's weights,")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise ModelError(f"the file {what} {names[0]}{more}", path=path, remedy=_REMEDY)


def _read(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(
            f"the weights cannot be read ({error.strerror or error})", path=path, remedy=_REMEDY
        ) from error
    except (SafetensorError, pickle.UnpicklingError, BadZipFile, EOFError, RuntimeError, ValueError) as error:
        raise ModelError("this is not a file of weights, or a damaged one", path=path, remedy=_REMEDY) from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise ModelError("the file holds something else than weights by name", path=path, remedy=_REMEDY)
    return found
