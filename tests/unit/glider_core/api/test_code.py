"""What `code` of a task may be."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS, MOST_PART_BYTES, MOST_PARTS, Code, config_map_name
from glider_core.api.task import parse_task
from tests.unit.glider_core.builders import task_document

SHA256 = "0123456789abcdef" * 4
URI = "s3://bucket/code.tar.gz"


def code(**fields):
    return parse_task(task_document(code={"sha256": SHA256} | fields), path="spec").code


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"uri": URI}, Code(sha256=SHA256, uri=URI), id="an object in the store"),
        pytest.param({"configMaps": ["b", "a"]}, Code(sha256=SHA256, config_maps=("b", "a")), id="ConfigMaps, in their order"),
        pytest.param(
            {"uri": URI, "pythonVersion": "3.11"}, Code(sha256=SHA256, uri=URI, python_version="3.11"), id="with Python's version"
        ),
        pytest.param({"uri": URI, "configMaps": []}, Code(sha256=SHA256, uri=URI), id="no ConfigMaps at all"),
    ],
)
def test_it_is_read(given, expected):
    assert code(**given) == expected


def test_a_task_may_have_none():
    assert parse_task(task_document(), path="spec").code is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({}, "spec.code: expected exactly one of uri and configMaps, found nothing", id="neither"),
        pytest.param({"uri": URI, "configMaps": ["a"]}, "spec.code: expected exactly one of uri and configMaps", id="both"),
        pytest.param({"uri": URI, "sha256": None}, "spec.code.sha256: expected a string, found nothing", id="no SHA-256"),
        pytest.param({"uri": URI, "sha256": SHA256.upper()}, "spec.code.sha256: expected a SHA-256: 64 hexadecimal", id="in upper case"),
        pytest.param({"uri": "code.tar.gz"}, "spec.code.uri: expected a URI such as", id="a path"),
        pytest.param({"configMaps": ["A_b"]}, "spec.code.configMaps[0]: expected a name of an object", id="no name of a ConfigMap"),
        pytest.param({"configMaps": ["a", "a"]}, "spec.code.configMaps: expected each ConfigMap once", id="one twice"),
        pytest.param(
            {"configMaps": [f"c-{i}" for i in range(MOST_PARTS + 1)]},
            f"spec.code.configMaps: expected at most {MOST_PARTS} ConfigMaps, found {MOST_PARTS + 1}",
            id="too many",
        ),
        pytest.param({"uri": URI, "pythonVersion": "3"}, "spec.code.pythonVersion: expected a version of Python such as 3.11", id="3"),
        pytest.param({"uri": URI, "pythonVersion": 3.1}, "spec.code.pythonVersion: expected", id="a number, as YAML makes of 3.10"),
        pytest.param({"uri": URI, "digest": "x"}, "spec.code: expected only the fields sha256, uri", id="an unknown field"),
    ],
)
def test_it_is_refused(given, message):
    with pytest.raises(FieldError) as refused:
        code(**given)
    assert str(refused.value).startswith(message)


def test_a_config_maps_name_comes_from_what_it_holds():
    assert config_map_name(sha256=SHA256, part=3) == "glider-code-0123456789abcdef-3"


def test_a_part_fits_into_a_config_map():
    assert MOST_PART_BYTES < 1 << 20
    assert MOST_BYTES_IN_CONFIG_MAPS == MOST_PARTS * MOST_PART_BYTES
