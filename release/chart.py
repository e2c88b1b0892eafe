"""The chart's package, the same bytes at each build, and its provenance: a signed file with the package's SHA-256, for `helm verify`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from release.packages import normal
from release.revision import CHECKOUT
from tests.cluster.tools import build_all, cached

CHART = CHECKOUT / "charts" / "glider"


def helm_program() -> Path:
    """Helm on PATH, or else the one that is built for the test cluster."""
    return Path(shutil.which("helm") or cached("helm") or build_all()["helm"])


def package(folder: Path, *, helm: Path, version: str, time: int) -> Path:
    """`helm package`, with one time for all files."""
    command = [str(helm), "package", str(CHART), f"--destination={folder}", f"--version={version}", f"--app-version={version}"]
    subprocess.run(command, check=True, capture_output=True)
    made = folder / f"glider-{version}.tgz"
    made.write_bytes(normal(made.read_bytes(), time=time))
    return made


def sign(package: Path, *, helm: Path, key: str) -> Path:
    """The provenance file, signed by gpg with this key: what `helm package --sign` writes, of the package as it is now."""
    shown = subprocess.run([str(helm), "show", "chart", str(package)], check=True, capture_output=True, text=True).stdout
    text = f"{shown.strip()}\n\n...\nfiles:\n  {package.name}: sha256:{hashlib.sha256(package.read_bytes()).hexdigest()}\n"
    command = ["gpg", "--batch", "--yes", "--local-user", key, "--clearsign", "--digest-algo", "SHA512", "--output", "-"]
    signed = subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout
    provenance = package.with_name(f"{package.name}.prov")
    provenance.write_text(signed)
    return provenance
