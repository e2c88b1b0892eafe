"""The operator's configuration."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_operator.config import Config, load_config, parse_config

CHART = {
    "storage": {"metadataPrefix": "", "rawOutputDataPrefix": ""},
    "taskPod": {"env": [], "envFrom": [], "serviceAccountName": "", "securityContext": {}, "containerSecurityContext": {}},
    "statsd": {"host": "", "port": 8125},
    "watchNamespaces": [],
    "clientConnection": {"qps": 100, "burst": 200},
    "health": {"bindAddress": "0.0.0.0:8081"},
}


@pytest.mark.parametrize("document", [None, {}, CHART])
def test_empty_settings_are_the_defaults(document):
    assert parse_config(document) == Config()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param({"storag": {}}, 'found "storag"', id="an unknown key"),
        pytest.param({"executor": {"imag": "x"}}, "executor: expected only the fields image, imagePullPolicy, python", id="further in"),
        pytest.param({"executor": {"imagePullPolicy": "Sometimes"}}, "executor.imagePullPolicy: expected one of Always", id="a choice"),
        pytest.param({"clientConnection": {"qps": 0}}, "clientConnection.qps: expected a number of at least 1", id="no calls"),
        pytest.param({"health": {"bindAddress": "nowhere"}}, "health.bindAddress: expected host:port", id="an address"),
        pytest.param({"logging": {"format": "xml"}}, "logging.format: expected one of plain, json", id="a format"),
        pytest.param([], "expected an object, found []", id="a list"),
    ],
)
def test_refused(document, message):
    with pytest.raises(FieldError) as refused:
        parse_config(document)
    assert message in str(refused.value)


def test_a_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("watchNamespaces: [a, b]\nstatsd: {host: s}\nmetrics: {bindAddress: ':9090'}\n")
    config = load_config(path)
    assert config.watch_namespaces == ("a", "b")
    assert config.metrics_address == "0.0.0.0:9090"
