"""The chart's package is the same bytes at each build; helm itself verifies its provenance, and finds out what was changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from release import chart
from tests.integration.chart.conftest import Helm, HelmError

TIME = 1_000_000_000
KEY = "Glider's tests <tests@example.org>"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A throw-away key, in a home of gpg's own: a short path, since the agent's socket lies in it."""
    if missing := [program for program in ("gpg", "gpg-agent") if shutil.which(program) is None]:  # a package each in Debian
        pytest.skip(f"needs {' and '.join(missing)}: apt-get install gpg gpg-agent")
    with tempfile.TemporaryDirectory(prefix="gpg", dir="/tmp", ignore_cleanup_errors=True) as home:
        monkeypatch.setenv("GNUPGHOME", home)
        gpg("--passphrase", "", "--quick-generate-key", KEY, "rsa2048", "sign", "1d")
        keyring = tmp_path / "keyring.gpg"
        keyring.write_bytes(gpg("--export", KEY))
        yield keyring
        subprocess.run(["gpgconf", "--kill", "all"], env=os.environ)


def gpg(*arguments: str) -> bytes:
    return subprocess.run(["gpg", "--batch", *arguments], check=True, capture_output=True).stdout


def verify(helm: Helm, package: Path, keyring: Path) -> str:
    return helm("verify", str(package), "--keyring", str(keyring))


def test_two_packages_are_the_same_bytes(helm: Helm, tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made.append(chart.package(tmp_path / name, helm=helm.program, version="1.2.3", time=TIME).read_bytes())
    assert made[0] == made[1]


def test_helm_verifies_the_provenance(helm: Helm, tmp_path: Path, keyring: Path) -> None:
    package = chart.package(tmp_path, helm=helm.program, version="1.2.3", time=TIME)
    chart.sign(package, helm=helm.program, key=KEY)
    assert KEY in verify(helm, package, keyring)
    package.write_bytes(package.read_bytes() + b"\n")
    with pytest.raises(HelmError, match="sha256 sum does not match"):
        verify(helm, package, keyring)
