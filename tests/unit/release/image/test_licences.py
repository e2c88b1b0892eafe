"""Each part of an image has a licence that is on the list; what isn't known ends the build with a message that says where to add it."""

from __future__ import annotations

from typing import Any

import pytest

from release.image import licences
from release.image.licences import LicenceError


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        pytest.param({"expression": "MIT AND Apache-2.0"}, "MIT AND Apache-2.0", id="an SPDX expression is taken as it is"),
        pytest.param({"field": "Apache 2.0"}, "Apache-2.0", id="the field, in other words"),
        pytest.param({"field": "MIT"}, "MIT", id="the field, an identifier"),
        pytest.param({"classifiers": ["License :: OSI Approved :: Apache Software License"]}, "Apache-2.0", id="a classifier"),
        pytest.param({"field": "Dual License", "classifiers": ["License :: OSI Approved :: MIT License"]}, "MIT", id="a vague field"),
    ],
)
def test_a_distributions_licence(metadata: dict[str, Any], licence: str) -> None:
    assert licences.of_distribution("a", **({"expression": None, "field": None, "classifiers": []} | metadata)) == licence


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(LicenceError, match="a: expected a licence in its metadata, found Freeware: add it to _DISTRIBUTIONS"):
        licences.of_distribution("a", expression=None, field="Freeware\nand more", classifiers=[])
    with pytest.raises(LicenceError, match="libnew1: expected a licence for this Debian package, found none"):
        licences.of_debian_package("libnew1")


@pytest.mark.parametrize("name", ["libssl3", "libssl3t64", "libpython3.13-stdlib", "python3.11-minimal"])
def test_debians_packages_are_known_by_the_names_of_each_suite(name: str) -> None:
    licences.check(name, licences.of_debian_package(name))


@pytest.mark.parametrize(
    "expression",
    ["MIT", "MIT OR GPL-3.0-only", "(MIT OR GPL-2.0-only) AND BSD-3-Clause", "ISC AND (Apache-2.0 OR ISC)", "GPL-3.0-only OR MIT AND ISC"],
)
def test_allowed(expression: str) -> None:
    licences.check("a", expression)


@pytest.mark.parametrize(
    "expression", ["", "GPL-3.0-or-later", "MIT AND GPL-2.0-only", "(GPL-2.0-only OR AGPL-3.0-only) AND MIT", "NOASSERTION"]
)
def test_refused(expression: str) -> None:
    with pytest.raises(LicenceError, match="isn't among the licences"):
        licences.check("a", expression)


def test_a_program_that_is_started_on_its_own_may_be_under_the_gpl() -> None:
    licences.check("coreutils", licences.of_debian_package("coreutils"))
