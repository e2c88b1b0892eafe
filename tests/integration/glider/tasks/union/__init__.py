"""Stands in for Union's package, which takes its decorator from flytekit as this does."""

from flytekit import task

__all__ = ["task"]
