"""Addresses that are capabilities."""

from __future__ import annotations

import pytest

from glider_admin.data.seals import Address, Capability, Link, SealError, Seals

SEALS = Seals(b"k" * 32)
TOKEN = "header.payload.signature"
CAPABILITY = Capability(token=TOKEN, namespace="team-a", identity="0" * 32, md5="0" * 32, most=10, expires=1_000)
ADDRESS = Address(namespace="team-a", identity="0" * 32, name="code.tar.gz")


def test_the_front_opens_what_it_sealed_until_it_expires() -> None:
    sealed = SEALS.seal(CAPABILITY)
    assert SEALS.open(sealed, Capability, now=1_000) == CAPABILITY
    with pytest.raises(SealError, match="has expired"):
        SEALS.open(sealed, Capability, now=1_001)


def test_a_link_is_no_upload() -> None:
    link = Link(uri="s3://bucket/key", node_identity=False, expires=1_000)
    assert SEALS.open(SEALS.seal(link), Link, now=0) == link
    with pytest.raises(SealError):
        SEALS.open(SEALS.seal(link), Capability, now=0)
    with pytest.raises(SealError):
        SEALS.open(SEALS.seal(CAPABILITY), Link, now=0)


def test_the_token_is_neither_in_the_address_nor_in_a_representation() -> None:
    assert "payload" not in SEALS.seal(CAPABILITY)
    assert "payload" not in repr(CAPABILITY)


def test_no_address_is_made_twice() -> None:
    assert SEALS.seal(CAPABILITY) != SEALS.seal(CAPABILITY)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-2], lambda text: "A" + text[1:-1] + "_", lambda text: "", lambda text: "é", lambda text: "a" * 500]
)
def test_what_was_changed_is_refused(change) -> None:
    with pytest.raises(SealError, match="isn't one of this front's"):
        SEALS.open(change(SEALS.seal(CAPABILITY)), Capability, now=0)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealError):
        Seals(b"o" * 32).open(SEALS.seal(CAPABILITY), Capability, now=0)


def test_the_address_of_a_file_stays_the_same_and_ends_with_its_name() -> None:
    path = SEALS.signed(ADDRESS)
    assert path == Seals(b"k" * 32).signed(ADDRESS)
    assert path.endswith("/code.tar.gz")
    assert SEALS.address_in(path) == ADDRESS


@pytest.mark.parametrize(
    "changed",
    [
        lambda path: path.replace("team-a", "team-b"),
        lambda path: path.replace("/0000", "/1000"),
        lambda path: path.replace("code", "other"),
        lambda path: path + "/more",
        lambda path: path.rpartition("/")[0],
        lambda path: "",
    ],
    ids=["another namespace", "other content", "another name", "a longer path", "a shorter path", "no path"],
)
def test_an_address_that_nobody_signed_is_refused(changed) -> None:
    with pytest.raises(SealError):
        SEALS.address_in(changed(SEALS.signed(ADDRESS)))
