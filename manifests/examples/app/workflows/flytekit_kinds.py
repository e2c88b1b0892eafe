"""Kinds of tasks that flytekit has beside the plain one: mapped, asynchronous, dynamic."""

from flytekit import dynamic, map_task, task


@task
def square(x: int) -> int:
    """One element of the mapped task below."""
    return x * x


squares = map_task(square)


@task
async def later(x: int) -> int:
    """A coroutine function."""
    return x + 1


@dynamic
def fan_out(count: int) -> list[int]:
    """Makes its own nodes when it runs: what it leaves is futures.pb, for an engine that runs workflows."""
    return [square(x=number) for number in range(count)]
