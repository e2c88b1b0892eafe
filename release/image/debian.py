"""The Debian packages whose files an image has. Each leaves its entry in /var/lib/dpkg/status.d, where scanners look for it in images
without dpkg, and its copyright file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from release.image import licences
from release.image.component import Component
from release.image.root import Root

_DPKG = "var/lib/dpkg"


def add_packages(root: Root) -> list[Component]:
    """The packages of the files that were taken; their entries and copyright files come into the root."""
    found = []
    for name, entry in sorted(_entries(root.base).items()):
        if not root.taken.isdisjoint(_files_of(root, name, entry["Architecture"])):
            copyright = f"usr/share/doc/{name}/copyright"
            texts = (f"/{root.add(copyright)}",) if root.find(copyright) else ()
            found.append(
                Component(
                    name=name,
                    version=entry["Version"],
                    licence=licences.of_debian_package(name),
                    purl=f"pkg:deb/debian/{name}@{entry['Version'].replace('+', '%2B').replace(':', '%3A')}?arch={entry['Architecture']}",
                    texts=texts,
                )
            )
            root.write(f"{_DPKG}/status.d/{name}", "".join(f"{key}: {value}\n" for key, value in entry.items()))
    if found and root.find("etc/os-release"):
        root.add("etc/os-release")
        root.add("usr/share/common-licenses")
    return found


def _entries(base: Path) -> dict[str, dict[str, str]]:
    """What dpkg knows of each installed package."""
    status = base / _DPKG / "status"
    found = {}
    for text in status.read_text().split("\n\n") if status.exists() else []:
        entry = dict(re.findall(r"^([A-Za-z-]+): ?(.*(?:\n .*)*)", text, re.MULTILINE))
        if entry.get("Status", "").endswith(("installed", "unpacked")):
            found[entry["Package"]] = entry
    return found


def _files_of(root: Root, name: str, architecture: str) -> Iterator[str]:
    """The package's files, as paths without links: /lib is /usr/lib today, and some packages still name the former."""
    info = root.base / _DPKG / "info"
    for listed in (info / f"{name}.list", info / f"{name}:{architecture}.list"):
        for path in listed.read_text().splitlines() if listed.exists() else []:
            folder, _, file = path.strip("/").rpartition("/")
            yield f"{root.find(folder) or folder}/{file}"
