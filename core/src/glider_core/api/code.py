"""The task's code, where it travels apart from the image: an archive, by its SHA-256.

The archive is a .tar.gz. It lies in the store as one object, or in ConfigMaps as consecutive slices. What writes ConfigMaps (the
command line) and what mounts them (`render`) go by the names and bounds here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.kinds import OBJECT_NAME, api_field, uri
from glider_core.api.names import NAME, NAME_IN_WORDS
from glider_core.api.settings import Kind, Rule, Setting, parse_section, section

#: The key of a ConfigMap's `binaryData` that holds the part.
PART_KEY = "part"
#: The API server takes ConfigMaps of 1 MiB at most.
MOST_PART_BYTES = 900 * 1024
#: A pod starts as fast with twice as many. But each version that is registered stays in etcd, which has room for 2 GiB by default, and
#: the API server keeps all ConfigMaps in memory.
MOST_PARTS = 8
#: What an archive in ConfigMaps may have.
MOST_BYTES_IN_CONFIG_MAPS = MOST_PARTS * MOST_PART_BYTES

_SHA256 = r"[0-9a-f]{64}"
_PYTHON_VERSION = r"3[.][0-9]{1,2}"


def config_map_name(*, sha256: str, part: int) -> str:
    """The name of the ConfigMap with the part of that number, from 0, of the archive with that SHA-256."""
    return f"glider-code-{sha256[:16]}-{part}"


def _read_sha256(fields: Fields, name: str) -> str:
    fields.required_text(name)
    return fields.matching(name, _SHA256, expected="a SHA-256: 64 hexadecimal digits in lower case") or ""


def _read_config_maps(fields: Fields, name: str) -> tuple[str, ...]:
    names = fields.texts(name, pattern=NAME, what=NAME_IN_WORDS.removeprefix("the "))
    if len(names) > MOST_PARTS:
        raise FieldError(fields.path(name), expected=f"at most {MOST_PARTS} ConfigMaps", found=len(names))
    if len(set(names)) < len(names):
        raise FieldError(fields.path(name), expected="each ConfigMap once", found=list(names))
    return names


def _read_python_version(fields: Fields, name: str) -> str | None:
    return fields.matching(name, _PYTHON_VERSION, expected="a version of Python such as 3.11")


_PART = Setting(doc="The name of a ConfigMap.", kind=OBJECT_NAME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """Exactly one of `uri` and `config_maps` is given."""

    sha256: str = api_field(
        "The archive's SHA-256 in hexadecimal. The executor compares it before it unpacks anything.",
        Kind(words="string", read=_read_sha256, schema={"type": "string", "pattern": f"^{_SHA256}$"}, required=True),
    )
    uri: str | None = api_field(
        "Where the archive is in the store. The pod reads it with its own rights.", uri(most=1024, such_as="s3://bucket/code.tar.gz")
    )
    config_maps: tuple[str, ...] = api_field(
        f"The ConfigMaps that hold the archive, in order, each a slice of at most 1 MiB in the key `{PART_KEY}` of binaryData.",
        Kind(
            words="list of strings",
            read=_read_config_maps,
            items=_PART,
            schema={"type": "array", "minItems": 1, "maxItems": MOST_PARTS, "x-kubernetes-list-type": "atomic"},
        ),
        default=(),
    )
    python_version: str | None = api_field(
        "The version of Python that the code is for, such as 3.11. It chooses the image where the task has none.",
        Kind(words="string", read=_read_python_version, schema={"type": "string", "pattern": f"^{_PYTHON_VERSION}$"}),
    )


def _read_code(fields: Fields, name: str) -> Code | None:
    if not fields.has(name):
        fields.raw(name)
        return None
    inner = fields.object(name)
    code = parse_section(Code, inner)
    if bool(code.uri) == bool(code.config_maps):
        found = ["uri", "configMaps"] if code.uri else nothing()
        raise FieldError(fields.path(name), expected="exactly one of uri and configMaps", found=found)
    return code


CODE = replace(
    section(Code),
    read=_read_code,
    rules=(Rule(cel="has(self.uri) != has(self.configMaps)", message="needs exactly one of uri and configMaps"),),
)
