"""The front's settings: what isn't right is refused by its field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_admin.settings import Assigned, Settings, Tls, load_settings, parse_settings

KIND = {"apiVersion": "glider.dev/v1alpha1", "kind": "AdminConfiguration"}


def test_without_a_file_all_have_defaults() -> None:
    assert load_settings(None) == Settings()
    assert parse_settings(KIND) == Settings()


def test_all_of_access_is_read() -> None:
    table = [{"project": "shop", "domain": "production", "namespace": "team-shop"}]
    tls = {"certFile": "/tls/tls.crt", "keyFile": "/tls/tls.key"}
    settings = parse_settings({**KIND, "namespace": "{project}", "namespaces": table, "domains": ["production"], "tls": tls})
    assert settings.namespaces == (Assigned(project="shop", domain="production", namespace="team-shop"),)
    assert (settings.namespace, settings.domains) == ("{project}", ("production",))
    assert settings.tls == Tls(cert_file=Path("/tls/tls.crt"), key_file=Path("/tls/tls.key"))


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        pytest.param({"namespce": "a"}, "namespce", id="an unknown key"),
        pytest.param({"limits": {"messages": 1}}, "limits: expected only", id="an unknown key of a section"),
        pytest.param({"namespace": "{project}-{team}"}, "namespace: expected a-z", id="a rule with another name"),
        pytest.param({"namespace": "{project}{project}"}, "namespace: expected a-z", id="a rule with a name twice"),
        pytest.param({"namespace": "{project!r}"}, "namespace: expected a-z", id="a rule of Python's"),
        pytest.param({"namespaces": [{"project": "a", "domain": "b"}]}, r"namespaces\[0\].namespace", id="a row without a namespace"),
        pytest.param(
            {"namespaces": [{"project": "a", "domain": "b", "namespace": "A"}]}, r"namespaces\[0\].namespace", id="no namespace's name"
        ),
        pytest.param(
            {"namespaces": [{"project": "a", "domain": "b", "namespace": "c"}] * 2}, r"namespaces\[1\].project", id="the same row twice"
        ),
        pytest.param({"domains": ["Production"]}, "domains", id="no domain's name"),
        pytest.param({"tls": {"certFile": "/a"}}, "tls.keyFile", id="a certificate without its key"),
        pytest.param({"grpcAddress": "8089"}, "grpcAddress", id="a port alone"),
    ],
)
def test_the_field_is_named(keys: dict[str, Any], why: str) -> None:
    with pytest.raises(FieldError, match=why):
        parse_settings({**KIND, **keys})
