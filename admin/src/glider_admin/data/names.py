"""Where uploads go: below a folder of their namespace, by what their content is. Names are their sender's, so nothing in them may lead
out of that folder. Pure.

    <prefix>/<namespace>/uploads/<md5>/<file name>
    <prefix>/<namespace>/uploads/named/<root>/<file name>
    <prefix>/<namespace>/uploads/inputs/<sha256>/inputs.pb
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flyteidl.service import dataproxy_pb2

from glider.wire.contract import INPUTS_FILE
from glider.wire.jsonform import FieldError, words

UPLOADS = "uploads"
_NAMED, _INPUTS = "named", "inputs"
_MD5_BYTES = 16
_LONGEST_NAME, _LONGEST_ROOT = 200, 512
_DIGITS = 32
#: What no part of a name may have: it could mean another place to another reader.
_ODD = re.compile(r"[/\\%?#\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ODD_WORDS = "\\, %, ?, # and control characters"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that somebody wants to upload.

    Attributes:
        md5: the content's MD5 in hexadecimal; empty where the sender doesn't give it.
        name: the file's name, without a folder.
        root: the folder that groups several files; empty where the content does.
        identity: what names the content: its MD5, or something random.
    """

    md5: str
    name: str
    root: str
    identity: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Where it goes below the folder of uploads. An upload whose content isn't known has a place that nobody else has."""
        if self.root:
            own = () if self.md5 else (self.identity,)
            return (_NAMED, *self.root.split("/"), *own, self.name)
        return (self.identity, self.name)


def upload_of(request: dataproxy_pb2.CreateUploadLocationRequest, *, random: Callable[[], str]) -> Upload:
    """The upload that `request` asks for; `random` makes a name that nobody else has.

    Raises:
        FieldError: a name could lead elsewhere, or the MD5 isn't one.
    """
    if request.content_md5 and len(request.content_md5) != _MD5_BYTES:
        raise FieldError("content_md5", expected=f"the {_MD5_BYTES} bytes of an MD5", found=words(f"{len(request.content_md5)} bytes"))
    md5, name = request.content_md5.hex(), request.filename or "data"
    if _is_odd(name) or len(name) > _LONGEST_NAME:
        expected = f"the name of a file, of at most {_LONGEST_NAME} characters, without a folder, {_ODD_WORDS}"
        raise FieldError("filename", expected=expected, found=name)
    root = request.filename_root.strip("/")
    if root and (len(root) > _LONGEST_ROOT or any(map(_is_odd, root.split("/")))):
        expected = f"the path of a folder, of at most {_LONGEST_ROOT} characters, without empty parts, `.`, `..`, {_ODD_WORDS}"
        raise FieldError("filename_root", expected=expected, found=request.filename_root)
    return Upload(md5=md5, name=name, root=root, identity=md5 or f"r{random()}")


def inputs_parts(sha256: str) -> tuple[str, ...]:
    """Where a file of inputs with that SHA-256 goes below the folder of uploads."""
    return (_INPUTS, sha256[:_DIGITS], INPUTS_FILE)


def _is_odd(part: str) -> bool:
    return part in ("", ".", "..") or _ODD.search(part) is not None
