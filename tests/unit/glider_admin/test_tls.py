"""A certificate is renewed without a restart, and a wrong one never replaces a right one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from glider.wire.jsonform import FieldError
from glider_admin.settings import Tls
from glider_admin.tls import Certificate, certificate_of
from tests.unit.glider_admin.certificates import write_certificate


def tls(folder: Path) -> Tls:
    return Tls(cert_file=folder / "tls.crt", key_file=folder / "tls.key")


def certificate(folder: Path) -> Certificate:
    made = certificate_of(tls(folder))
    assert made is not None
    return made


def test_without_files_there_is_none() -> None:
    assert certificate_of(Tls()) is None


def test_files_that_change_are_read_again_once(tmp_path: Path) -> None:
    write_certificate(tmp_path, name="one")
    kept = certificate(tmp_path)
    assert not kept.renew()
    write_certificate(tmp_path, name="two")
    assert kept.renew()
    assert not kept.renew()


def test_a_key_of_another_certificate_is_noted_and_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_certificate(tmp_path, name="one")
    kept = certificate(tmp_path)
    former = (tmp_path / "tls.crt").read_bytes()
    write_certificate(tmp_path, name="two")
    (tmp_path / "tls.crt").write_bytes(former)
    assert not kept.renew()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "the former one stays" in caplog.text


def test_files_that_are_gone_for_a_moment_havent_changed(tmp_path: Path) -> None:
    write_certificate(tmp_path, name="one")
    kept = certificate(tmp_path)
    (tmp_path / "tls.crt").rename(tmp_path / "away")
    assert not kept.renew()


def test_what_cant_be_used_at_the_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(FieldError, match=r"tls.certFile.*No such file"):
        certificate_of(tls(tmp_path))
    for file in ("tls.crt", "tls.key"):
        (tmp_path / file).write_text("nonsense")
    with pytest.raises(FieldError, match=r"tls.certFile.*in PEM"):
        certificate_of(tls(tmp_path))
