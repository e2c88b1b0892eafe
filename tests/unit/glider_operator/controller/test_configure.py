"""What another configuration does to what is there already."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.config import Config, parse_config
from tests.unit.glider_core.builders import CONFIGURATION, SECOND, execution_body, make_execution, pod_body, success_summary
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness

#: Each is good alone.
IN_PARTS = {"namespaces": ["def*"], "taskPod": {"accelerator": {"device": "a100", "partitionSize": "1g.5gb"}}}
WHOLE = {"namespaces": ["*ault"], "taskPod": {"accelerator": {"unpartitioned": True}}}


def configuration(**fields: Any) -> Config:
    return parse_config(CONFIGURATION | fields)


@pytest.fixture
async def over() -> Harness:
    """With an execution that has ended well."""
    harness = Harness()
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await harness.reconcile()
    assert harness.status["phase"] == "Succeeded"
    harness.controller.queue.forget(KEY)
    return harness


async def test_a_ttl_reaches_what_is_over_already(over):
    over.controller.configure(configuration(ttlSecondsAfterFinished=60))
    assert over.controller.queue.state(KEY).comes_in == pytest.approx(0, abs=0.5)
    await over.reconcile(after=120 * SECOND)
    assert over.cluster.executions == {}


async def test_so_does_how_long_pods_are_kept_in_its_namespace(over):
    entry = {"namespaces": ["default"], "podRetention": {"succeeded": "10s"}}
    over.controller.configure(configuration(namespaceDefaults=[entry]))
    await over.reconcile(after=60 * SECOND)
    assert over.cluster.pods == {}


@pytest.mark.parametrize(
    "fields", [{}, {"retries": {"user": 7}}, {"namespaceDefaults": [{"namespaces": ["x"], "ttlSecondsAfterFinished": 1}]}]
)
async def test_what_is_over_is_left_alone_where_it_is_kept_as_before(over, fields):
    over.controller.configure(configuration(**fields))
    assert over.controller.queue.state(KEY).comes_in is None


async def test_what_is_over_is_looked_at_bit_by_bit(over):
    for number in range(100):
        ended = {"phase": "Succeeded", "completionTime": "2026-01-31T12:00:05Z"}
        over.controller.watch_handlers.on_pod(pod_body(make_execution(name=f"e{number}", uid=f"uid-{number}"), phase="Succeeded"))
        over.controller.watch_handlers.on_execution(execution_body(name=f"e{number}", uid=f"uid-{number}", status=ended))
        over.controller.queue.forget(("default", f"e{number}"))
    over.controller.configure(configuration(ttlSecondsAfterFinished=60, clientConnection={"qps": 20}))
    comes = [over.controller.queue.state(("default", f"e{number}")).comes_in for number in range(100)]
    assert max(comes) == pytest.approx(20, abs=1), "a fourth of 20 calls a second"


async def test_so_is_what_only_a_sweep_finds_and_has_to_go(over):
    config = configuration(ttlSecondsAfterFinished=60, clientConnection={"qps": 20})
    over.controller.configure(config)
    for number in range(100):
        ended = {"phase": "Succeeded", "completionTime": "2026-01-31T11:50:00Z" if number % 2 else "2026-01-31T12:00:00Z"}
        over.controller.watch_handlers.on_execution(execution_body(name=f"e{number}", uid=f"uid-{number}", status=ended))
    comes = [over.controller.queue.state(("default", f"e{number}")).comes_in for number in range(100)]
    assert max(comes[0::2]) < 1, "these wait for their TTL"
    assert max(comes[1::2]) == pytest.approx(10, abs=1)


async def test_entries_that_dont_fit_together_keep_an_execution_and_are_told_until_they_do():
    harness = Harness()
    harness.controller.configure(configuration(namespaceDefaults=[IN_PARTS, WHOLE]))
    await harness.reconcile()
    condition = harness.status["conditions"][0]
    assert (harness.status["phase"], condition["reason"]) == ("Pending", "ConfigurationRefused")
    assert "namespaceDefaults for namespace default" in condition["message"]
    assert "taskPod.accelerator" in condition["message"]
    await harness.reconcile()
    assert harness.cluster.writes == [("patch", "taskexecutions/status")], "it is told once"
    harness.controller.configure(configuration(namespaceDefaults=[IN_PARTS]))
    await harness.reconcile()
    assert POD in harness.cluster.pods


async def test_nor_do_they_change_what_is_over(over):
    over.controller.configure(configuration(namespaceDefaults=[IN_PARTS, WHOLE]))
    await over.reconcile()
    assert over.status["phase"] == "Succeeded"
