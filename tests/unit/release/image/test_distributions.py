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
