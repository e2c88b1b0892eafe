"""The operator's command line."""

from __future__ import annotations

from click.testing import CliRunner

from glider_operator.cli.operator import main


def test_a_wrong_setting_is_named_with_its_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("apiVersion: glider.dev/v1alpha1\nkind: Configuration\nexecutor: {imag: x}\n")
    result = CliRunner().invoke(main, ["--config", str(path)])
    assert result.exit_code == 1
    assert f"{path}: executor: expected only the fields image, imagePullPolicy, python (did you mean image?)" in result.stderr


def test_no_cluster_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 1
    assert "--kubeconfig FILE" in result.stderr
