"""What all commands have in common: errors in one line, colours, and that they start quickly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from glider.settings.reading import read_settings
from glider_client.cli.glider import main

ABSENT = ["--kubeconfig", "/absent"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_an_error_is_one_line():
    result = run("get", *ABSENT)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: /absent: expected a kubeconfig, found no file. Check --kubeconfig.\n"


@pytest.mark.parametrize("arguments", [pytest.param(["get"], id="of the cluster"), pytest.param(["logs", "a"], id="of another command")])
def test_debug_shows_where_an_error_is_from(arguments):
    result = run("--debug", *arguments, *ABSENT)
    assert result.exit_code == 1
    assert type(result.exception).__name__ == "ClusterConfigError"


def test_debug_shows_the_cause_of_an_error_that_a_command_words(monkeypatch: pytest.MonkeyPatch):
    def fail(**_: object) -> None:
        raise click.ClickException("in a sentence") from ValueError("the cause")

    monkeypatch.setattr("glider_client.cluster.client.Cluster.connect", fail)
    assert run("get").stderr == "Error: in a sentence\n"
    debugged = run("--debug", "get").stderr
    assert debugged.startswith("ValueError: the cause\n")
    assert debugged.endswith("Error: in a sentence\n")


def test_what_nobody_foresaw_is_named_as_that(monkeypatch: pytest.MonkeyPatch):
    def fail(**_: object) -> None:
        raise RuntimeError("boom\nmore")

    monkeypatch.setattr("glider_client.cluster.client.Cluster.connect", fail)
    result = run("get")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: unexpected error: RuntimeError: boom more. `glider --debug …` shows where it is from; please report it.\n",
    )


def test_a_setting_of_the_store_that_is_refused_is_the_users(monkeypatch: pytest.MonkeyPatch):
    def fail(**_: object) -> None:
        read_settings({"FLYTE_AWS_RETRIES": "many"})

    monkeypatch.setattr("glider_client.cluster.client.Cluster.connect", fail)
    assert run("get").stderr.startswith("Error: FLYTE_AWS_RETRIES: expected ")


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch):
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("glider_client.cluster.client.Cluster.connect", interrupt)
    result = run("get")
    assert (result.exit_code, result.output) == (130, "")


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        pytest.param(["glider_client.cli.glider"], ["urllib3", "yaml", "glider_core", "glider"], id="for the help"),
        pytest.param(
            ["glider_client.cli.glider", "glider_client.cli.get", "glider_client.cluster.client", "glider_client.cli.watching"],
            ["kubernetes", "rich", "flyteidl", "google", "fsspec", "flytekit", "aiohttp"],
            id="for get",
        ),
    ],
)
def test_nothing_heavy_is_imported(modules: list[str], heavy: list[str], tmp_path: Path):
    script = f"import sys, json\nfor name in {modules!r}:\n    __import__(name)\nprint(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path).stdout)
    assert [name for name in heavy if name in loaded] == []


def test_an_error_that_is_its_own_cause_is_one_line(monkeypatch: pytest.MonkeyPatch):
    def fail(**_: object) -> None:
        error = ValueError("the cause of itself")
        raise error from error

    monkeypatch.setattr("glider_client.cluster.client.Cluster.connect", fail)
    result = run("get")
    assert (result.exit_code, "the cause of itself" in result.stderr) == (1, True)


def test_an_interrupt_stays_one_where_the_release_of_a_lock_takes_its_place(monkeypatch: pytest.MonkeyPatch):
    def interrupted(**_: object) -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("release unlocked lock")

    monkeypatch.setattr("glider_client.cluster.client.Cluster.connect", interrupted)
    result = run("get")
    assert (result.exit_code, result.stderr) == (130, "")
