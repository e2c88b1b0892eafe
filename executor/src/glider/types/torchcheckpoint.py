"""PyTorchCheckpoint: a module's and an optimizer's state with the hyperparameters, as one file of torch's. Name and form are flytekit's
(extras/pytorch/checkpoint.py): the states lie under `module_state_dict` and `optimizer_state_dict`, each hyperparameter under its
own name, and a task that takes a checkpoint gets that dict.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, is_dataclass
from importlib import import_module
from typing import Any

from glider.types.saved import Tensors


@dataclass
class PyTorchCheckpoint:
    """What to keep of a training run.

    Args:
        module: a torch.nn.Module.
        hyperparameters: a dict, a dataclass or a NamedTuple.
        optimizer: a torch.optim.Optimizer.

    Raises:
        TypeError: the hyperparameters are of another type.
        ValueError: nothing is given.
    """

    module: Any = None
    hyperparameters: Any = None
    optimizer: Any = None

    def __post_init__(self) -> None:
        _named(self.hyperparameters)
        if not (self.module or self.hyperparameters or self.optimizer):
            raise ValueError("PyTorchCheckpoint: expected a module, hyperparameters or an optimizer, found nothing")

    def state(self) -> dict[str, Any]:
        """The dict that is saved."""
        states = {"module_state_dict": self.module, "optimizer_state_dict": self.optimizer}
        return {name: value.state_dict() for name, value in states.items() if value} | _named(self.hyperparameters)


class Checkpoints(Tensors):
    """PyTorchCheckpoint on its way out, a dict on its way in."""

    tag, format = "PyTorch Checkpoint", "PyTorchCheckpoint"

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """torch.save of the state."""
        import_module("torch").save(value.state(), path)


def _named(hyperparameters: Any) -> dict[str, Any]:
    if hyperparameters is None:
        return {}
    if isinstance(hyperparameters, dict):
        return dict(hyperparameters)
    if isinstance(hyperparameters, tuple) and hasattr(hyperparameters, "_asdict"):
        return dict(hyperparameters._asdict())
    if is_dataclass(hyperparameters) and not isinstance(hyperparameters, type):
        return asdict(hyperparameters)
    raise TypeError(f"PyTorchCheckpoint.hyperparameters: expected a dict, dataclass or NamedTuple, found {type(hyperparameters).__name__}")
