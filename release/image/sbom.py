"""The image's bill of materials: an SPDX 2.3 document, and a list of licences for people. The same parts make the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from release.image.component import Component
from release.image.licences import PUBLIC_DOMAIN

_NO_ASSERTION = "NOASSERTION"
#: A name only, as SPDX asks: nothing has to be there.
_NAMESPACE = "https://spdx.org/spdxdocs"


def document(name: str, version: str, *, components: Sequence[Component], time: int) -> str:
    """The SPDX document of the image `name` with these components, as JSON."""
    identifiers = {id(one): f"SPDXRef-{number:03}-{_word(one.name)}" for number, one in enumerate(components, 1)}
    holders = {f"{one.name} {one.version}": identifiers[id(one)] for one in components if one.within is None}
    image = "SPDXRef-Image"
    packages = [_image(name, version, image), *(_package(one, identifiers[id(one)]) for one in components)]
    relationships = [_relationship("SPDXRef-DOCUMENT", "DESCRIBES", image)]
    relationships += [_relationship(holders[one.within] if one.within else image, "CONTAINS", identifiers[id(one)]) for one in components]
    content = hashlib.sha256(json.dumps(packages).encode()).hexdigest()
    body: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{name}-{version}",
        "documentNamespace": f"{_NAMESPACE}/{name}-{version}-{content[:32]}",
        "creationInfo": {"created": f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}", "creators": ["Tool: glider-release"]},
        "packages": packages,
        "relationships": relationships,
    }
    if any(PUBLIC_DOMAIN in one.licence for one in components):
        text = "The authors gave up their rights: see the copyright file of the package."
        body["hasExtractedLicensingInfos"] = [{"licenseId": PUBLIC_DOMAIN, "name": "Public domain", "extractedText": text}]
    return json.dumps(body, indent=1) + "\n"


def licence_list(components: Sequence[Component]) -> str:
    """A line for each component: what, its version, its licence, and where its text is in the image."""
    rows = [(one.name, one.version, one.licence, _place(one)) for one in components]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]]).rstrip() + "\n" for row in rows
    )


def _place(one: Component) -> str:
    return ", ".join([*([f"compiled into {one.within}"] if one.within else []), *one.texts])


def _image(name: str, version: str, identifier: str) -> dict[str, Any]:
    return {
        "name": name,
        "SPDXID": identifier,
        "versionInfo": version,
        "downloadLocation": _NO_ASSERTION,
        "filesAnalyzed": False,
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": _NO_ASSERTION,
        "primaryPackagePurpose": "CONTAINER",
    }


def _package(one: Component, identifier: str) -> dict[str, Any]:
    package: dict[str, Any] = {
        "name": one.name,
        "SPDXID": identifier,
        "versionInfo": one.version,
        "downloadLocation": _NO_ASSERTION,
        "filesAnalyzed": False,
        "licenseConcluded": one.licence,
        "licenseDeclared": one.licence,
        "copyrightText": _NO_ASSERTION,
    }
    if one.purl:
        package["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": one.purl}]
    if one.sha256:
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": one.sha256}]
    return package


def _relationship(subject: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": other}


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", name)
