"""What a pod sees, tried on this machine."""

from __future__ import annotations

import ast
import json
import socket
import sys
from pathlib import Path

import pytest

from glider_client.checks import in_pod


def test_it_needs_nothing_but_python_and_the_executor():
    tree = ast.parse(Path(in_pod.__file__).read_text())
    imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imports |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    tops = {str(name).partition(".")[0] for name in imports}
    assert tops <= {*sys.stdlib_module_names, "glider"}


def test_a_report_without_a_store_and_statsd(monkeypatch: pytest.MonkeyPatch):
    for name in ("FLYTE_STATSD_HOST", "FLYTE_STATSD_PORT", "GLIDER_RAW_OUTPUT_DATA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    report = json.loads(in_pod.probe())
    assert set(report) == {"python", "time", "dns", "store", "statsd"}
    assert (report["store"], report["statsd"]) == (None, None)


def test_a_name_that_is_not_there():
    assert in_pod.dns("localhost") == ""
    assert in_pod.dns("no-such-name.invalid").startswith("no-such-name.invalid: ")


def test_statsd_that_listens_and_statsd_that_does_not(monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        port = server.getsockname()[1]
        monkeypatch.setenv("FLYTE_STATSD_HOST", "127.0.0.1")
        monkeypatch.setenv("FLYTE_STATSD_PORT", str(port))
        assert in_pod.statsd() == {"address": f"127.0.0.1:{port}", "why": ""}
        assert server.recv(100) == b"glider.doctor:1|c"
    refused = in_pod.statsd()
    assert refused == {"address": f"127.0.0.1:{port}", "why": "Connection refused"}
