"""What the operator's configuration may say, and how it is told what it may not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider.wire.jsonform import FieldError
from glider_operator.config import Config, parse_config
from tests.unit.glider_operator.builders import CONFIGURATION

#: As a chart's values write what isn't set.
EMPTY = {
    "watchNamespaces": [],
    "clientConnection": {},
    "executor": {"imagePullPolicy": "", "mode": None},
    "statsd": {"host": ""},
    "links": [],
    "defaults": {"env": [], "labels": {}, "serviceAccountName": "", "storage": {"metadataPrefix": ""}, "securityContext": {}},
    "namespaceDefaults": [],
}


@pytest.mark.parametrize("document", [None, {}, CONFIGURATION, CONFIGURATION | EMPTY])
def test_empty_settings_are_the_defaults(document):
    assert parse_config(document) == Config()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"apiVersion": "v1"}, "apiVersion: expected glider.dev/v1alpha1, found", id="another API"),
        pytest.param({"kind": None}, "kind: expected Configuration, found nothing", id="no kind"),
        pytest.param({"healthz": {}}, "(did you mean health?), found", id="an unknown key, and the nearest that is known"),
        pytest.param({"zzz": {}}, 'links, defaults, namespaceDefaults, found "zzz"', id="a key that is near to none"),
        pytest.param(
            {"executor": {"imag": "x"}}, "executor: expected only the fields mode, image, imagePullPolicy, python", id="further in"
        ),
        pytest.param({"executor": {"mode": "Sidecar"}}, "executor.mode: expected one of Injected, Image", id="a choice"),
        pytest.param({"executor": "x"}, "executor: expected an object", id="no object"),
        pytest.param({"clientConnection": {"qps": 0}}, "clientConnection.qps: expected a number of at least 1", id="no calls"),
        pytest.param({"clientConnection": {"burst": True}}, "clientConnection.burst: expected a whole number", id="true is no number"),
        pytest.param({"metrics": {"bindAddress": "nowhere"}}, "metrics.bindAddress: expected host:port", id="an address"),
        pytest.param({"metrics": {"bindAddress": ":70000"}}, "metrics.bindAddress: expected host:port", id="a port that is none"),
        pytest.param({"logging": {"format": "xml"}}, "logging.format: expected one of plain, json", id="a format"),
        pytest.param({"gracePeriods": {"failedMount": "soon"}}, "gracePeriods.failedMount: expected a duration", id="a duration"),
        pytest.param({"watchNamespaces": "team"}, "watchNamespaces: expected a list of strings", id="one namespace as a string"),
        pytest.param({"links": [{"name": "log"}]}, "links[0].uri: expected a string, found nothing", id="a link that leads nowhere"),
        pytest.param({"defaults": {"labels": {"a": 1}}}, "defaults.labels.a: expected a string, found 1", id="a number as a label"),
        pytest.param(
            {"defaults": {"resources": {"max": {"memory": "lots"}}}},
            "defaults.resources.max.memory: expected a quantity such as 500m or 1Gi",
            id="a quantity",
        ),
        pytest.param({"defaults": {"retries": {"usr": 1}}}, "defaults.retries: expected only the fields", id="in what tasks have too"),
        pytest.param(
            {"namespaceDefaults": [{"namespaces": ["a"], "storge": {}}]},
            "(did you mean storage?)",
            id="in the defaults of a namespace",
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
        CONFIGURATION
        | {
            "watchNamespaces": ["a", "b"],
            "metrics": {"bindAddress": ":9090"},
            "gracePeriods": {"imagePullBackOff": "90s"},
            "defaults": {"resources": {"max": {"cpu": 4, "memory": "8Gi"}}},
        }
    )
    assert config.watch_namespaces == ("a", "b")
    assert config.metrics.bind_address == "0.0.0.0:9090"
    assert config.grace_periods.image_pull_back_off == timedelta(seconds=90)
    assert config.for_namespace("a").resources.max == {"cpu": "4", "memory": "8Gi"}
