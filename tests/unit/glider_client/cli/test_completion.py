"""Completion in a shell, as a person uses it, and what needs no cluster. tests/integration/test_completion.py has names of a cluster."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from glider_client.cli.glider import SUBCOMMANDS, main

BIN = Path(sys.executable).parent
SHELLS = ["bash", "zsh", "fish"]


def script(shell: str) -> str:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(words: str, *, folder: Path, **environment: str) -> list[str]:
    """What bash is given for the last of `words`, which may be empty, without any cluster."""
    variables = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder), "KUBECONFIG": str(folder / "none")} | environment
    parts = words.split(" ")
    variables |= {"COMP_WORDS": words, "COMP_CWORD": str(len(parts) - 1), "_GLIDER_COMPLETE": "bash_complete"}
    done = subprocess.run([str(BIN / "glider")], env=variables, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_can_read_its_script(shell: str, tmp_path: Path) -> None:
    assert "_GLIDER_COMPLETE" in script(shell)
    if (program := shutil.which(shell)) is None:
        return
    (tmp_path / "script").write_text(script(shell))
    subprocess.run([program, "-n", str(tmp_path / "script")], check=True)


def test_bash_completes_with_it(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(script("bash"))
    tab = "COMP_WORDS=(glider desc); COMP_CWORD=1; _glider_completion glider; echo ${COMPREPLY[@]}"
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "--norc", "-c", f"source ./script; {tab}"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == ("describe", "")


def test_commands_and_options_are_completed(tmp_path: Path) -> None:
    assert set(asked("glider ", folder=tmp_path)) >= set(SUBCOMMANDS)
    assert asked("glider re", folder=tmp_path) == [name for name in SUBCOMMANDS if name.startswith("re")]
    assert "--phase" in asked("glider get --ph", folder=tmp_path)
    assert "failed" in asked("glider get --phase F", folder=tmp_path)
    assert asked("glider completion ", folder=tmp_path) == SHELLS


def test_files_are_completed_where_a_task_is_run(tmp_path: Path) -> None:
    for name in ("hello.py", "help.txt", "other.py"):
        (tmp_path / name).touch()
    assert asked("glider run he", folder=tmp_path) == ["he", "hello.py"]  # the first is the shell's own completion of files


@pytest.mark.parametrize("words", ["glider describe ", "glider get -n ", "glider get --context ", "glider templates ", "glider rerun "])
def test_without_a_cluster_there_are_no_names_and_no_errors(words: str, tmp_path: Path) -> None:
    assert asked(words, folder=tmp_path) == []


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: one
contexts: [{name: one, context: {cluster: c}}, {name: two, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
users: []
"""


def test_contexts_are_those_of_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(KUBECONFIG)
    assert asked("glider get --context ", folder=tmp_path, KUBECONFIG=str(tmp_path / "config")) == ["one", "two"]
    assert asked("glider describe ", folder=tmp_path, KUBECONFIG=str(tmp_path / "config")) == []  # nobody listens there


def test_a_plugin_that_issues_credentials_cannot_write_into_the_prompt(tmp_path: Path) -> None:
    script = "echo log in first >&2; exit 1"
    plugin = f"{{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['-c', '{script}'], interactiveMode: Never}}"
    users = f"users: [{{name: u, user: {{exec: {plugin}}}}}]"
    text = KUBECONFIG.replace("users: []", users).replace("{cluster: c}", "{cluster: c, user: u}")
    (tmp_path / "config").write_text(text)
    assert asked("glider describe ", folder=tmp_path, KUBECONFIG=str(tmp_path / "config")) == []
