"""The manifest for krew has the form that krew asks for, and the SHA-256 of what it installs."""

from __future__ import annotations

import io
import os
import re
import subprocess
import zipfile
from pathlib import Path

import yaml

from tests.reference.krew import FOLDER, MANIFEST, archive, current_manifest


def test_the_manifest_has_the_archives_hash_and_the_clients_version() -> None:
    assert MANIFEST.read_text() == current_manifest(), "run `make generate`"


def test_the_manifest_is_of_krews_form() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text())
    assert (manifest["apiVersion"], manifest["kind"]) == ("krew.googlecontainertools.github.com/v1alpha2", "Plugin")
    assert manifest["metadata"]["name"] == MANIFEST.stem
    spec = manifest["spec"]
    assert re.fullmatch(r"v\d+\.\d+\.\d+", spec["version"])
    assert spec["homepage"].startswith("https://")
    assert len(spec["shortDescription"]) <= 50
    assert spec["description"]
    for platform in spec["platforms"]:
        assert platform["uri"].startswith("https://")
        assert re.fullmatch(r"[0-9a-f]{64}", platform["sha256"])
        assert platform["selector"]
        with zipfile.ZipFile(io.BytesIO(archive())) as made:
            assert platform["bin"] in made.namelist()
            assert "LICENSE" in made.namelist()
            assert made.getinfo(platform["bin"]).external_attr >> 16 & 0o111


def test_the_plugin_starts_glider_with_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "glider").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "glider").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.defpath}"}
    done = subprocess.run([FOLDER / "kubectl-glider", "get", "a b"], env=environment, capture_output=True, text=True)
    assert done.stdout == "get a b\n"


def test_without_glider_it_names_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run([FOLDER / "kubectl-glider"], env={"PATH": os.defpath}, capture_output=True, text=True)
    assert done.returncode == 127
    assert "expected the command glider in the path, found none. Install it: pip install glider-client" in done.stderr
