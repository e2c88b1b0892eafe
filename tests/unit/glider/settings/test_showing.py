from __future__ import annotations

import re
from pathlib import Path

import pytest

import glider
from glider.settings.entries import ENTRIES
from glider.settings.showing import shown
from tests.unit.glider.support import Workspace


def lines(environment: dict[str, str]) -> dict[str, list[str]]:
    return {words[0]: words[1:] for line in shown(environment).splitlines() if (words := line.split()) and len(words) == 3}


def test_each_value_is_shown_with_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("storage: {connection: {endpoint: http://yaml, access-key: key}}\n")
    told = lines({"FLYTECTL_CONFIG": str(path), "FLYTE_AWS_ACCESS_KEY_ID": "mine", "_F_NM": "run"})
    assert told["FLYTE_AWS_ENDPOINT"] == ["http://yaml", str(path)]
    assert told["FLYTE_AWS_ACCESS_KEY_ID"] == ["mine", "environment"]
    assert told["FLYTE_SECRETS_DEFAULT_DIR"] == ["/etc/secrets", "default"]
    assert told["_F_NM"] == ["run", "environment"]


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.secret], ids=lambda entry: entry.variable)
def test_secrets_are_masked(entry: object) -> None:
    variable = entry.variable  # type: ignore[attr-defined]
    assert lines({variable: "hush"})[variable] == ["********", "environment"]


def test_passwords_in_urls_are_masked_too() -> None:
    assert (
        lines({"FLYTE_PLATFORM_HTTP_PROXY_URL": "http://me:hush@proxy:1"})["FLYTE_PLATFORM_HTTP_PROXY_URL"][0]
        == "http://me:********@proxy:1"
    )


#: What the executor sets for its own programs, or its bundle needs before there is a Python to show anything.
_INTERNAL = {"GLIDER_HOME", "GLIDER_PYTHON"}
#: An older name is shown where it is set; the beginning of several names is none.
_READ = re.compile(r'"((?:GLIDER|BATCH_JOB|FLYTE_SDK|FLYTE_INTERNAL|_F)_[A-Z_]*[A-Z])"')


def test_every_variable_that_the_executor_reads_is_shown() -> None:
    sources = Path(glider.__file__).parent.rglob("*.py")
    read = {name for source in sources for name in _READ.findall(source.read_text())} - _INTERNAL
    assert "GLIDER_LINGER_SECONDS" in read
    missing = {name for name in read if name not in lines({name: "1"})}
    assert not missing


def test_a_flag_is_shown_as_it_is_understood() -> None:
    assert lines({"FLYTE_PERSISTENCE_ATTACH_EXECUTION_METADATA": ""})["FLYTE_PERSISTENCE_ATTACH_EXECUTION_METADATA"][0] == "false"


def test_the_command_line_shows_them_without_its_other_options(workspace: Workspace) -> None:
    workspace.environment["FLYTE_AWS_RETRIES"] = "many"
    ended = workspace.run(command=[workspace.command("main")[0], "--show-config"])
    assert "FLYTE_AWS_RETRIES" in ended.stdout
    assert 'InvalidSettings: FLYTE_AWS_RETRIES: expected an integer, found "many"' in ended.stderr
    del workspace.environment["FLYTE_AWS_RETRIES"]
    assert workspace.run(command=[workspace.command("main")[0], "--show-config"]).exit_code == 0
