"""The images of a release: for each architecture, under one manifest list, as an archive in OCI's layout with what is to be signed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from release.packages import write_tar
from release.revision import Revision
from tests.cluster import archives, base_image, images, wheels
from tests.cluster.layout import CHECKOUT

DOCUMENTS = ("sbom.spdx.json", "licences.txt")
_DOCUMENTS_AT = "usr/share/doc/glider"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bases:
    """What an image is built over: `build` runs here, `target` is the same for the image's architecture."""

    build: str
    target: str
    python: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """An image's archive, and the digest of its manifest list."""

    name: str
    archive: Path
    digest: str


def local_bases(architecture: str) -> Bases:
    """The tests' own Debian, for another architecture unpacked only: no registry is needed."""
    build = base_image.ensure().name
    target = build if architecture == archives.architecture() else base_image.ensure_unpacked(architecture)
    return Bases(build=build, target=target, python=base_image.PYTHON, options=("--pull-never",))


def public_bases(base: str) -> Bases:
    """A public base, by its name or digest."""
    return Bases(build=base, target=base, python=images.PUBLIC_PYTHON)


def build(folder: Path, *, bases: dict[str, Bases], version: str, revision: Revision) -> list[Built]:
    """Build them all; each archive goes into the folder, and beside it what is in it."""
    made = [image for image in images.PROJECT if image.wheels is wheels.GLIDER]
    for architecture, over in bases.items():
        house = wheels.Wheelhouse(folder=CHECKOUT / "build" / f"wheels-{architecture}", fill=wheels.GLIDER.fill)
        house.gather(over.python, architecture)
        for image in made:
            print(f"building {image.name} for {architecture} …", flush=True)
            _build(image, architecture, over, house, version, revision)
            _write_documents(image, architecture, folder)
    return [_write_archive(image, tuple(bases), folder, version, revision) for image in made]


def _build(image: images.Image, architecture: str, bases: Bases, house: wheels.Wheelhouse, version: str, revision: Revision) -> None:
    arguments = {
        "BUILDPLATFORM": f"linux/{archives.architecture()}",
        "WHEELS": str(house.folder.relative_to(CHECKOUT)),
        "VERSION": version,
        "REVISION": revision.commit,
        "CREATED": revision.created,
        "SOURCE_DATE_EPOCH": str(revision.time),
        "TARGET": bases.target,
    }
    if bases.options:  # one Python stands for all versions
        arguments |= dict.fromkeys(image.bases, bases.build)
    else:
        arguments["BASE"] = bases.build
    base_image.build(
        *bases.options,
        f"--platform=linux/{architecture}",
        f"--timestamp={revision.time}",
        *(f"--build-arg={name}={value}" for name, value in arguments.items()),
        f"--file={CHECKOUT / image.containerfile}",
        f"--tag={_tag(image, architecture)}",
        str(CHECKOUT),
    )


def _write_documents(image: images.Image, architecture: str, folder: Path) -> None:
    """The image's SBOM and its list of licences."""
    container = base_image.buildah("from", "--pull-never", f"--platform=linux/{architecture}", _tag(image, architecture)).strip()
    root = Path(base_image.buildah("mount", container).strip())
    for document in DOCUMENTS:
        shutil.copyfile(root / _DOCUMENTS_AT / document, folder / f"{image.name}-{architecture}.{document}")
    base_image.buildah("rm", container)


def _write_archive(image: images.Image, architectures: Sequence[str], folder: Path, version: str, revision: Revision) -> Built:
    """The manifest list with all architectures; afterwards nothing of it is left in the builder's storage."""
    listed = f"localhost/{image.name}-release:{version}"
    tags = [_tag(image, architecture) for architecture in architectures]
    base_image.buildah("manifest", "create", listed, *tags)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            layout = Path(scratch) / "layout"
            base_image.buildah("manifest", "push", "--all", "--format=oci", listed, f"oci:{layout}:{version}")
            digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
            archive = folder / f"{image.name}-{version}.oci.tar"
            write_tar(archive, layout, time=revision.time)
    finally:
        base_image.buildah("manifest", "rm", listed)  # a name that is taken would end the next try
    base_image.buildah("rmi", *tags)
    return Built(name=image.name, archive=archive, digest=digest)


def _tag(image: images.Image, architecture: str) -> str:
    return f"localhost/{image.name}-release:{architecture}"
