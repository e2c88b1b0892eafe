"""Image archives: the pause image, made without any builder, and loading archives into the node once per content."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import shutil
import tarfile
from pathlib import Path

from tests.cluster import runtime
from tests.cluster.layout import VAR_DIR

LOADED = VAR_DIR / "loaded"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def load(archive: Path) -> None:
    """Load a docker-archive into the node, whatever the node has; what `load_once` knew may be under other content's names now."""
    shutil.rmtree(LOADED, ignore_errors=True)
    runtime.import_images(archive)


def load_once(archive: Path) -> bool:
    """Load a docker-archive whose file name stands for its content, unless the node has it; True when it had to be loaded."""
    record = LOADED / archive.name
    if record.exists():
        return False
    runtime.import_images(archive)
    LOADED.mkdir(parents=True, exist_ok=True)
    record.touch()
    return True


def load_pause_image(binary: Path) -> None:
    """The image that holds each pod's namespaces: one static program, which is all that a docker-archive needs to be written by hand."""
    layer = _tar({"pause": (binary.read_bytes(), 0o755)})
    config = {
        "architecture": architecture(),
        "os": "linux",
        "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [runtime.PAUSE_IMAGE], "Layers": ["layer.tar"]}]
    files = {"config.json": json.dumps(config).encode(), "layer.tar": layer, "manifest.json": json.dumps(manifest).encode()}
    content = _tar({name: (content, 0o644) for name, content in files.items()})
    archive = VAR_DIR / f"pause-{hashlib.sha256(content).hexdigest()[:16]}.tar"
    archive.write_bytes(content)
    load_once(archive)


def architecture() -> str:
    """This machine's, as images name it."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def _tar(files: dict[str, tuple[bytes, int]]) -> bytes:
    """With no times and owners, so that the same content gives the same archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, (content, mode) in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
