"""The same client for asyncio: each method is a coroutine that does its work in a thread of its own.

A thread can't be cancelled. So what waits does so in slices, and a cancelled coroutine leaves a thread that ends soon.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, Unpack, overload

from glider_client.sdk.client import Glider, Options, Source, Template
from glider_client.sdk.execution import Execution
from glider_client.sdk.failures import ExecutionError, WaitTimeoutError
from glider_client.sdk.waiting import PATIENCE

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

#: So many coroutines wait at once; more take turns.
_THREADS = 64
_SLICE = 5.0


class Threads:
    """Where requests are made: they block."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="glider")

    async def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What `function` returns."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))


class AsyncExecution(Generic[R]):
    """One execution on the cluster; `await execution` is its result.

    Attributes:
        sync: the same execution for code that isn't asynchronous; its name and its last known state are there.
    """

    def __init__(self, sync: Execution[R], threads: Threads) -> None:
        self.sync = sync
        self._threads = threads

    def __repr__(self) -> str:
        return repr(self.sync)

    def __await__(self) -> Generator[Any, None, R]:
        return self.result().__await__()

    @property
    def name(self) -> str:
        """Its name."""
        return self.sync.name

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.sync.namespace

    async def phase(self) -> str:
        """Where it stands; as `Execution.phase`."""
        return await self._threads.run(lambda: self.sync.phase)

    async def wait(self, timeout: float | None = None) -> AsyncExecution[R]:
        """Wait until it has finished; as `Execution.wait`."""
        answered = time.monotonic()
        ends = None if timeout is None else answered + timeout
        while True:
            left = _SLICE if ends is None else min(_SLICE, ends - time.monotonic())
            try:
                await self._threads.run(self.sync.wait, max(0.0, left))
            except WaitTimeoutError as error:
                if timeout is not None and left < _SLICE:
                    raise WaitTimeoutError(error.execution, seconds=timeout) from error.__cause__
                if error.__cause__ is None:
                    answered = time.monotonic()
                elif time.monotonic() - answered > PATIENCE:
                    raise error.__cause__ from None
            else:
                return self

    async def result(self, timeout: float | None = None) -> R:
        """What the task returned, once it has; as `Execution.result`."""
        await self.wait(timeout)
        return await self._threads.run(self.sync.result)

    async def exception(self, timeout: float | None = None) -> ExecutionError | None:
        """The exception that `result` raises, once it has finished; None where it has succeeded."""
        await self.wait(timeout)
        return self.sync.exception()

    async def outputs(self) -> dict[str, Any]:
        """Its outputs by name, where it has succeeded; as `Execution.outputs`."""
        return await self._threads.run(lambda: self.sync.outputs)

    async def logs(self, *, attempt: int | None = None, follow: bool = False) -> AsyncIterator[str]:
        """The lines that the task has printed; as `Execution.logs`."""
        lines = await self._threads.run(self.sync.logs, attempt=attempt, follow=follow)
        while (line := await self._threads.run(next, lines, None)) is not None:
            yield line

    async def cancel(self) -> AsyncExecution[R]:
        """End it as Aborted; as `Execution.cancel`."""
        await self._threads.run(self.sync.cancel)
        return self

    async def suspend(self) -> AsyncExecution[R]:
        """End its running attempt, and start no other before `resume`; as `Execution.suspend`."""
        await self._threads.run(self.sync.suspend)
        return self

    async def resume(self) -> AsyncExecution[R]:
        """Let it go on; as `Execution.resume`."""
        await self._threads.run(self.sync.resume)
        return self

    async def delete(self) -> None:
        """Delete it, with its pods."""
        await self._threads.run(self.sync.delete)

    async def rerun(self, **inputs: Any) -> AsyncExecution[R]:
        """Run it again, with the inputs changed that are named; as `Execution.rerun`."""
        return AsyncExecution(await self._threads.run(self.sync.rerun, **inputs), self._threads)


class AsyncGlider:
    """A cluster with Glider, for asyncio. It takes the same arguments as `Glider`, or a client: `AsyncGlider(glider)`."""

    def __init__(
        self,
        sync: Glider | None = None,
        /,
        *,
        namespace: str | None = None,
        context: str | None = None,
        kubeconfig: str | Path | None = None,
        user: str | None = None,
        groups: Sequence[str] = (),
        storage: str | None = None,
        allow_pickle: bool = False,
    ) -> None:
        self._sync = sync or Glider(
            namespace=namespace,
            context=context,
            kubeconfig=kubeconfig,
            user=user,
            groups=groups,
            storage=storage,
            allow_pickle=allow_pickle,
        )
        self._threads = Threads()

    def __repr__(self) -> str:
        return repr(self._sync).replace("<Glider", "<AsyncGlider")

    @property
    def namespace(self) -> str:
        """Where executions run."""
        return self._sync.namespace

    def options(self, **options: Unpack[Options]) -> AsyncGlider:
        """The same client with other options for `run`; as `Glider.options`."""
        other = object.__new__(type(self))
        other._sync, other._threads = self._sync.options(**options), self._threads
        return other

    async def register(
        self, *sources: Source, image: str | None = None, version: str | None = None, packages: Sequence[str] = ()
    ) -> list[Template]:
        """Write the TaskTemplates of tasks, with their code; as `Glider.register`."""
        return await self._threads.run(self._sync.register, *sources, image=image, version=version, packages=packages)

    @overload
    async def run(self, task: Callable[P, R], /, *args: P.args, **inputs: P.kwargs) -> AsyncExecution[R]: ...
    @overload
    async def run(self, task: Template | str, /, **inputs: Any) -> AsyncExecution[Any]: ...
    async def run(self, task: Any, /, *args: Any, **inputs: Any) -> AsyncExecution[Any]:
        """Start an execution; as `Glider.run`."""
        return AsyncExecution(await self._threads.run(self._sync.run, task, *args, **inputs), self._threads)

    async def get(self, name: str, *, task: Callable[..., R] | None = None) -> AsyncExecution[R]:
        """The execution of that name; as `Glider.get`."""
        return AsyncExecution(await self._threads.run(self._sync.get, name, task=task), self._threads)

    async def executions(
        self, *, phase: str | None = None, labels: Mapping[str, str] | str = "", all_namespaces: bool = False
    ) -> list[AsyncExecution[Any]]:
        """The executions that are there; as `Glider.executions`."""
        found = await self._threads.run(self._sync.executions, phase=phase, labels=labels, all_namespaces=all_namespaces)
        return [AsyncExecution(one, self._threads) for one in found]
