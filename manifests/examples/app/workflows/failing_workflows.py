"""A task that can fail: a plain, typed function. Neither flytekit nor Glider is imported."""


def divider(a: int, b: int) -> float:
    """Divide `a` by `b`."""
    return a / b
