"""The archive that krew installs, the same bytes each time, and the manifest with its SHA-256. `python -m tests.reference.krew DIR` writes
the archive.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
import zipfile
from pathlib import Path

import tomllib

from tests.conftest import ROOT

FOLDER = ROOT / "packaging" / "krew"
MANIFEST = FOLDER / "glider.yaml"
_FILES = {"kubectl-glider": FOLDER / "kubectl-glider", "LICENSE": ROOT / "LICENSE"}


def archive() -> bytes:
    """Stored and not compressed, so that no version of zlib makes a difference."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
        for name, path in _FILES.items():
            member = zipfile.ZipInfo(name)  # of 1980, the first day that there is
            member.create_system = 3  # Unix, with its permissions
            member.external_attr = (0o100755 if name == "kubectl-glider" else 0o100644) << 16
            made.writestr(member, path.read_bytes())
    return file.getvalue()


def current_manifest() -> str:
    """The manifest with the client's version and the archive's SHA-256."""
    version = tomllib.loads((ROOT / "client" / "pyproject.toml").read_text())["project"]["version"]
    text = re.sub(r"(?<=version: )v.*", f"v{version}", MANIFEST.read_text())
    text = re.sub(r"(?<=/releases/)[^/]+", f"v{version}", text)
    return re.sub(r'(?<=sha256: )".*"', f'"{hashlib.sha256(archive()).hexdigest()}"', text)


if __name__ == "__main__":
    (Path(sys.argv[1]) / "kubectl-glider.zip").write_bytes(archive())
