from __future__ import annotations

from collections.abc import Iterator

import pytest

from glider.telemetry import sink


@pytest.fixture(autouse=True)
def _closed_sinks() -> Iterator[None]:
    """They are the process' own, which in a test run lives on."""
    yield
    for each in sink._sinks.values():
        if each._socket is not None:
            each._socket.close()
    sink._sinks.clear()
