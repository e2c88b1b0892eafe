"""What is in Glider's images: the files that their programs need, what they are, and nothing that only an intruder has use for."""

from __future__ import annotations

import email
import json
import re
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from release.image import licences
from tests.cluster import images
from tests.spdx import problems_of

IMAGES = {image.name: image for image in images.PROJECT if image.name != "glider-examples"}
SHELLS = {"sh", "bash", "dash", "busybox", "env", "perl"}
INSTALLERS = {"pip", "pip3", "apt", "apt-get", "dpkg", "easy_install"}
DOCUMENTS = "usr/share/doc/glider"


class Archive:
    """An image's docker-archive, as the node has it: its configuration, and the files of its one layer."""

    def __init__(self, file: tarfile.TarFile) -> None:
        (manifest,) = json.load(_open(file, "manifest.json"))
        (layer,) = manifest["Layers"]
        self.config: dict[str, Any] = json.load(_open(file, manifest["Config"]))
        self.layer = tarfile.open(fileobj=_open(file, layer))  # noqa: SIM115 - closed with the archive
        self.members = self.layer.getmembers()

    def read(self, path: str) -> str:
        return _open(self.layer, path).read().decode()

    def names(self) -> set[str]:
        return {member.name for member in self.members}


def _open(archive: tarfile.TarFile, name: str) -> Any:
    """The file in an archive."""
    file = archive.extractfile(name)
    assert file is not None, f"{name} is no file"
    return file


@pytest.fixture(scope="module", params=IMAGES)
def image(node: Any, request: pytest.FixtureRequest) -> Iterator[Archive]:
    if not node.is_ours:
        pytest.skip("needs the local cluster: it reads the archives that were built for it")
    with tarfile.open(images.archive_of(IMAGES[request.param])) as file:
        yield Archive(file)


@pytest.mark.node
def test_it_has_nothing_but_what_its_program_needs(image: Archive) -> None:
    programs = {
        PurePosixPath(one.name).name for one in image.members if one.isfile() and one.mode & 0o111 and "/lib/" not in f"/{one.name}"
    }
    assert programs & (SHELLS | INSTALLERS) == set()
    assert [name for name in image.names() if re.search(r"/(pip|setuptools|ensurepip)/", name)] == []
    assert [one.name for one in image.members if one.mode & (stat.S_ISUID | stat.S_ISGID)] == []


@pytest.mark.node
def test_any_user_may_read_it_and_none_but_root_write(image: Archive) -> None:
    assert {(one.uid, one.gid) for one in image.members} == {(0, 0)}
    assert [one.name for one in image.members if not one.issym() and one.mode & 0o004 == 0] == []
    assert [one.name for one in image.members if not one.issym() and one.mode & 0o022 and one.name != "tmp"] == []
    assert len({one.mtime for one in image.members}) == 1


@pytest.mark.node
def test_it_runs_as_nobody_and_says_what_it_is(image: Archive) -> None:
    config = image.config["config"]
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    assert config["User"] == "65532:65532"
    assert all("sh" not in words for words in (config.get("Entrypoint") or [], config.get("Cmd") or []))
    assert {"title", "description", "licenses", "version", "revision", "created"} <= set(labels)
    assert labels["version"] == images.VERSION
    assert image.config["created"].startswith(labels["created"].removesuffix("Z"))


@pytest.mark.node
def test_every_part_is_in_its_sbom_with_a_licence_that_is_allowed(image: Archive, tmp_path: Path) -> None:
    text = image.read(f"{DOCUMENTS}/sbom.spdx.json")
    (tmp_path / "sbom.spdx.json").write_text(text)
    assert problems_of(tmp_path / "sbom.spdx.json") == []
    document = json.loads(text)
    packages = [one for one in document["packages"] if one.get("primaryPackagePurpose") != "CONTAINER"]
    listed = {(one["name"], one["versionInfo"]) for one in packages}
    of_python = [image.read(name) for name in image.names() if name.endswith(".dist-info/METADATA")]
    of_debian = [image.read(name) for name in image.names() if re.match("var/lib/dpkg/status.d/.", name)]
    installed = {(fields["Name"], fields["Version"]) for fields in map(email.message_from_string, of_python)}
    installed |= {(fields["Package"], fields["Version"]) for fields in map(email.message_from_string, of_debian)}
    assert {"libc6", "glider-executor", "obstore"} <= {name for name, _ in installed}
    assert sorted(installed - listed) == []
    for one in packages:
        licences.check(one["name"], one["licenseDeclared"])
    texts = re.findall(r"(?<= /)[^\s,]+", image.read(f"{DOCUMENTS}/licences.txt"))
    assert texts
    assert sorted(set(texts) - image.names()) == []
