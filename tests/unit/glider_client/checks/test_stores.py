"""What is found out about a store, from here."""

from __future__ import annotations

import pytest

from glider_client.checks.stores import Store, check, read


def line(store: Store) -> str:
    (one,) = check(store)
    return f"{one.status.upper()} {one.line}"


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        pytest.param(Store(prefix="s3://b/p"), "OK store s3://b/p, from here: it can be written and read", id="one that can be used"),
        pytest.param(
            Store(prefix="s3://b/p", failed="written", why="denied"),
            "PROBLEM store s3://b/p, from here: it can't be written: denied. "
            "Check the prefix, and the credentials in the environment: docs/storage.md.",
            id="one that can't be written",
        ),
        pytest.param(
            Store(prefix="s3://b/p", failed="deleted", why="denied"),
            "WARNING store s3://b/p, from here: it can be written and read, but not deleted: denied. Runs don't need that.",
            id="one that keeps everything",
        ),
    ],
)
def test_finds(store: Store, expected: str):
    assert line(store) == expected


@pytest.mark.parametrize("prefix", ["bucket/x", "file:///tmp/x", "https://host/x", "s3://"])
def test_what_no_pod_could_write_to_is_refused_before_anything_is_written(prefix: str):
    assert read(prefix).failed == "used"
