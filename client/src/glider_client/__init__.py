"""What people use: the command line, and the Python client, `from glider_client import Glider`.

cli           the `glider` command
checks        the checks of `glider doctor`
sdk           the Python client
following     follows executions to their end
local         runs without a cluster
history       executions whose TaskExecutions are gone
inputs        a task's inputs, from a command line
code          the archive of a working tree
registration  from the user's code to TaskTemplates
conversion    tasks in Flyte's own form as TaskTemplates, and back
views         what the command line shows, as text; pure
access        what a server needs that acts for others
stored        what of the object store such a server reads for them
cluster       the way to the API server
flytekit_auth  the authenticator that flytekit loads for authType: Kubernetes
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glider_client.cluster.errors import ClusterError
    from glider_client.registration.errors import RegistrationError
    from glider_client.sdk.asynchronous import AsyncExecution, AsyncGlider
    from glider_client.sdk.client import Glider, Template
    from glider_client.sdk.execution import Execution
    from glider_client.sdk.failures import (
        AbortedError,
        DeletedError,
        ExecutionError,
        FinishedError,
        TaskFailedError,
        TimedOutError,
        WaitTimeoutError,
    )

__all__ = [
    "AbortedError",
    "AsyncExecution",
    "AsyncGlider",
    "ClusterError",
    "DeletedError",
    "Execution",
    "ExecutionError",
    "FinishedError",
    "Glider",
    "RegistrationError",
    "TaskFailedError",
    "Template",
    "TimedOutError",
    "WaitTimeoutError",
]

#: Where each is; `import glider_client` costs the command line nothing.
_HOMES = {
    "AsyncExecution": "sdk.asynchronous",
    "AsyncGlider": "sdk.asynchronous",
    "ClusterError": "cluster.errors",
    "Execution": "sdk.execution",
    "Glider": "sdk.client",
    "RegistrationError": "registration.errors",
    "Template": "sdk.client",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'glider_client' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"glider_client.{_HOMES.get(name, 'sdk.failures')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
