"""The samples are executions as an API server takes them and an operator reads them: a page that fails on one fails on real ones."""

from __future__ import annotations

import pytest

from glider_core.api.execution import parse_execution
from glider_core.api.phases import Phase
from tests.integration.console.samples import Samples


@pytest.mark.parametrize("phase", Phase)
def test_there_is_one_in_each_phase(samples: Samples, phase: Phase) -> None:
    assert samples.with_phase(phase)


def test_the_operator_can_read_each(samples: Samples) -> None:
    read = {name: parse_execution(body) for name, body in samples.executions.items()}
    assert {name: one.unreadable for name, one in read.items() if one.unreadable} == {}
    assert {name: one.status.phase.value for name, one in read.items()} == {
        name: body["status"]["phase"] for name, body in samples.executions.items()
    }
