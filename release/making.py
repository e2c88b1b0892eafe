"""All that a release has, in one folder: checked first, built, with checksums; up to the push, whose commands it prints."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time as clock
from collections.abc import Iterator, Sequence
from pathlib import Path

from release import chart, front_end, images, notes, packages, versions
from release.revision import CHECKOUT, Revision, current
from tests.cluster.tools import locked
from tests.reference import krew

FOLDER = CHECKOUT / "build" / "release"
CHECKSUMS = "SHA256SUMS"


class ReleaseError(Exception):
    """Why there can be no release."""


def make(version: str, *, architectures: Sequence[str], base: str | None, key: str | None, twice: bool) -> None:
    """Build it, and print what is left to do."""
    if problems := list(unready(CHECKOUT, version)):
        raise ReleaseError("\n  ".join([f"{version} can't be released:", *problems]))
    revision = current()
    folder = FOLDER / version
    build(folder, version=version, architectures=architectures, base=base, revision=revision)
    if twice:
        again = FOLDER / f"{version}.again"
        build(again, version=version, architectures=architectures, base=base, revision=revision)
        if differing := different(folder, again):
            raise ReleaseError(f"two builds of {version} differ: {', '.join(differing)}; the second is in {again}")
        shutil.rmtree(again)
        print("built twice: all files are the same")
    if key:
        chart.sign(folder / f"glider-{version}.tgz", helm=chart.helm_program(), key=key)
    write_checksums(folder)
    print((folder / CHECKSUMS).read_text(), end="")
    print(next_steps(folder, version))


def unready(root: Path, version: str) -> Iterator[str]:
    """What keeps this version from being released: each in a sentence."""
    status = subprocess.run(["git", "-C", str(root), "status", "--porcelain"], check=True, capture_output=True, text=True).stdout
    if status:
        yield f"the tree has changes that aren't committed: {', '.join(line[3:] for line in status.splitlines())}"
    for one in versions.found(root):
        if one.version != version:
            yield f"{one.file}:{one.line} has version {one.version}: run `python -m release set-version {version}`"
    if notes.section((root / "CHANGELOG.md").read_text(), version) is None:
        yield f"CHANGELOG.md has no section '## {version}', or nothing is in it"
    if not front_end.can_be_built():
        yield "npm is missing, which builds the console's front end: apt-get install nodejs npm"


def build(folder: Path, *, version: str, architectures: Sequence[str], base: str | None, revision: Revision) -> None:
    """Everything but what a person's key signs; what was there is removed first."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    began = clock.monotonic()
    packages.build(folder, time=revision.time)
    print(f"wheels and source archives: {clock.monotonic() - began:.0f} s", flush=True)
    chart.package(folder, helm=chart.helm_program(), version=version, time=revision.time)
    (folder / "kubectl-glider.zip").write_bytes(krew.archive())
    (folder / "kubectl-glider.yaml").write_text(krew.current_manifest())
    manifests = ["git", "-C", str(CHECKOUT), "archive", f"--output={folder}/glider-manifests-{version}.tar", "HEAD", "manifests", "LICENSE"]
    subprocess.run(manifests, check=True)
    shutil.copyfile(CHECKOUT / "constraints.txt", folder / "constraints.txt")
    (folder / "notes.md").write_text(notes.section((CHECKOUT / "CHANGELOG.md").read_text(), version) or "")
    with locked("images"):
        bases = {one: images.public_bases(base) if base else images.local_bases(one) for one in architectures}
        built = images.build(folder, bases=bases, version=version, revision=revision)
    (folder / "images.txt").write_text("".join(f"{one.name}:{version}@{one.digest}\n" for one in built))
    print(f"all: {clock.monotonic() - began:.0f} s", flush=True)


def write_checksums(folder: Path) -> None:
    """The SHA-256 of each file, as `sha256sum --check` reads them."""
    files = sorted(path for path in folder.iterdir() if path.name != CHECKSUMS)
    (folder / CHECKSUMS).write_text("".join(f"{_hash(path)}  {path.name}\n" for path in files))


def different(one: Path, other: Path) -> list[str]:
    """The names of the files that aren't the same in both folders."""
    hashes = [{path.name: _hash(path) for path in folder.iterdir()} for folder in (one, other)]
    return sorted(name for name in hashes[0].keys() | hashes[1].keys() if hashes[0].get(name) != hashes[1].get(name))


def next_steps(folder: Path, version: str) -> str:
    """The commands that publish it. They are a person's: they need rights, and can't be taken back."""
    lines = [
        f"git tag --sign v{version} --message 'Glider {version}'",
        f"git push origin v{version}",
        f"twine upload {folder}/*.whl {folder}/*.tar.gz",
    ]
    for line in (folder / "images.txt").read_text().splitlines():
        name, _, digest = line.partition("@")
        plain = name.partition(":")[0]
        lines += [f"skopeo copy --all oci-archive:{folder}/{plain}-{version}.oci.tar docker://$REGISTRY/{name}"]
        lines += [f"cosign sign $REGISTRY/{plain}@{digest}"]
        lines += [f"cosign attest --type spdxjson --predicate {folder}/{plain}-amd64.sbom.spdx.json $REGISTRY/{plain}@{digest}"]
    lines += [f"helm push {folder}/glider-{version}.tgz oci://$REGISTRY/charts"]
    lines += [f"cosign sign-blob {folder}/{CHECKSUMS} --bundle {folder}/{CHECKSUMS}.bundle"]
    return "\n".join(["", "What is left, with REGISTRY set (docs/release.md):", *(f"  {line}" for line in lines)])


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
