"""The bill of materials is an SPDX document with a package for each part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from release.image import sbom
from release.image.component import Component
from tests.spdx import problems_of

OURS = Component(name="glider-executor", version="1.2.3", licence="Apache-2.0", purl="pkg:pypi/glider-executor@1.2.3")
STORE = Component(name="obstore", version="0.12", licence="MIT", purl="pkg:pypi/obstore@0.12", texts=("/a/LICENSE",), sha256="0" * 64)
CRATE = Component(name="tokio", version="1.5", licence="MIT", purl="pkg:cargo/tokio@1.5", within="obstore 0.12")
SELINUX = Component(name="libselinux1", version="3.4", licence="LicenseRef-Public-Domain", purl="pkg:deb/debian/libselinux1@3.4")
PARTS = [OURS, STORE, CRATE, SELINUX]


def document() -> dict[str, Any]:
    return json.loads(sbom.document("glider-executor", "1.2.3", components=PARTS, time=1_000_000_000))


def test_it_is_valid(tmp_path: Path) -> None:
    (tmp_path / "a.spdx.json").write_text(sbom.document("glider-executor", "1.2.3", components=PARTS, time=1_000_000_000))
    assert problems_of(tmp_path / "a.spdx.json") == []


def test_each_part_is_a_package_of_what_holds_it() -> None:
    made = document()
    names = {one["SPDXID"]: one["name"] for one in made["packages"]}
    contained = [(names[one["spdxElementId"]], names[one["relatedSpdxElement"]]) for one in made["relationships"][1:]]
    assert len(names) == len(PARTS) + 1
    assert contained == [
        ("glider-executor", "glider-executor"),
        ("glider-executor", "obstore"),
        ("obstore", "tokio"),
        ("glider-executor", "libselinux1"),
    ]


def test_the_document_has_the_time_of_the_commit_and_a_name_of_its_own() -> None:
    made, other = document(), json.loads(sbom.document("glider-executor", "1.2.3", components=PARTS[:1], time=1_000_000_000))
    assert made["creationInfo"]["created"] == "2001-09-09T01:46:40Z"
    assert made["documentNamespace"] != other["documentNamespace"]
    assert document() == made


def test_a_licence_without_an_spdx_identifier_is_explained() -> None:
    assert [one["licenseId"] for one in document()["hasExtractedLicensingInfos"]] == ["LicenseRef-Public-Domain"]


def test_the_list_for_people_names_the_place_of_each_text() -> None:
    lines = [line.split(maxsplit=3) for line in sbom.licence_list(PARTS).splitlines()]
    assert lines[1] == ["obstore", "0.12", "MIT", "/a/LICENSE"]
    assert lines[2] == ["tokio", "1.5", "MIT", "compiled into obstore 0.12"]
