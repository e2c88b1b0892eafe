"""What the operator's configuration may say, and how it is told what it may not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import Config, parse_config
from tests.unit.glider_core.builders import CONFIGURATION

#: As a chart's values write what isn't set.
EMPTY = {
    "storage": {"metadataPrefix": "", "rawOutputDataPrefix": ""},
    "taskPod": {"env": [], "envFrom": [], "serviceAccountName": "", "securityContext": {}, "containerSecurityContext": {}},
    "executor": {"imagePullPolicy": "", "image": None},
    "statsd": {"host": "", "port": 8125},
    "watchNamespaces": [],
    "clientConnection": {"qps": 100, "burst": 200},
    "health": {"healthProbeBindAddress": ":8081"},
    "namespaceDefaults": [],
}


def links(number: int) -> list[dict[str, str]]:
    return [{"name": f"link {i}", "url": "https://logs.example/{{.podName}}"} for i in range(number)]


@pytest.mark.parametrize("document", [None, {}, CONFIGURATION, CONFIGURATION | EMPTY])
def test_empty_settings_are_the_defaults(document):
    assert parse_config(document) == Config()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"apiVersion": "v1"}, 'apiVersion: expected glider.dev/v1alpha1, found "v1"', id="another API"),
        pytest.param({"kind": None}, "kind: expected Configuration, found nothing", id="no kind"),
        pytest.param({"healthz": {}}, '(did you mean health?), found "healthz"', id="an unknown key, and the nearest known one"),
        pytest.param({"zzz": {}}, 'namespaceDefaults, found "zzz"', id="a key that is near to none"),
        pytest.param({7: {}}, "found 7", id="a number as a key"),
        pytest.param({"executor": {"imag": "x"}}, "executor: expected only the fields image,", id="further in"),
        pytest.param({"executor": {"imagePullPolicy": "Daily"}}, "executor.imagePullPolicy: expected one of Always", id="a choice"),
        pytest.param({"executor": "x"}, "executor: expected an object", id="no object"),
        pytest.param({"clientConnection": {"qps": 0}}, "clientConnection.qps: expected a number of at least 1", id="no calls"),
        pytest.param({"clientConnection": {"qps": float("nan")}}, "clientConnection.qps: expected a number", id="no number at all"),
        pytest.param({"clientConnection": {"qps": 10**400}}, "clientConnection.qps: expected a number", id="more than any number"),
        pytest.param(
            {"retries": {"backoff": {"factor": 1e300}}},
            "retries.backoff.factor: expected a number of at least 1 and at most 1e+15, found 1e+300",
            id="a number that is too large",
        ),
        pytest.param({"retries": {"backoff": {"max": "9" * 400 + "h"}}}, "retries.backoff.max: expected a duration", id="longer than time"),
        pytest.param({"retries": {"backoff": {"max": "1000000h"}}}, "at most a hundred years", id="longer than anybody waits"),
        pytest.param(
            {"metrics": {"bindAddress": ":" + "9" * 5_000}}, "metrics.bindAddress: expected host:port", id="a port with many digits"
        ),
        pytest.param({"clientConnection": {"burst": True}}, "clientConnection.burst: expected a whole number", id="true is no number"),
        pytest.param({"metrics": {"bindAddress": "nowhere"}}, "metrics.bindAddress: expected host:port", id="an address"),
        pytest.param({"metrics": {"bindAddress": ":70000"}}, "metrics.bindAddress: expected host:port", id="a port that is none"),
        pytest.param({"logging": {"format": "xml"}}, "logging.format: expected one of plain, json", id="a format"),
        pytest.param({"watchNamespaces": "team"}, "watchNamespaces: expected a list of strings", id="one namespace as a string"),
        pytest.param({"retries": {"usr": 1}}, "retries: expected only the fields", id="in what tasks have too"),
        pytest.param({"retries": {"backoff": {"max": "soon"}}}, "retries.backoff.max: expected a duration", id="a duration"),
        pytest.param({"storage": {"metadataPrefix": "bucket"}}, "storage.metadataPrefix: expected a URI", id="a prefix that is no URI"),
        pytest.param({"namespaceDefaults": [{"namespaces": ["a"], "storge": {}}]}, "(did you mean storage?)", id="by namespace"),
        pytest.param({"logLinks": links(17)}, "logLinks: expected at most 16 links", id="more links than a status holds"),
        pytest.param(
            {"logLinks": links(9), "namespaceDefaults": [{"namespaces": ["a"], "logLinks": links(8)}]},
            "namespaceDefaults[0].logLinks: expected at most 16 links, with those for all namespaces, found 17",
            id="more links than a status holds, with those for all",
        ),
        pytest.param(
            {"namespaceDefaults": [{"namespaces": ["a"], "health": {}}]},
            "namespaceDefaults[0]: expected only the fields storage",
            id="what is the operator's own, by namespace",
        ),
        pytest.param(
            {"taskPod": {"labels": {"team": "blue and green"}}}, "taskPod.labels.team: expected the value of a label", id="a label's value"
        ),
        pytest.param({"taskPod": {"labels": {"the team": "blue"}}}, "taskPod.labels: expected keys such as team or", id="a label's key"),
        pytest.param(
            {"leaderElection": {"resourceName": "my lease"}},
            "leaderElection.resourceName: expected the name of an object",
            id="a Lease's name",
        ),
        pytest.param(
            {"leaderElection": {"resourceNamespace": "A"}}, "leaderElection.resourceNamespace: expected the name of", id="its namespace"
        ),
        pytest.param({"namespaceDefaults": [{}]}, "namespaceDefaults[0].namespaces: expected at least one name", id="for nobody"),
    ],
)
def test_refused(settings, message):
    with pytest.raises(FieldError) as refused:
        parse_config(CONFIGURATION | settings)
    assert message in str(refused.value)


def test_a_list_is_no_configuration():
    with pytest.raises(FieldError, match=r"expected an object, found \[1\]"):
        parse_config([1])


def test_values_are_what_they_say():
    config = parse_config(
        CONFIGURATION | {"watchNamespaces": ["a", "b"], "metrics": {"bindAddress": ":9090"}, "retries": {"backoff": {"max": "90s"}}},
    )
    assert config.watch_namespaces == ("a", "b")
    assert config.metrics.bind_address == ":9090"
    assert config.retries.backoff.longest == timedelta(seconds=90)
