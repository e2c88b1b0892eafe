"""What the chart gives to Prometheus and Grafana, where the values ask for it."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.integration.chart.conftest import NAMESPACE, Helm, HelmError
from tests.reference.dashboard import DASHBOARD
from tests.reference.values import SCHEMA
from tests.unit.packaging.test_alerts import RULES


def test_nothing_of_it_is_there_by_default(helm: Helm):
    rendered = helm.template()
    assert not rendered.kinds() & {"ServiceMonitor", "PrometheusRule"}
    assert list(rendered.of_kind("ConfigMap")) == [(NAMESPACE, "glider")]


def test_a_service_monitor_reads_metrics_as_the_operator_serves_them(helm: Helm):
    monitor = {"enabled": True, "namespace": "monitoring", "labels": {"release": "prometheus"}, "interval": "15s", "scrapeTimeout": "5s"}
    relabelings = [{"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}]
    dropped = [{"sourceLabels": ["__name__"], "regex": "python_.*", "action": "drop"}]
    rendered = helm.template(
        {
            "metrics": {
                "serviceMonitor": monitor | {"relabelings": relabelings, "metricRelabelings": dropped},
                "bearerTokenSecret": {"name": "scrape", "key": "it"},
                "service": {"labels": {"team": "a"}, "annotations": {"prometheus.io/scrape": "true"}},
            }
        }
    )
    [(key, found)] = rendered.of_kind("ServiceMonitor").items()
    service = rendered.of_kind("Service")[NAMESPACE, "glider-metrics"]
    assert key == ("monitoring", "glider")
    assert found["metadata"]["labels"]["release"] == "prometheus"
    assert found["spec"]["namespaceSelector"] == {"matchNames": [NAMESPACE]}
    assert found["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert found["spec"]["endpoints"] == [
        {
            "port": service["spec"]["ports"][0]["name"],
            "path": "/metrics",
            "interval": "15s",
            "scrapeTimeout": "5s",
            "authorization": {"type": "Bearer", "credentials": {"name": "scrape", "key": "it"}},
            "relabelings": relabelings,
            "metricRelabelings": dropped,
        }
    ]
    assert service["metadata"]["labels"]["team"] == "a"
    assert service["metadata"]["annotations"] == {"prometheus.io/scrape": "true"}


def test_the_alerts_are_about_the_release(helm: Helm):
    rule = {"enabled": True, "runbookURL": "https://wiki.example.com/glider", "alertLabels": {"team": "a"}, "labels": {"release": "x"}}
    disabled = ["GliderStartSlow", "GliderApiThrottled"]
    rendered = helm.template(
        {"fullnameOverride": "blue", "metrics": {"prometheusRule": rule | {"disabledAlerts": disabled}}}, "--namespace", "team-blue"
    )
    [found] = rendered.of_kind("PrometheusRule").values()
    rules = [rule for group in found["spec"]["groups"] for rule in group["rules"]]
    assert [one["alert"] for one in rules] == [one["alert"] for one in RULES if one["alert"] not in disabled]
    for one in rules:
        assert 'job="blue-metrics",namespace="team-blue"' in one["expr"]
        assert "glider-system" not in one["expr"]
        assert one["labels"]["team"] == "a"
        assert one["annotations"]["runbook_url"] == f"https://wiki.example.com/glider#{one['alert'].lower()}"


def test_alerts_are_those_of_the_file_unless_the_values_change_them(helm: Helm):
    [found] = helm.template({"metrics": {"prometheusRule": {"enabled": True}}}).of_kind("PrometheusRule").values()
    assert [rule for group in found["spec"]["groups"] for rule in group["rules"]] == RULES


def test_the_alerts_that_can_be_disabled_are_those_that_there_are():
    metrics = json.loads(SCHEMA.read_text())["properties"]["metrics"]["properties"]
    assert metrics["prometheusRule"]["properties"]["disabledAlerts"]["items"]["enum"] == [rule["alert"] for rule in RULES]


def test_the_dashboard_is_a_config_map_that_grafanas_sidecar_finds(helm: Helm):
    rendered = helm.template({"metrics": {"dashboard": {"enabled": True, "folder": "Platform", "annotations": {"a": "b"}}}})
    found = rendered.of_kind("ConfigMap")[NAMESPACE, "glider-dashboard"]
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert found["metadata"]["annotations"] == {"a": "b", "grafana_folder": "Platform"}
    assert json.loads(found["data"]["glider.json"]) == json.loads(DASHBOARD.read_text())


@pytest.mark.parametrize(
    ("values", "told"),
    [
        pytest.param("{serviceMonitor: {interval: 30}}", "/metrics/serviceMonitor/interval", id="an interval without its unit"),
        pytest.param("{serviceMonitor: {enable: true}}", "'enable' not allowed", id="enable for enabled"),
        pytest.param("{serviceMonitor: {relabelings: [{action: dropp}]}}", "/relabelings/0/action", id="an action"),
        pytest.param("{prometheusRule: {disabledAlerts: [GliderDown]}}", "/disabledAlerts/0", id="an alert that there isn't"),
        pytest.param("{prometheusRule: {runbookUrl: x}}", "'runbookUrl' not allowed", id="runbookUrl for runbookURL"),
        pytest.param("{dashboard: {labels: {a: true}}}", "/dashboard/labels/a", id="a label that is no text"),
    ],
)
def test_a_mistake_is_refused_by_name(helm: Helm, values: str, told: str):
    with pytest.raises(HelmError, match="values don't meet the specifications") as refused:
        helm.template({"metrics": yaml.safe_load(values)})
    assert told in str(refused.value)


def test_a_service_monitor_needs_metrics_that_are_served(helm: Helm):
    with pytest.raises(HelmError, match=r"metrics.serviceMonitor.enabled: expected metrics that are served"):
        helm.template({"config": {"metrics": {"bindAddress": "0"}}, "metrics": {"serviceMonitor": {"enabled": True}}})


def test_the_front_for_flytekits_clients_has_a_service_monitor_of_its_own(helm: Helm):
    monitor = {"enabled": True, "interval": "15s", "labels": {"release": "prometheus"}}
    rendered = helm.template({"admin": {"enabled": True}, "metrics": {"serviceMonitor": monitor}})
    found = rendered.of_kind("ServiceMonitor")[NAMESPACE, "glider-admin"]
    service = rendered.of_kind("Service")[NAMESPACE, "glider-admin"]
    assert found["metadata"]["labels"]["release"] == "prometheus"
    assert found["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert found["spec"]["endpoints"] == [{"port": "http", "path": "/metrics", "interval": "15s"}]
    assert "http" in {port["name"] for port in service["spec"]["ports"]}


def test_it_asks_by_tls_where_the_front_has_a_certificate(helm: Helm):
    values = {"admin": {"enabled": True, "tls": {"secretName": "cert"}}, "metrics": {"serviceMonitor": {"enabled": True}}}
    [endpoint] = helm.template(values).of_kind("ServiceMonitor")[NAMESPACE, "glider-admin"]["spec"]["endpoints"]
    assert (endpoint["scheme"], endpoint["tlsConfig"]) == ("https", {"insecureSkipVerify": True})


def test_without_the_front_there_is_none_of_it(helm: Helm):
    assert list(helm.template({"metrics": {"serviceMonitor": {"enabled": True}}}).of_kind("ServiceMonitor")) == [(NAMESPACE, "glider")]
