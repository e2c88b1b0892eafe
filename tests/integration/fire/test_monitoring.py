"""The chart's ServiceMonitor, alerts and dashboard with a real Prometheus that reads the real operator's metrics."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster import tools
from tests.cluster.errors import ClusterError
from tests.cluster.private import PrivateControlPlane
from tests.conftest import MissingServer
from tests.faults.apiserver.rules import Answer, Delay, Drop, EventRule, Rule, calls
from tests.integration.chart.conftest import NAMESPACE, Helm, Rendered
from tests.integration.fire.lives import CANCELLED, FAILURE, LOST_POD, REFUSED, RETRY, SUCCESS, Life
from tests.integration.fire.prometheus import Json, Prometheus, prometheus, scrape_config
from tests.integration.fire.stage import OperatorProcess, Stage, free_port, wait_until
from tests.reference.values import CHART
from tests.unit.packaging.test_alerts import RULES, RUNBOOKS, dashboard_queries

VALUES = {
    "metrics": {
        "bearerTokenSecret": {"name": "scrape", "key": "token"},
        "serviceMonitor": {"enabled": True, "interval": "1s", "scrapeTimeout": "1s"},
        "prometheusRule": {"enabled": True},
        "dashboard": {"enabled": True},
    }
}
BLOCKED = Life(
    name="blocked",
    attempts=[],
    phase="TimedOut",
    reason="QueuedTimeout",
    spec={"secrets": [{"group": "nowhere", "key": "k"}], "timeouts": {"queued": "2s"}},
)
NEEDS_THE_STORE = Life(name="image", attempts=[], phase="TimedOut", reason="QueuedTimeout", spec={"executor": {"mode": "Image"}})
#: More than the alert about completions allows.
SLOW_COMPLETION = 11.0
#: What has no series after a run without faults, and why.
NOT_THERE = {'code=~"error|429|5.."': "all calls are answered"}
#: What the operator has with rules of retention alone, which need a store (tests/integration/test_history_retention.py).
OF_RULES = ("glider_retention_due_bytes", "glider_retention_objects_deleted_total")
#: Grafana's variables in the dashboard's queries.
VARIABLES = {"$namespace": NAMESPACE, "$job": "glider-metrics", "$__rate_interval": "1m"}
RULE_OF = {rule["alert"]: rule for rule in RULES}


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A stage whose operator a Prometheus reads. `metrics`: the operator's settings of them."""

    stage: Stage
    prometheus: Prometheus
    metrics: Json

    def wait_for(self, *alerts: str, window: str = "1m") -> None:
        """Until the condition of each alert is true, which lasts for minutes before it fires. Rates are those of a shorter time here."""
        for alert in alerts:
            expression = re.sub(r"\[(5|10|15)m\]", f"[{window}]", RULE_OF[alert]["expr"])
            wait_until(partial(self.prometheus.query, expression), what=f"the condition of {alert}", timeout=60)

    def wait_for_series(self, expression: str) -> None:
        """Until there are some: after a scrape that a busy machine was too slow for there are none until the next one."""
        wait_until(partial(self.prometheus.query, expression), what=f"series of {expression}", timeout=15)

    def restarts(self) -> float:
        """How often Prometheus has seen the operator start again."""
        return sum(float(series["value"][1]) for series in self.prometheus.query("changes(process_start_time_seconds[30m])"))

    def has_restarted(self, before: float) -> bool:
        """Whether it has seen one more than so many."""
        return self.restarts() > before


@pytest.fixture(scope="module")
def rendered(plane: PrivateControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The chart with all that it has for Prometheus and Grafana."""
    folder = tmp_path_factory.mktemp("helm")
    return Helm(program=plane.binaries["helm"], folder=folder, environment={"HOME": str(folder)}).template(VALUES)


@pytest.fixture(scope="module")
def watched(fire: Stage, rendered: Rendered, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Some executions have ended in several ways, and Prometheus has read that."""
    folder = tmp_path_factory.mktemp("monitoring")
    token, address = folder / "token", f"127.0.0.1:{free_port()}"
    token.write_text("s3cret\n")
    [monitor] = rendered.of_kind("ServiceMonitor").values()
    [rule] = rendered.of_kind("PrometheusRule").values()
    scrape = scrape_config(monitor, address=address, pod="glider-0", secrets={("scrape", "token"): token})
    metrics = {"bindAddress": address, "bearerTokenFile": str(token)}
    usual = fire.operator
    usual.kill()
    fire.operator = OperatorProcess(kubeconfig=fire.proxy.kubeconfig, folder=folder, metrics=metrics, sweep={"interval": "1s"})
    fire.operator.start()
    try:
        with prometheus(folder / "prometheus", scrape=scrape, groups=rule["spec"]["groups"]) as reading:
            fire.begin([SUCCESS, SUCCESS, RETRY, LOST_POD, FAILURE, CANCELLED, REFUSED, BLOCKED])
            fire.create()
            fire.wait_until_over()
            finished = f'sum(glider_executions_finished_total{{exported_namespace="{fire.namespace}"}}) == {len(fire.names)}'
            wait_until(lambda: reading.query(finished), what="a scrape after the end", timeout=30)
            yield Watched(stage=fire, prometheus=reading, metrics=metrics)
    except ClusterError as error:
        raise MissingServer(f"no Prometheus: {error}") from error
    finally:
        fire.operator.kill()
        fire.operator = usual
        fire.reset()


@pytest.fixture
def stage(watched: Watched) -> Iterator[Stage]:
    """The stage, which has no faults afterwards."""
    yield watched.stage
    watched.stage.reset()


def for_prometheus(query: str) -> str:
    """A query of the dashboard as Grafana sends it."""
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    return query


def queries() -> Iterator[Any]:
    """Each query of alerts, dashboard and runbooks."""
    pasted = "".join(re.findall(r"```promql\n(.*?)```", RUNBOOKS, re.DOTALL)).splitlines()
    yield from (pytest.param(rule["expr"], id=rule["alert"]) for rule in RULES)
    yield from (pytest.param(for_prometheus(text), id=f"dashboard {number}") for number, text in enumerate(dashboard_queries()))
    yield from (pytest.param(text.partition(" #")[0], id=f"runbooks {number}") for number, text in enumerate(pasted))


@pytest.mark.parametrize("query", list(queries()))
def test_a_query_reads_series_that_the_operator_has(watched: Watched, query: str):
    watched.prometheus.query(query)  # raises where Prometheus refuses it
    selectors = watched.prometheus.selectors(query)
    assert selectors
    assert {selector.partition("{")[0] for selector in selectors} <= watched.prometheus.names() | set(OF_RULES)
    for selector in selectors:
        if selector.startswith(OF_RULES):
            continue
        if not any(text in selector for text in NOT_THERE):
            watched.wait_for_series(selector)


@pytest.mark.parametrize("query", list(dashboard_queries()))
def test_a_panel_shows_something(watched: Watched, query: str):
    if not any(name in query for name in ("glider_memory_limit_bytes", *OF_RULES)):  # a process outside of a container has no limit
        watched.wait_for_series(for_prometheus(query))


def test_the_rules_are_those_of_the_chart_and_none_fires_while_all_is_well(watched: Watched):
    rules = watched.prometheus.rules()
    assert sorted(rule["name"] for rule in rules) == sorted(RULE_OF)
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []


def test_the_token_is_brought(watched: Watched):
    def is_up() -> bool:
        [target] = watched.prometheus.targets()
        return (target["health"], target["lastError"]) == ("up", "")

    wait_until(is_up, what="a scrape that is answered in time, which without the token none is")


def test_an_api_server_that_fails(watched: Watched, stage: Stage):
    stage.proxy.rules = [Rule(where=calls(), fault=Answer(status=503, reason="ServiceUnavailable"))]
    stage.proxy.cut_watches()
    watched.wait_for("GliderApiErrors", "GliderWatchesFailing")


def test_an_api_server_that_is_slow(watched: Watched, stage: Stage):
    stage.begin([SUCCESS, SUCCESS, SUCCESS])
    stage.proxy.rules = [Rule(where=calls(verb="create", resource="pods"), fault=Delay(seconds=2))]
    stage.create()
    watched.wait_for("GliderApiSlow")
    stage.wait_until_over()


def test_watches_that_lose_events(watched: Watched, stage: Stage):
    stage.begin([SUCCESS])
    stage.proxy.event_rules = [EventRule(resource="pods", fault=Drop())]
    stage.create()
    watched.wait_for("GliderWatchesMissChanges")
    stage.wait_until_over()


def test_a_configuration_that_is_refused(watched: Watched, stage: Stage):
    stage.operator.write_configuration(retires={"user": 1})
    watched.wait_for("GliderConfigurationRefused", "GliderOperatorNotReady")
    stage.operator.write_configuration()
    wait_until(lambda: not stage.operator.unready(), what="the operator to be ready again")


def test_an_operator_that_is_gone(watched: Watched, stage: Stage):
    down = partial(watched.prometheus.query, RULE_OF["GliderOperatorDown"]["expr"])
    wait_until(lambda: not down(), what="a scrape that is answered in time")
    stage.operator.kill()
    watched.wait_for("GliderOperatorDown")


def test_an_operator_that_ends_again_and_again(watched: Watched, stage: Stage):
    for _ in range(3):
        stage.operator.kill()
        before = watched.restarts()
        stage.operator.start()
        wait_until(partial(watched.has_restarted, before), what="Prometheus to see the restart", timeout=30)
    watched.wait_for("GliderOperatorRestarting")


def test_an_operator_that_is_late(watched: Watched, stage: Stage):
    stage.begin([SUCCESS, SUCCESS, SUCCESS])
    stage.kubelet.frozen = True
    stage.create()
    wait_until(lambda: len(stage.live_pods()) == len(stage.names), what="the pods")
    stage.operator.signal(signal.SIGSTOP)
    try:
        stage.kubelet.frozen, stage.kubelet.paced = False, False  # until the next scene the pods don't wait for the operator
        wait_until(lambda: not stage.live_pods(), what="the end of the pods")
        time.sleep(SLOW_COMPLETION)
    finally:
        stage.operator.signal(signal.SIGCONT)
    watched.wait_for("GliderCompletionSlow", window="5m")
    stage.wait_until_over()


def test_a_store_that_does_not_answer(watched: Watched, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stage.operator.kill()
    monkeypatch.setenv("FLYTE_AWS_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    for name in ("FLYTE_AWS_ACCESS_KEY_ID", "FLYTE_AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    settings: Json = {"metrics": watched.metrics, "storage": {"metadataPrefix": "s3://bucket/meta"}}
    storing = OperatorProcess(kubeconfig=stage.proxy.kubeconfig, folder=tmp_path, **settings)
    storing.start()
    try:
        stage.begin([NEEDS_THE_STORE])
        stage.create()
        watched.wait_for("GliderStoreErrors")
    finally:
        storing.kill()
        stage.delete_all()


def test_an_operator_that_may_neither_lead_nor_watch_everywhere(watched: Watched, stage: Stage, tmp_path: Path):
    forbidden = Answer(status=403, reason="Forbidden")
    leases, elsewhere = calls(resource="leases"), calls(verb="list", namespace="elsewhere")
    stage.proxy.rules = [Rule(where=where, fault=forbidden) for where in (leases, elsewhere)]
    election, served = {"leaderElect": True, "resourceNamespace": "default"}, [stage.namespace, "elsewhere"]
    settings: Json = {"metrics": watched.metrics, "leaderElection": election, "watchNamespaces": served}
    stage.operator.kill()
    limited = OperatorProcess(kubeconfig=stage.proxy.kubeconfig, folder=tmp_path, **settings)
    limited.spawn()
    try:
        watched.wait_for("GliderNoLeader", "GliderNamespacesRefused", "GliderOperatorNotReady")
    finally:
        limited.kill()


def test_the_prometheus_operators_crds_are_needed_and_take_what_the_chart_makes(plane: PrivateControlPlane, rendered: Rendered):
    environment = os.environ | {"KUBECONFIG": str(plane.kubeconfig)}

    def run(*command: str, text: str = "") -> str:
        done = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    kubectl, values = (
        str(plane.binaries["kubectl"]),
        [f"--set=metrics.{name}.enabled=true" for name in ("serviceMonitor", "prometheusRule")],
    )
    install = (str(plane.binaries["helm"]), "install", "monitored", str(CHART), "--dry-run=server", "--set=crds.install=false", *values)
    assert 'no matches for kind "PrometheusRule" in version "monitoring.coreos.com/v1"' in run(*install)
    folder = tools.sources("prometheus-operator") / "example" / "prometheus-operator-crd"
    crds = [str(folder / f"monitoring.coreos.com_{plural}.yaml") for plural in ("servicemonitors", "prometheusrules")]
    run(kubectl, "create", *(f"--filename={crd}" for crd in crds))
    run(kubectl, "wait", "--for=condition=Established", "--timeout=30s", *(f"--filename={crd}" for crd in crds))
    made = [one for kind in ("ServiceMonitor", "PrometheusRule") for one in rendered.of_kind(kind).values()]
    made += [one for (_, name), one in rendered.of_kind("ConfigMap").items() if name == "glider-dashboard"]
    for one in made:
        one["metadata"]["namespace"] = "default"
        answer = run(kubectl, "create", "--validate=strict", "--namespace=default", "--filename=-", text=json.dumps(one))
        assert answer.endswith(" created\n"), answer
        stored = yaml.safe_load(run(kubectl, "get", "--namespace=default", "--output=yaml", one["kind"], one["metadata"]["name"]))
        assert stored.get("spec") == one.get("spec"), "the schema has dropped nothing"
