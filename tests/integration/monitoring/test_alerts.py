"""When each alert fires and when it doesn't: series by Prometheus' own notation, and what promtool makes of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cluster import tools
from tests.cluster.errors import ClusterError
from tests.conftest import ROOT, MissingServer
from tests.unit.packaging.test_alerts import RULES

ALERTS = ROOT / "charts" / "glider" / "files" / "alerts.yaml"
TARGET = 'job="glider-metrics",namespace="glider-system"'
#: One operator that does what it should. A value every 30 s, for an hour and a half.
HEALTHY = {
    'up{pod="a"}': "1x180",
    'glider_leader{pod="a"}': "1x180",
    'glider_ready{pod="a"}': "1x180",
    'glider_config_refused{pod="a"}': "0x180",
    'glider_namespaces_refused{pod="a"}': "0x180",
    'process_start_time_seconds{pod="a"}': "1000x180",
    'process_resident_memory_bytes{pod="a"}': "100x180",
    'glider_memory_limit_bytes{pod="a"}': "512x180",
    'glider_event_loop_lag_seconds{pod="a"}': "0.01x180",
    'glider_workqueue_longest_running_processor_seconds{pod="a"}': "1x180",
    'glider_kube_throttle_seconds_total{pod="a"}': "0+1x180",
    'glider_kube_requests_total{pod="a",verb="create",resource="pods",code="201"}': "0+100x180",
    'glider_kube_requests_total{pod="a",verb="create",resource="pods",code="409"}': "0+50x180",
    'glider_kube_requests_total{pod="a",verb="patch",resource="taskexecutions",code="503"}': "0+1x180",
    'glider_reconcile_total{pod="a",result="ok"}': "0+100x180",
    'glider_reconcile_total{pod="a",result="blocked"}': "0+100x180",
    'glider_reconcile_total{pod="a",result="error"}': "0x180",
    'glider_store_errors_total{pod="a",operation="read"}': "0x180",
    'glider_history_behind_seconds{pod="a"}': "3x180",
    'glider_history_unfit{pod="a"}': "0x180",
    'glider_retention_errors_total{pod="a"}': "0x180",
    'glider_watch_restarts_total{pod="a",resource="pods",why="failed"}': "0x180",
    'glider_watch_restarts_total{pod="a",resource="pods",why="expired"}': "0+1x180",
    'glider_sweep_corrections_total{pod="a",resource="pods",kind="gone"}': "0x180",
    'glider_pods_created_total{pod="a",result="created"}': "0+100x180",
    'glider_attempts_failed_total{pod="a",exported_namespace="x",origin="USER",reason="UserError"}': "0+90x180",
    'glider_attempts_failed_total{pod="a",exported_namespace="x",origin="SYSTEM",reason="PodDeleted"}': "0+1x180",
}


def histogram(name: str, *, fast: int, slow: int, bound: str, labels: str = "") -> dict[str, str]:
    """A histogram of which so many a step are below `bound`, and the others up to four times as much."""
    return {
        f'{name}_bucket{{pod="a",{labels}le="{bound}"}}': f"0+{fast}x180",
        f'{name}_bucket{{pod="a",{labels}le="{4 * float(bound)}"}}': f"0+{fast + slow}x180",
        f'{name}_bucket{{pod="a",{labels}le="+Inf"}}': f"0+{fast + slow}x180",
    }


CALLS = "glider_kube_request_duration_seconds"
QUEUE = "glider_workqueue_queue_duration_seconds"
START, COMPLETION = "glider_execution_start_latency_seconds", "glider_completion_latency_seconds"
FAST = {
    **histogram(CALLS, fast=99, slow=1, bound="1", labels='verb="create",resource="pods",'),
    **histogram(CALLS, fast=0, slow=9, bound="10", labels='verb="list",resource="pods",'),
    **histogram(QUEUE, fast=1000, slow=1, bound="5"),
    **histogram(START, fast=60, slow=40, bound="30"),
    **histogram(COMPLETION, fast=99, slow=1, bound="10"),
}


def fires(alert: str, minutes: float, why: str, **series: str) -> object:
    """After so many minutes just this alert fires, where `series` replace those of a healthy operator."""
    return pytest.param(series, minutes, {alert}, id=f"{alert}: {why}")


def quiet(minutes: float, why: str, **series: str) -> object:
    """No alert fires then."""
    return pytest.param(series, minutes, set(), id=f"none: {why}")


@pytest.fixture(scope="session")
def promtool() -> Path:
    try:
        return tools.build("prometheus")["promtool"]
    except ClusterError as error:
        raise MissingServer(f"no promtool: {error}") from error


def test_the_rules_are_well_formed(promtool: Path):
    done = subprocess.run([promtool, "check", "rules", "--lint=all", "--lint-fatal", ALERTS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("series", "minutes", "expected"),
    [
        quiet(85, "a healthy operator"),
        fires("GliderOperatorDown", 6, "the target doesn't answer", **{'up{pod="a"}': "0x180", 'glider_leader{pod="a"}': "_x180"}),
        fires("GliderOperatorDown", 6, "there is no target", **{'up{pod="a"}': "_x180"}),
        quiet(4, "a target that is down for four minutes", **{'up{pod="a"}': "0x180"}),
        quiet(30, "one of two targets is down", **{'up{pod="b"}': "0x180"}),
        fires("GliderNoLeader", 4, "nobody leads", **{'glider_leader{pod="a"}': "0x180"}),
        fires("GliderNoLeader", 4, "nobody of two leads", **{'glider_leader{pod="a"}': "0x180", 'glider_leader{pod="b"}': "0x180"}),
        quiet(30, "a standby", **{'glider_leader{pod="b"}': "0x180", 'glider_ready{pod="b"}': "1x180"}),
        quiet(2, "a change of leaders", **{'glider_leader{pod="a"}': "0x180"}),
        fires("GliderSeveralLeaders", 3, "two lead", **{'glider_leader{pod="b"}': "1x180"}),
        fires("GliderOperatorNotReady", 6, "a standby isn't ready", **{'glider_ready{pod="b"}': "0x180"}),
        quiet(4, "an operator that starts", **{'glider_ready{pod="b"}': "0x180"}),
        fires("GliderOperatorRestarting", 20, "three starts", **{'process_start_time_seconds{pod="a"}': "1x5 2x5 3x5 4x160"}),
        quiet(20, "two starts", **{'process_start_time_seconds{pod="a"}': "1x5 2x5 3x170"}),
        quiet(20, "pods of a rollout", **{f'process_start_time_seconds{{pod="{pod}"}}': "1x180" for pod in "bcde"}),
        fires("GliderMemoryNearLimit", 11, "at 90%", **{'process_resident_memory_bytes{pod="a"}': "461x180"}),
        quiet(30, "no limit", **{'process_resident_memory_bytes{pod="a"}': "461x180", 'glider_memory_limit_bytes{pod="a"}': "0x180"}),
        fires("GliderEventLoopLate", 11, "late by a second", **{'glider_event_loop_lag_seconds{pod="a"}': "1x180"}),
        quiet(30, "late now and then", **{'glider_event_loop_lag_seconds{pod="a"}': "1 0 1 0 1 0x175"}),
        fires("GliderConfigurationRefused", 3, "since then", **{'glider_config_refused{pod="a"}': "1x180"}),
        fires("GliderNamespacesRefused", 16, "one namespace", **{'glider_namespaces_refused{pod="a"}': "1x180"}),
        quiet(14, "a namespace that is made again", **{'glider_namespaces_refused{pod="a"}': "1x180"}),
        fires(
            "GliderInternalErrors",
            6,
            "all five tries between two scrapes",
            **{'glider_reconcile_total{pod="a",result="error"}': "0x5 4x175"},
        ),
        quiet(30, "a while after them", **{'glider_reconcile_total{pod="a",result="error"}': "0x5 4x175"}),
        fires("GliderApiErrors", 15, "503", **{'glider_kube_requests_total{pod="a",verb="get",resource="pods",code="503"}': "0+20x180"}),
        fires(
            "GliderApiErrors", 15, "no answer", **{'glider_kube_requests_total{pod="a",verb="get",resource="pods",code="error"}': "0+9x180"}
        ),
        quiet(30, "many 404", **{'glider_kube_requests_total{pod="a",verb="get",resource="pods",code="404"}': "0+99x180"}),
        fires(
            "GliderApiSlow", 15, "one verb", **histogram(CALLS, fast=1, slow=9, bound="1", labels='verb="patch",resource="taskexecutions",')
        ),
        fires("GliderApiThrottled", 15, "a minute in 30 s", **{'glider_kube_throttle_seconds_total{pod="a"}': "0+60x180"}),
        fires(
            "GliderWatchesFailing",
            25,
            "once a minute",
            **{'glider_watch_restarts_total{pod="a",resource="pods",why="failed"}': "0+0.5x180"},
        ),
        quiet(
            40,
            "a restart of the API server",
            **{'glider_watch_restarts_total{pod="a",resource="pods",why="failed"}': "0x5 1 3 5 7x172"},
        ),
        fires(
            "GliderWatchesMissChanges",
            25,
            "at each sweep",
            **{'glider_sweep_corrections_total{pod="a",resource="pods",kind="gone"}': "0+0.25x180"},
        ),
        quiet(85, "once", **{'glider_sweep_corrections_total{pod="a",resource="pods",kind="gone"}': "0x50 3x130"}),
        fires("GliderReconcileStuck", 2, "three minutes", **{'glider_workqueue_longest_running_processor_seconds{pod="a"}': "180x180"}),
        quiet(30, "the longest that a call may take", **{'glider_workqueue_longest_running_processor_seconds{pod="a"}': "45x180"}),
        fires("GliderQueueSlow", 20, "one in ten waits", **histogram(QUEUE, fast=90, slow=10, bound="5")),
        fires("GliderStartSlow", 20, "more than half", **histogram(START, fast=40, slow=60, bound="30")),
        fires("GliderCompletionSlow", 20, "one in ten", **histogram(COMPLETION, fast=90, slow=10, bound="10")),
        fires(
            "GliderSystemFailures",
            20,
            "one in five",
            **{'glider_attempts_failed_total{pod="a",exported_namespace="y",origin="SYSTEM",reason="PodEvicted"}': "0+20x180"},
        ),
        quiet(
            30,
            "few, of few",
            **{
                'glider_pods_created_total{pod="a",result="created"}': "0+0.1x180",
                'glider_attempts_failed_total{pod="a",exported_namespace="x",origin="USER",reason="UserError"}': "0x180",
                'glider_attempts_failed_total{pod="a",exported_namespace="x",origin="SYSTEM",reason="PodDeleted"}': "0+0.1x180",
            },
        ),
        fires("GliderStoreErrors", 15, "again and again", **{'glider_store_errors_total{pod="a",operation="read"}': "0+1x180"}),
        fires("GliderHistoryBehind", 20, "the store is away", **{'glider_history_behind_seconds{pod="a"}': "0+60x180"}),
        fires("GliderHistoryUnfit", 20, "one is too large for the store", **{'glider_history_unfit{pod="a"}': "1x180"}),
        fires("GliderRetentionFailing", 60, "again and again", **{'glider_retention_errors_total{pod="a"}': "0+1x180"}),
        quiet(60, "once, and the next run went well", **{'glider_retention_errors_total{pod="a"}': "0x5 1x175"}),
        quiet(30, "once", **{'glider_store_errors_total{pod="a",operation="read"}': "0x5 1x175"}),
    ],
)
def test_fires(promtool: Path, tmp_path: Path, series: dict[str, str], minutes: float, expected: set[str]):
    values = HEALTHY | FAST | series
    tests = {
        "rule_files": [str(ALERTS)],
        "tests": [
            {
                "interval": "30s",
                "input_series": [{"series": name.replace("{", f"{{{TARGET},", 1), "values": steps} for name, steps in values.items()],
                "promql_expr_test": [
                    {
                        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                        "eval_time": f"{int(minutes * 60)}s",
                        "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(expected)],
                    }
                ],
            }
        ],
    }
    (tmp_path / "tests.json").write_text(json.dumps(tests))  # JSON is YAML
    done = subprocess.run([promtool, "test", "rules", tmp_path / "tests.json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_in_some_case():
    [cases] = [mark for mark in test_fires.pytestmark if mark.name == "parametrize"]
    assert {alert for case in cases.args[1] for alert in case.values[2]} == {rule["alert"] for rule in RULES}
