"""The chart's package is the same bytes at each build; helm itself verifies its provenance, and finds out what was changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from release import chart
from tests.cluster.tools import build_all

TIME = 1_000_000_000
KEY = "Glider's tests <tests@example.org>"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A throw-away key, in a home of gpg's own."""
    if shutil.which("gpg") is None:
        pytest.skip("needs gpg")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    gpg("--passphrase", "", "--quick-generate-key", KEY, "rsa2048", "sign", "1d")
    keyring = tmp_path / "keyring.gpg"
    keyring.write_bytes(gpg("--export", KEY))
    yield keyring
    subprocess.run(["gpgconf", "--kill", "all"], env=os.environ)


def gpg(*arguments: str) -> bytes:
    return subprocess.run(["gpg", "--batch", *arguments], check=True, capture_output=True).stdout


def verify(package: Path, keyring: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([build_all()["helm"], "verify", str(package), "--keyring", str(keyring)], capture_output=True, text=True)


def test_two_packages_are_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made.append(chart.package(tmp_path / name, version="1.2.3", time=TIME).read_bytes())
    assert made[0] == made[1]


def test_helm_verifies_the_provenance(tmp_path: Path, keyring: Path) -> None:
    package = chart.package(tmp_path, version="1.2.3", time=TIME)
    chart.sign(package, key=KEY)
    verified = verify(package, keyring)
    assert verified.returncode == 0, verified.stderr
    assert KEY in verified.stdout
    package.write_bytes(package.read_bytes() + b"\n")
    assert "sha256 sum does not match" in verify(package, keyring).stderr
