"""The chart refuses what the operator would refuse, and nothing else: its schema and the parser have the same verdict on each value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from jsonschema import Draft7Validator, validators
from jsonschema.exceptions import ValidationError

from glider.wire.jsonform import FieldError
from glider_core.api.fields import Fields
from glider_core.config import parse_config
from tests.reference.chart import config_schema
from tests.reference.schema import Asked, definitions_for
from tests.unit.glider_core.builders import CONFIGURATION

Json = dict[str, Any]
Make = Callable[[Any], Any]

#: What people, YAML and charts write where a setting is: good somewhere, bad somewhere else.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, 16, -1, 1.5, 70_000, 2**31, 2.5e9 + 0.5),
    *("", "a", "A", "123", "a b", "a.b", "a/b", "a\nb", "a\n", "é", "-a", "a" * 63, "a" * 64),
    *("0", "5m", "3days", "1h30m", "1.5s", "-5m", "5 m", "5m\n", "250ms", "5d", "٣m", "9" * 33 + "s", "forever", "never"),
    *("1Gi", "1GB", "500m", "1e3", "0.5", ".5", "5.", "٣", "1" * 65, "Gi"),
    *("s3://b/p", "/b/m", "b/m", "://x", "s3://", "3s://b"),
    *(":8080", "0.0.0.0:8081", "[::]:8081", "[::1]:80", "::1:80", "[a]b:80", "nowhere", ":70000", ":65535", "host:", "a b:80"),
    *("Always", "always", "Env", "Image", "In", "INFO", "plain", "team-*", "team_*", "[ab]?"),
    *([], [None], ["a"], ["a", "A"], [1], [{}], [{"name": "a"}], [{"name": "a", "url": "u"}], [{"name": ""}], [{}] * 17, "a,b"),
    *({}, {"a": "b"}, {"a": 1}, {"a": None}, {"a": "1Gi"}, {"a": [{}]}, {"a": ["b"]}, {"a": {}}, {"name": "a"}, {"key": "a"}),
    *({"a b": "c"}, {"a": "b c"}, {"a": ""}, {"a/b/c": "d"}, {"A.b/c": "d"}, {"example.com/Team": "a"}, {"": "a"}, {"a": "x" * 64}),
)
#: What has to be there beside what is tried.
BESIDE = {"namespaces": ["a"], "name": "a", "url": "u", "group": "a", "key": "a"}
#: Settings that have to fit each other, and one that has to be more than nothing: the parser alone says so.
TOGETHER = re.compile(
    r"leaderElection\.|sweep\.interval|metrics\.statsd\.interval|a hundred years|since history.enabled is true|since the group's name|"
    r"retention\.interval|since nobody means all|history\.enabled to be true|at least one, or no such field|a name that no other rule has"
)


def python_pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """As in Go, where `$` is the end, and not also before a last newline."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


VALIDATOR = validators.extend(Draft7Validator, {"pattern": python_pattern})(
    {**config_schema(), "definitions": definitions_for(config_schema())}
)


def places(schema: Json, *, path: str = "", make: Make = lambda value: value) -> Iterator[tuple[str, Make]]:
    """Each place of the schema, and what makes a configuration of a value there."""
    yield path, make
    required = {name: BESIDE[name] for name in schema.get("required", ())}
    for name, child in schema.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        yield from places(child, path=inner, make=partial(_under, make, required, name))
    if "items" in schema:
        yield from places(schema["items"], path=f"{path}[]", make=lambda value: make([value]))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from places(schema["additionalProperties"], path=f"{path}.*", make=lambda value: make({"some": value}))


def _under(make: Make, beside: Json, name: str, value: Any) -> Any:
    return make({**beside, name: value})


PLACES = dict(places(config_schema()))


def refusal(settings: Any) -> str:
    """Why the parser refuses; empty where it doesn't."""
    try:
        parse_config({**CONFIGURATION, **settings})
    except FieldError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("path", [path for path in PLACES if path])
def test_the_schema_and_the_parser_have_one_verdict(path):
    differ = {}
    for value in VALUES[:: 4 if path.startswith("namespaceDefaults[].") else 1]:  # what asks is the same in an entry
        settings = PLACES[path](value)
        refused, fits = refusal(settings), VALIDATOR.is_valid(settings)
        if fits == bool(refused) and not (fits and TOGETHER.search(refused)):
            differ[repr(value)] = refused or next(VALIDATOR.iter_errors(settings)).message
    assert differ == {}


@pytest.mark.parametrize("path", ["", *(path for path, make in PLACES.items() if not VALIDATOR.is_valid(make({"unknown-key": 1})))])
def test_a_key_that_nobody_knows_is_refused_by_both_or_by_none(path):
    settings = PLACES[path]({"unknown-key": 1})
    assert refusal(settings)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"podRetention": {"failed": "3days"}}, id="a duration"),
        pytest.param({"storage": {"metadataPrefix": "/b/m"}}, id="a prefix that is no URI"),
        pytest.param({"resources": {"defaults": {"memory": "1GB"}}}, id="an amount of memory"),
        pytest.param({"instanceId": "a b"}, id="a label's value"),
        pytest.param({"metrics": {"bindAddress": "8080"}}, id="an address"),
        pytest.param({"statsd": {"port": 80_000}}, id="a port"),
        pytest.param({"namespaceDefaults": [{"namespace": ["a"]}]}, id="namespace: for namespaces:"),
        pytest.param({"namespaceDefaults": [{"namespaces": ["a"], "podRetention": {"failed": "3days"}}]}, id="a duration of a namespace"),
        pytest.param({"namespaceDefaults": [{"namespaces": ["[a"]}]}, id="a pattern whose bracket nobody closes"),
        pytest.param({"namespaceDefaults": [{"namespaces": "a"}]}, id="a name that is no list"),
        pytest.param({"watchNamespaces": [123]}, id="a namespace that YAML takes for a number"),
        pytest.param({"logLinks": [{"name": "a"}]}, id="a link without a URL"),
        pytest.param({"taskPod": {"env": [{"value": "a"}]}}, id="a variable without a name"),
        pytest.param({"taskPod": {"envFrom": [{"secretRef": "store"}]}}, id="a Secret that is no object"),
        pytest.param({"taskPod": {"volumes": [{"name": "a", "projected": {"sources": "foo"}}]}}, id="sources that are no list"),
        pytest.param({"taskPod": {"volumes": [{"name": "a", "configmap": {"name": "b"}}]}}, id="a kind of volume that there isn't"),
        pytest.param({"interruptible": {"tolerations": [{"key": ["a"]}]}}, id="a toleration of another form"),
        pytest.param({"taskPod": {"resources": {"limits": {"cpu": "two"}}}}, id="an amount of CPU in the tasks' pods"),
    ],
)
def test_both_refuse(settings):
    assert refusal(settings) and not VALIDATOR.is_valid(settings)


def test_everything_that_a_parser_may_ask_is_known_to_the_schema():
    """What `Asked` doesn't answer itself would be asked of nothing, and any value would pass."""
    questions = {name for name in vars(Fields) if not name.startswith("_")} - {"asked", "path", "uri"}
    assert questions <= set(vars(Asked))
