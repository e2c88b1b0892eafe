"""The operator's command line."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from glider_operator.leaderelection.elector import LeadershipLost
from glider_operator.startup import command as operator
from glider_operator.startup.command import main


def test_a_wrong_setting_is_named_with_its_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("apiVersion: glider.dev/v1alpha1\nkind: Configuration\nexecutor: {imag: x}\n")
    result = CliRunner().invoke(main, ["--config", str(path)])
    assert result.exit_code == 1
    assert f"{path}: executor: expected only the fields image, imagePullPolicy, python, delivery (did you mean image?)" in result.stderr


@pytest.mark.parametrize(
    ("settings", "exit_code", "said"),
    [
        pytest.param("retries: {user: 1}", 0, "config.yaml: can be used", id="a good one"),
        pytest.param(
            "retries: {user: one}", 1, 'config.yaml: retries.user: expected a whole number of at least 0, found "one"', id="a bad one"
        ),
        pytest.param("retries: [", 1, "config.yaml: expected YAML, found in line 4, column 1: expected", id="what is no YAML"),
    ],
)
def test_a_configuration_is_checked_without_a_cluster(tmp_path, settings, exit_code, said):
    path = tmp_path / "config.yaml"
    path.write_text(f"apiVersion: glider.dev/v1alpha1\nkind: Configuration\n{settings}\n")
    result = CliRunner().invoke(main, ["--check", str(path)])
    assert result.exit_code == exit_code
    assert said in result.output
    assert result.output.count("config.yaml") == 1


def test_no_cluster_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 1
    assert "--kubeconfig FILE" in result.stderr


def test_who_has_lost_the_lease_ends_with_a_line_and_no_traceback(monkeypatch, caplog):
    class Deposed:
        def __init__(self, *_: object, **__: object) -> None: ...

        async def run(self) -> None:
            raise LeadershipLost("lost the Lease")

    monkeypatch.setattr(operator, "Operator", Deposed)
    monkeypatch.setattr(operator, "set_up_logging", lambda _: None)
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert caplog.messages == ["stopping, to restart as a standby: lost the Lease"]


def test_what_else_the_operator_dies_of_is_logged_and_the_kubelet_starts_it_again(monkeypatch, caplog):
    class Dying:
        def __init__(self, *_: object, **__: object) -> None: ...

        async def run(self) -> None:
            raise KeyError("a bug")

    monkeypatch.setattr(operator, "Operator", Dying)
    monkeypatch.setattr(operator, "set_up_logging", lambda _: None)
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 1
    assert caplog.messages == ["stopping, to be restarted"]
    assert "KeyError: 'a bug'" in caplog.text


def unreachable(tmp_path: Path) -> Path:
    """A kubeconfig of a cluster that doesn't answer."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


def test_a_signal_ends_an_operator_that_waits_for_its_cluster(tmp_path):
    """As process 1 of a container it would not even hear of one that it has no handler for: that it ends well shows the handler."""
    settings = tmp_path / "config.yaml"
    served = {"health": {"healthProbeBindAddress": "127.0.0.1:0"}, "metrics": {"bindAddress": "127.0.0.1:0"}}
    settings.write_text(yaml.safe_dump({"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration"} | served))
    command = [sys.executable, "-c", "from glider_operator.startup.early import main; main()"]
    command += ["--config", str(settings), "--kubeconfig", str(unreachable(tmp_path))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "not ready: may not list" in next(line for line in process.stderr if "not ready" in line)
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(timeout=20) == 0, rest
    assert "stopping before start-up finished" in rest


def test_a_signal_ends_it_from_its_first_moment_on():
    program = """
        import signal, sys, types
        from glider_operator.startup import early as starting

        slow = types.ModuleType("glider_operator.startup.command")
        slow.main = lambda: signal.raise_signal(signal.SIGTERM)
        sys.modules["glider_operator.startup.command"] = slow
        starting.main()
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False).returncode == 0
