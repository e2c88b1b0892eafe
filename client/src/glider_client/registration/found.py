"""A task that was found in the user's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glider_client.registration.errors import RegistrationError


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundTask:
    """A task, or what resembles one but can't be run by Glider: then `unsupported` is the reason, and there is no spec.

    `spec` is that of a TaskTemplate without id and code; its container has no image where the task names none.
    """

    #: What the task's command line imports, with `root` in sys.path, and the task's name in there.
    module: str
    name: str
    #: The folder that goes into sys.path, and into the archive of the code.
    root: Path
    #: The task's identity, as flytekit has it: `module.name`, unless its author gave it another.
    full_name: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    #: Of the TaskTemplate: what Glider keeps, but doesn't act upon, such as the settings of a cache.
    annotations: Mapping[str, str] = field(default_factory=dict)
    docs: str = ""
    #: What the task's file asks for by its own metadata (PEP 723), as arguments for pip.
    packages: tuple[str, ...] = ()
    unsupported: str = ""
    #: The function, or flytekit's object.
    value: object = None

    def check(self) -> None:
        """Raises a RegistrationError where Glider can't run it."""
        if self.unsupported:
            raise RegistrationError(f"{self.full_name} can't be run by Glider: it {self.unsupported}")
