"""Capabilities: what an address itself allows, whoever has it.

An upload through the front is a request without a header that names its sender, so its address has the sender's own token, sealed: only
the front can open it. It holds for one namespace, one content and some minutes. A link to an object of the store is sealed, too: flytekit
takes the `?` of a signed URL for a pattern of file names. The address of a file that was uploaded so is signed over
its namespace and what names its content, and stays the same, since it is part of a version's hash. Nobody guesses either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TypeVar
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Of a key in bytes, at least.
LEAST_KEY = 32
_NONCE = 12
_MAC_DIGITS = 32


C = TypeVar("C", bound="Capability | Link")


class SealError(Exception):
    """It isn't a capability of this front, or no longer; the message is a sentence without its full stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """To upload one file.

    Attributes:
        token: the sender's, with which the file is kept.
        namespace: where it is kept.
        identity: what names its content.
        md5: the content's, in hexadecimal; empty where it isn't known.
        most: how many bytes it may have.
        expires: until when, in seconds since 1970.
    """

    token: str = field(repr=False)
    namespace: str
    identity: str
    md5: str
    most: int
    expires: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """To download one object of the store.

    Attributes:
        uri: the object's.
        node_identity: whether the node's identity may be used for the store.
        expires: until when, in seconds since 1970.
    """

    uri: str
    node_identity: bool
    expires: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A file that was uploaded through the front."""

    namespace: str
    identity: str
    name: str


class Seals:
    """Seals and opens capabilities with the `key`, which all replicas share."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derived(key, b"upload"))
        self._signing = _derived(key, b"address")

    def seal(self, capability: Capability | Link) -> str:
        """`capability` as a part of a path."""
        nonce, kind = os.urandom(_NONCE), type(capability).__name__.encode()
        return _text(nonce + self._cipher.encrypt(nonce, json.dumps(asdict(capability)).encode(), kind))

    def open(self, sealed: str, kind: type[C], *, now: float) -> C:
        """The capability in `sealed`, which is of that kind.

        Raises:
            SealError: nobody sealed it with this key, or it has expired.
        """
        try:
            data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            found = kind(**json.loads(self._cipher.decrypt(data[:_NONCE], data[_NONCE:], kind.__name__.encode())))
        except (InvalidTag, binascii.Error, ValueError, TypeError) as error:
            raise SealError("the address isn't one of this front's. Ask for another one") from error
        if now > found.expires:
            raise SealError("the address has expired. Ask for another one")
        return found

    def signed(self, address: Address) -> str:
        """`address` as a path."""
        return f"{address.namespace}/{self._mac(address)}/{address.identity}/{address.name}"

    def address_in(self, path: str) -> Address:
        """The address that `path` is.

        Raises:
            SealError: nobody signed it with this key.
        """
        namespace, mac, identity, name = (path.split("/") + [""] * 4)[:4]
        # flytekit decodes the URIs of its files: a name is here as it was signed, or without its percent signs
        for address in (Address(namespace=namespace, identity=identity, name=one) for one in (name, quote(name, safe=""))):
            if path.count("/") == 3 and hmac.compare_digest(mac.encode(), self._mac(address).encode()):
                return address
        raise SealError("the address of the file isn't one of this front's")

    def _mac(self, address: Address) -> str:
        text = "\0".join((address.namespace, address.identity, address.name))
        return hmac.new(self._signing, text.encode(), hashlib.sha256).hexdigest()[:_MAC_DIGITS]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"glider-admin " + purpose, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
