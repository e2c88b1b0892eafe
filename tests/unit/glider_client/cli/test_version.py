"""`glider version`: without a cluster, and when versions don't fit. tests/integration/test_version.py asks a real cluster."""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest
from click.testing import CliRunner

from glider_client.cli.glider import main
from glider_client.cli.version import skew
from glider_client.cluster.operators import Operator
from glider_core.config import Config


def operator(text: str) -> Operator:
    return Operator(namespace="glider-system", name="glider", ready=1, wanted=1, config=Config(), version=text)


def test_the_client_alone_needs_no_cluster() -> None:
    result = CliRunner().invoke(main, ["version", "--client"])
    assert (result.exit_code, result.stdout.split()[:2]) == (0, ["Client:", version("glider-client")])
    document = json.loads(CliRunner().invoke(main, ["version", "--client", "-o", "json"]).stdout)
    assert document["client"]["version"] == version("glider-client")
    assert set(document) == {"client"}


@pytest.mark.parametrize(
    ("client", "server", "advice"),
    [
        pytest.param("0.1.0", "0.1.0", "", id="the same"),
        pytest.param("0.1.0", "0.1.7", "", id="another patch"),
        pytest.param("0.1.0", "v0.1.2-rc.1", "", id="a candidate of another patch"),
        pytest.param("0.1.0", "", "", id="an operator of no known version"),
        pytest.param("0.2.0", "0.1.9", "Upgrade the operator.", id="an older operator"),
        pytest.param("0.2.0", "0.10.0", "Upgrade glider.", id="a newer operator, by number"),
        pytest.param("1.0.0", "0.9.0", "Upgrade the operator.", id="another major version"),
    ],
)
def test_client_and_operator_fit_by_their_minor_version(client: str, server: str, advice: str) -> None:
    warnings = list(skew(client, [operator(server)]))
    assert len(warnings) == bool(advice)
    assert not advice or (advice in warnings[0] and client in warnings[0] and server in warnings[0])
