from __future__ import annotations

import re
from pathlib import Path

import pytest

import glider
from glider.settings.entries import ENTRIES
from glider.settings.showing import shown
from tests.conftest import ROOT
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


#: A row of a table in the docs: its first two cells.
_ROW = re.compile(r"^\|([^|\n]*`[^|\n]*)\|([^|\n]*)\|", re.MULTILINE)
_PLATFORM = re.compile(r"FLYTE_(PLATFORM|CREDENTIALS)_")


def documented() -> dict[str, str]:
    """What docs/executor.md says of each variable: the name, or how names begin, and the default as it is written there."""
    table = (ROOT / "docs" / "executor.md").read_text().partition("| variable | default |")[2].partition("\n\n")[0]
    return {name: default for names, default in _ROW.findall(table) for name in re.findall(r"`(\w+…?)`", names)}


def test_the_docs_tell_of_every_variable_that_is_shown_and_of_no_other() -> None:
    told = documented()
    names = {line.split()[0] for line in shown({}).splitlines()[2:]}
    begun = tuple(name[:-1] for name in told if name.endswith("…"))
    missing = {name for name in names - told.keys() if not name.startswith(begun) and not _PLATFORM.match(name)}
    assert not missing
    unknown = {name for name in told if not name.endswith("…") and name not in lines({name: "1"})}
    assert not unknown


@pytest.mark.parametrize("name", [name for name in documented() if name.startswith("GLIDER_")])
def test_the_docs_tell_the_default_of_our_variables(name: str) -> None:
    default = lines({})[name][0]
    assert documented()[name].strip().strip("`") == ("" if default == "-" else default)


def test_a_flag_is_shown_as_it_is_understood() -> None:
    assert lines({"FLYTE_PERSISTENCE_ATTACH_EXECUTION_METADATA": ""})["FLYTE_PERSISTENCE_ATTACH_EXECUTION_METADATA"][0] == "false"


def test_the_command_line_shows_them_without_its_other_options(workspace: Workspace) -> None:
    workspace.environment["FLYTE_AWS_RETRIES"] = "many"
    ended = workspace.run(command=[workspace.command("main")[0], "--show-config"])
    assert "FLYTE_AWS_RETRIES" in ended.stdout
    assert 'InvalidSettings: FLYTE_AWS_RETRIES: expected an integer, found "many"' in ended.stderr
    del workspace.environment["FLYTE_AWS_RETRIES"]
    assert workspace.run(command=[workspace.command("main")[0], "--show-config"]).exit_code == 0
