"""The Grafana dashboard of the chart, from a table of its panels: JSON by hand would be mostly positions and repetitions.

Prometheus gives each series of a ServiceMonitor the operator's namespace as `namespace`; the label of that name of our own, the
executions' namespace, is `exported_namespace` there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.conftest import ROOT

Json = dict[str, Any]
DASHBOARD = ROOT / "charts" / "glider" / "files" / "dashboard.json"

_SELECTED = 'job="$job",namespace="$namespace"'
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One panel. `queries` are (legend, expression); `SEL` in an expression is replaced by the selection of the operator."""

    title: str
    about: str
    queries: Sequence[tuple[str, str]]
    unit: str = "short"
    kind: str = "timeseries"


def _quantiles(metric: str, *, by: str = "", among: str = "") -> list[tuple[str, str]]:
    """The median, and what one in twenty and one in a hundred exceeds."""
    labels, legend = (f", {by}", f" {{{{{by}}}}}") if by else ("", "")
    return [
        (f"p{name}{legend}", f"histogram_quantile({quantile}, sum by (le{labels}) (rate({metric}_bucket{{SEL{among}}}[$__rate_interval])))")
        for name, quantile in (("50", 0.5), ("95", 0.95), ("99", 0.99))
    ]


def _rate(metric: str, by: str, *, among: str = "") -> tuple[str, str]:
    """How often a second, by labels."""
    legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(","))
    return legend, f"sum by ({by}) (rate({metric}{{SEL{among}}}[$__rate_interval]))"


ROWS: Sequence[tuple[str, Sequence[Panel]]] = (
    (
        "Now",
        (
            Panel(title="Leaders", about="1: one operator acts", queries=[("", "sum(glider_leader{SEL})")], kind="stat"),
            Panel(
                title="Not ready",
                about="Operators whose /readyz fails",
                queries=[("", "count(glider_ready{SEL} == 0) or vector(0)")],
                kind="stat",
            ),
            Panel(
                title="Live executions",
                about="Not finished",
                queries=[("", 'sum(max by (phase) (glider_executions{SEL,phase!="finished"}))')],
                kind="stat",
            ),
            Panel(
                title="Finished, kept in memory",
                about="They have pods or a TTL",
                queries=[("", 'max(glider_executions{SEL,phase="finished"})')],
                kind="stat",
            ),
            Panel(
                title="Active pods",
                about="Their task runs, or may still start to",
                queries=[("", "max(glider_pods_active{SEL})")],
                kind="stat",
            ),
            Panel(
                title="Configuration refused",
                about="1: an older one is in use",
                queries=[("", "max(glider_config_refused{SEL})")],
                kind="stat",
            ),
        ),
    ),
    (
        "Executions",
        (
            Panel(
                title="Live executions by phase",
                about="",
                queries=[("{{phase}}", 'max by (phase) (glider_executions{SEL,phase!="finished"})')],
            ),
            Panel(
                title="Starts and ends a second",
                about="Pods created, and executions that have finished, by their last phase",
                queries=[
                    ("created", 'sum(rate(glider_pods_created_total{SEL,result="created"}[$__rate_interval]))'),
                    _rate("glider_executions_finished_total", "result"),
                ],
                unit="ops",
            ),
            Panel(
                title="Ends a second by namespace",
                about="The ten with the most",
                queries=[
                    (
                        "{{exported_namespace}}",
                        "topk(10, sum by (exported_namespace) (rate(glider_executions_finished_total{SEL}[$__rate_interval])))",
                    )
                ],
                unit="ops",
            ),
            Panel(
                title="Start latency",
                about="From an execution's creation to its first pod's: also while it is suspended, held or blocked",
                queries=_quantiles("glider_execution_start_latency_seconds"),
                unit="s",
            ),
            Panel(
                title="Start of pods",
                about="From a pod's creation to the start of its task's container: node, image, volumes",
                queries=_quantiles("glider_pod_startup_latency_seconds"),
                unit="s",
            ),
            Panel(
                title="Completion latency",
                about="From the end of an execution's container to its status",
                queries=_quantiles("glider_completion_latency_seconds"),
                unit="s",
            ),
            Panel(
                title="Duration",
                about="From an execution's creation to its end",
                queries=_quantiles("glider_execution_duration_seconds"),
                unit="s",
            ),
            Panel(
                title="Waits by reason",
                about="Those that were long enough to be recorded in a status",
                queries=[_rate("glider_pod_pending_total", "reason")],
                unit="ops",
            ),
        ),
    ),
    (
        "Failures",
        (
            Panel(
                title="Failed attempts by origin and reason",
                about="",
                queries=[_rate("glider_attempts_failed_total", "origin, reason")],
                unit="ops",
            ),
            Panel(
                title="Ends by reason",
                about="Without those that succeeded",
                queries=[_rate("glider_executions_finished_total", "reason", among=',result!="Succeeded"')],
                unit="ops",
            ),
            Panel(
                title="Errors of the store",
                about="It refused the operator, or didn't answer it, before a pod or after its end",
                queries=[_rate("glider_store_errors_total", "operation")],
                unit="ops",
            ),
            Panel(
                title="Pods that disappeared",
                about="Before their end, and not by the operator",
                queries=[("", "sum(rate(glider_pods_missing_total{SEL}[$__rate_interval]))")],
                unit="ops",
            ),
        ),
    ),
    (
        "History",
        (
            Panel(
                title="Executions that wait to be archived",
                about="They have ended; none is deleted by its TTL before it is in the history",
                queries=[("all", "max(glider_history_pending{SEL})"), ("that can't be", "max(glider_history_unfit{SEL})")],
            ),
            Panel(
                title="How far the history is behind",
                about="How long the first execution that can be archived has waited for it",
                queries=[("", "max(glider_history_behind_seconds{SEL})")],
                unit="s",
            ),
            Panel(
                title="Archived a second, and failures",
                about="Failures by what it was: the store, a record, a lost execution, a merge of the index",
                queries=[
                    ("archived", "sum(rate(glider_history_archived_total{SEL}[$__rate_interval]))"),
                    _rate("glider_history_failures_total", "operation"),
                ],
                unit="ops",
            ),
            Panel(
                title="Deleted by retention",
                about="Objects a second, by the rule; failures are deletions that failed, and runs that ended early",
                queries=[
                    _rate("glider_retention_objects_deleted_total", "rule"),
                    ("failures", "sum(rate(glider_retention_errors_total{SEL}[$__rate_interval]))"),
                ],
                unit="ops",
            ),
            Panel(
                title="What retention would delete",
                about="By the rule, while retention.dryRun holds",
                queries=[("{{rule}}", "max by (rule) (glider_retention_due_bytes{SEL})")],
                unit="bytes",
            ),
        ),
    ),
    (
        "The operator's work",
        (
            Panel(title="Reconciles by result", about="", queries=[_rate("glider_reconcile_total", "result")], unit="ops"),
            Panel(
                title="Work queue",
                about="Executions that wait to be reconciled, and how many are requeued after an error",
                queries=[
                    ("waiting", "max(glider_workqueue_depth{SEL})"),
                    ("retries a second", "sum(rate(glider_workqueue_retries_total{SEL}[$__rate_interval]))"),
                ],
            ),
            Panel(title="Wait in the queue", about="", queries=_quantiles("glider_workqueue_queue_duration_seconds"), unit="s"),
            Panel(
                title="Reconciles",
                about="How long they take, and how long the longest has been running",
                queries=[
                    *_quantiles("glider_workqueue_work_duration_seconds"),
                    ("longest running", "max(glider_workqueue_longest_running_processor_seconds{SEL})"),
                ],
                unit="s",
            ),
            Panel(
                title="Sweeps",
                about="How long ago the last one finished",
                queries=[("{{pod}}", "time() - (glider_sweep_last_success_timestamp_seconds{SEL} > 0)")],
                unit="s",
            ),
            Panel(
                title="Changes that watches missed",
                about="Sweeps found them",
                queries=[_rate("glider_sweep_corrections_total", "resource, kind")],
                unit="ops",
            ),
        ),
    ),
    (
        "Kubernetes API",
        (
            Panel(title="Calls", about="", queries=[_rate("glider_kube_requests_total", "verb, resource")], unit="reqps"),
            Panel(
                title="Calls that fail",
                about="error: no answer",
                queries=[_rate("glider_kube_requests_total", "verb, resource, code", among=',code!~"2.."')],
                unit="reqps",
            ),
            Panel(
                title="Duration of calls",
                about="95% are faster",
                queries=[
                    (
                        "{{verb}} {{resource}}",
                        "histogram_quantile(0.95, sum by (le, verb, resource) "
                        "(rate(glider_kube_request_duration_seconds_bucket{SEL}[$__rate_interval])))",
                    )
                ],
                unit="s",
            ),
            Panel(
                title="Waits for the own rate limit",
                about="Seconds a second: clientConnection.qps",
                queries=[("{{pod}}", "rate(glider_kube_throttle_seconds_total{SEL}[$__rate_interval])")],
                unit="s",
            ),
            Panel(title="Watches that began again", about="", queries=[_rate("glider_watch_restarts_total", "resource, why")], unit="ops"),
            Panel(
                title="Events that weren't posted",
                about="Too many",
                queries=[("{{pod}}", "rate(glider_events_dropped_total{SEL}[$__rate_interval])")],
                unit="ops",
            ),
        ),
    ),
    (
        "The operator's process",
        (
            Panel(title="Leader", about="Which operator may write", queries=[("{{pod}}", "glider_leader{SEL}")]),
            Panel(
                title="Memory",
                about="Resident, and the container's limit",
                queries=[("{{pod}}", "process_resident_memory_bytes{SEL}"), ("limit", "max(glider_memory_limit_bytes{SEL} > 0)")],
                unit="bytes",
            ),
            Panel(
                title="CPU",
                about="1: one CPU is full, and more don't help",
                queries=[("{{pod}}", "rate(process_cpu_seconds_total{SEL}[$__rate_interval])")],
            ),
            Panel(
                title="Event loop",
                about="How late it is, at worst in the last few seconds",
                queries=[("{{pod}}", "glider_event_loop_lag_seconds{SEL}")],
                unit="s",
            ),
            Panel(title="Restarts", about="Within an hour", queries=[("{{pod}}", "changes(process_start_time_seconds{SEL}[1h])")]),
            Panel(title="Versions", about="", queries=[("{{pod}} {{version}}", "glider_build_info{SEL}")]),
        ),
    ),
)


def current_dashboard() -> str:
    """The text of dashboard.json."""
    variables = [
        {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
        _variable("namespace", "Namespace", "label_values(glider_leader, namespace)"),
        _variable("job", "Operator", 'label_values(glider_leader{namespace="$namespace"}, job)'),
    ]
    document = {
        "uid": "glider",
        "title": "Glider",
        "description": "Executions, and the operator that runs them. docs/runbooks.md has what to do about an alert.",
        "tags": ["glider"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": variables},
        "panels": list(_placed()),
    }
    return json.dumps(document, indent=1) + "\n"


def _variable(name: str, label: str, query: str) -> Json:
    return {"name": name, "label": label, "type": "query", "datasource": _SOURCE, "query": query, "refresh": 2, "sort": 1}


def _placed() -> Iterator[Json]:
    """The rows and panels with their places."""
    number = top = 0
    for title, panels in ROWS:
        number += 1
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": _place(0, top, _COLUMNS, 1)}
        top += 1
        width, height = (4, 4) if panels[0].kind == "stat" else (8, 8)
        for index, panel in enumerate(panels):
            number += 1
            across, down = index * width % _COLUMNS, index * width // _COLUMNS
            yield _panel(panel, number) | {"gridPos": _place(across, top + down * height, width, height)}
        top += -(-len(panels) * width // _COLUMNS) * height


def _place(x: int, y: int, width: int, height: int) -> Json:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Panel, number: int) -> Json:
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": _SOURCE,
            "expr": expression.replace("SEL", _SELECTED),
            "legendFormat": legend or "__auto",
        }
        for index, (legend, expression) in enumerate(panel.queries)
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }
