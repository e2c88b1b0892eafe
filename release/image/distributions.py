"""The Python distributions of an image, from the metadata that pip installed, and what is within them: the Rust crates that wheels list
(PEP 770), and the npm packages of a front end, which its build lists.
"""

from __future__ import annotations

import email
import hashlib
import json
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

from release.image import licences
from release.image.component import Component
from release.image.python import MACHINES

#: In a package with a front end: vite.config.ts has it written.
_OF_NPM = Path("static") / "licenses.json"
_TEXTS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


def components(folder: Path, *, root: Path, wheels: Path, architecture: str) -> Iterator[Component]:
    """Each distribution in a folder of packages, and what was compiled into it."""
    for metadata in sorted(folder.glob("*.dist-info/METADATA")):
        message: Message = email.message_from_string(metadata.read_text())
        name, version = str(message["Name"]), str(message["Version"])
        yield Component(
            name=name,
            version=version,
            licence=licences.of_distribution(
                name, expression=message["License-Expression"], field=message["License"], classifiers=message.get_all("Classifier", [])
            ),
            purl=f"pkg:pypi/{_normal(name)}@{version}",
            texts=tuple(_texts(metadata.parent, root)),
            sha256=_hash_of_wheel(name, version, wheels, architecture, tags=_tags(metadata.parent)),
        )
        for bill in sorted(metadata.parent.glob("sboms/*.cyclonedx.json")):
            yield from _crates(json.loads(bill.read_text()), within=f"{name} {version}")
        bundled = folder / _normal(name).replace("-", "_") / _OF_NPM
        if bundled.exists():
            yield from _packages_of_npm(bundled, within=f"{name} {version}", root=root)


def _texts(folder: Path, root: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and any(word in path.name.upper() for word in _TEXTS):
            yield f"/{path.relative_to(root)}"


def _tags(folder: Path) -> frozenset[str]:
    """For which Pythons the wheel was, such as cp311-abi3; none where it has no word of it."""
    wheel = folder / "WHEEL"
    lines = wheel.read_text().splitlines() if wheel.exists() else []
    return frozenset("-".join(line.split()[1].split("-")[:2]) for line in lines if line.startswith("Tag: "))


def _hash_of_wheel(name: str, version: str, wheels: Path, architecture: str, *, tags: frozenset[str]) -> str | None:
    """The wheel's that it was installed from: with `pip download` or a hash-checking install one can compare. Our own are released
    beside the image.
    """
    found = [
        path
        for path in sorted(wheels.glob("*.whl"))
        if _normal(path.name.split("-")[0]) == _normal(name) and path.name.split("-")[1] == version
    ]
    fitting = [
        path for path in found if path.stem.endswith(("any", MACHINES[architecture])) and (not tags or tags & set(_tags_in_name(path)))
    ]
    return hashlib.sha256(fitting[0].read_bytes()).hexdigest() if len(fitting) == 1 else None


def _tags_in_name(wheel: Path) -> Iterator[str]:
    """For which Pythons it is, by its file name, where py2.py3-none is two tags."""
    pythons, interfaces, _ = wheel.stem.rsplit("-", 3)[1:]
    for interpreter in pythons.split("."):
        yield from (f"{interpreter}-{interface}" for interface in interfaces.split("."))


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _crates(bill: dict[str, Any], *, within: str) -> Iterator[Component]:
    """The crates of a bill of materials in CycloneDX's form, without those that only its build used."""
    for crate in bill.get("components", []):
        if crate.get("scope") == "excluded":
            continue
        choices = [one.get("expression") or one.get("license", {}).get("id") for one in crate.get("licenses", [])]
        yield Component(
            name=crate["name"],
            version=crate.get("version", ""),
            licence=" AND ".join(filter(None, choices)),
            purl=crate["purl"].partition("?")[0],
            within=within,
        )


def _packages_of_npm(bundled: Path, *, within: str, root: Path) -> Iterator[Component]:
    """The packages whose code is in a front end's bundle; the list has the texts of their licences, too."""
    for package in json.loads(bundled.read_text()):
        name, version = package["name"], package["version"]
        yield Component(
            name=name,
            version=version,
            licence=package.get("identifier") or "NOASSERTION",
            purl=f"pkg:npm/{name.replace('@', '%40')}@{version}",
            texts=(f"/{bundled.relative_to(root)}",),
            within=within,
        )
