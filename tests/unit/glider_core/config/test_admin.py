"""Settings of how eager tasks reach the front."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import parse_config
from tests.unit.glider_core.builders import CONFIGURATION


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param(
            {"tokenSeconds": 599},
            "admin.tokenSeconds: expected a whole number of at least 600 and at most 86400, found 599",
            id="too short",
        ),
        pytest.param(
            {"tokenSeconds": 86_401}, "admin.tokenSeconds: expected a whole number of at least 600", id="longer than it is good for"
        ),
        pytest.param({"namespace": "tasks"}, "admin.namespace: expected a rule with {project}, {domain} or both", id="one for all"),
        pytest.param({"namespace": "{org}-{domain}"}, "admin.namespace: expected a rule with {project}", id="another placeholder"),
    ],
)
def test_what_cannot_work_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_config(CONFIGURATION | {"admin": settings})
    assert message in str(caught.value)


def test_a_namespace_may_have_its_own() -> None:
    entry = {"namespaces": ["ml"], "admin": {"project": "learning", "domain": "production"}}
    config = parse_config(CONFIGURATION | {"admin": {"endpoint": "front:8089"}, "namespaceDefaults": [entry]})
    admin = config.for_namespace("ml").admin
    assert (admin.endpoint, admin.project, admin.domain) == ("front:8089", "learning", "production")
    assert config.for_namespace("other").admin.project is None


def test_an_empty_endpoint_takes_it_from_a_namespace() -> None:
    entry = {"namespaces": ["locked"], "admin": {"endpoint": ""}}
    config = parse_config(CONFIGURATION | {"admin": {"endpoint": "front:8089"}, "namespaceDefaults": [entry]})
    assert config.for_namespace("locked").admin.endpoint is None
    assert config.for_namespace("other").admin.endpoint == "front:8089"
