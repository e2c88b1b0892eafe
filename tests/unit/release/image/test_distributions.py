"""The distributions of an image come from the metadata that pip installed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from release.image import distributions
from release.image.component import Component

CRATES = {
    "components": [
        {"name": "tokio", "version": "1.5", "scope": "required", "purl": "pkg:cargo/tokio@1.5?x=y", "licenses": [{"expression": "MIT"}]},
        {"name": "cc", "version": "1.0", "scope": "excluded", "purl": "pkg:cargo/cc@1.0", "licenses": [{"expression": "MIT"}]},
    ]
}


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    metadata = tmp_path / "image" / "packages" / "Rusty.thing-1.0.dist-info"
    (metadata / "licenses").mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.4\nName: Rusty.thing\nVersion: 1.0\nLicense-Expression: MIT\n\nText\n")
    (metadata / "licenses" / "LICENSE").write_text("Do as you like.")
    (metadata / "sboms").mkdir()
    (metadata / "sboms" / "rusty.cyclonedx.json").write_text(json.dumps(CRATES))
    return metadata.parent


def test_what_a_front_end_is_bundled_from_comes_with_the_distribution_that_has_it(tmp_path: Path, packages: Path) -> None:
    static = packages / "rusty_thing" / "static"
    static.mkdir(parents=True)
    bundled = [{"name": "@a/b", "version": "2.0.1", "identifier": "MIT", "text": "Do as you like."}, {"name": "c", "version": "1.0.0"}]
    (static / "licenses.json").write_text(json.dumps(bundled))
    found = list(distributions.components(packages, root=tmp_path / "image", wheels=tmp_path, architecture="amd64"))
    texts = ("/packages/rusty_thing/static/licenses.json",)
    assert found[-2:] == [
        Component(name="@a/b", version="2.0.1", licence="MIT", purl="pkg:npm/%40a/b@2.0.1", texts=texts, within="Rusty.thing 1.0"),
        Component(name="c", version="1.0.0", licence="NOASSERTION", purl="pkg:npm/c@1.0.0", texts=texts, within="Rusty.thing 1.0"),
    ]


def test_the_wheel_is_the_one_for_the_python_that_it_was_installed_for(tmp_path: Path, packages: Path) -> None:
    tags = "Tag: cp312-cp312-manylinux_2_17_x86_64\nTag: cp312-cp312-manylinux2014_x86_64\n"
    (packages / "Rusty.thing-1.0.dist-info" / "WHEEL").write_text(f"Wheel-Version: 1.0\n{tags}")
    for version in ("310", "312"):
        name = f"rusty_thing-1.0-cp{version}-cp{version}-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
        (tmp_path / name).write_bytes(version.encode())
    found = next(distributions.components(packages, root=tmp_path / "image", wheels=tmp_path, architecture="amd64"))
    assert found.sha256 == hashlib.sha256(b"312").hexdigest()


def test_a_distribution_with_its_licence_its_wheel_and_its_crates(tmp_path: Path, packages: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "rusty_thing-1.0-cp311-abi3-manylinux_2_17_x86_64.whl").write_bytes(b"the wheel")
    (wheels / "rusty_thing-1.0-cp311-abi3-manylinux_2_17_aarch64.whl").write_bytes(b"for another machine")
    (wheels / "rusty_thing-0.9-py3-none-any.whl").write_bytes(b"an old one")
    found = list(distributions.components(packages, root=tmp_path / "image", wheels=wheels, architecture="amd64"))
    assert found == [
        Component(
            name="Rusty.thing",
            version="1.0",
            licence="MIT",
            purl="pkg:pypi/rusty-thing@1.0",
            texts=("/packages/Rusty.thing-1.0.dist-info/licenses/LICENSE",),
            sha256=hashlib.sha256(b"the wheel").hexdigest(),
        ),
        Component(name="tokio", version="1.5", licence="MIT", purl="pkg:cargo/tokio@1.5", within="Rusty.thing 1.0"),
    ]
