"""A task written with Union's package, which has flytekit's decorator under its own name."""

import union


@union.task
def halved(a: int) -> float:
    return a / 2
