"""Which of two states of an object came later."""

from __future__ import annotations


def version_number(resource_version: str) -> int:
    """Resource versions are numbers that grow (KEP-5504); where they aren't, everything counts as new: 0."""
    return int(resource_version) if resource_version.isdigit() else 0
