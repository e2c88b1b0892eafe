"""A task that no image holds: it travels in a code bundle, as fast registration sends it."""

from flytekit import task


@task
def greet(name: str) -> str:
    return f"hello {name}, from a bundle"
