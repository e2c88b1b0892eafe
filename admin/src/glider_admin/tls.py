"""The certificate of both ports: files, which are read again once they change, so that a renewed one needs no restart."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from threading import Lock
from typing import Any

import grpc

from glider.wire.jsonform import FieldError
from glider_admin.settings import Tls

logger = logging.getLogger(__name__)


class Certificate:
    """A certificate and its key. Thread-safe: gRPC asks for it in a thread of its own."""

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._files, self._lock = (cert_file, key_file), Lock()
        self._version = self._on_disk()
        self._pem = self._read()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert_file, key_file)

    def renew(self) -> bool:
        """Whether the files have changed; they count from now on if they fit together."""
        with self._lock:
            version = self._on_disk()
            if version == self._version:
                return False
            self._version = version
            try:
                self._pem = self._read()
                self.context.load_cert_chain(*self._files)
            except (OSError, FieldError) as error:
                logger.error("the new certificate can't be used, the former one stays: %s", error)
                return False
            logger.info("a new certificate is used")
            return True

    def credentials(self) -> grpc.ServerCredentials:
        """Those for gRPC, which asks at each new connection whether they have changed."""
        fetched: Any = lambda: self._grpc() if self.renew() else None  # noqa: E731 - None for no other, which gRPC's stubs don't have
        return grpc.dynamic_ssl_server_credentials(self._grpc(), fetched)

    def _grpc(self) -> grpc.ServerCertificateConfiguration:
        certificate, key = self._pem
        return grpc.ssl_server_certificate_configuration([(key, certificate)])

    def _read(self) -> tuple[bytes, bytes]:
        """Both as PEM, once they have proved to fit together."""
        certificate, key = self._files
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
        except ssl.SSLError as error:
            found = f"{error.reason or error}: {certificate} and {key}"
            raise FieldError("tls.certFile", expected="a certificate in PEM, and its key", found=found) from error
        return certificate.read_bytes(), key.read_bytes()

    def _on_disk(self) -> tuple[tuple[int, int], ...]:
        """What changes when a Secret is mounted anew; files that are gone for a moment haven't changed."""
        try:
            return tuple((stat.st_mtime_ns, stat.st_ino) for stat in (file.stat() for file in self._files))
        except OSError:
            return self._version if hasattr(self, "_version") else ()


def certificate_of(tls: Tls) -> Certificate | None:
    """The certificate that the settings name; None where they name none.

    Raises:
        FieldError: it can't be read, or the two files don't fit together.
    """
    if tls.cert_file is None or tls.key_file is None:
        return None
    try:
        return Certificate(tls.cert_file, tls.key_file)
    except OSError as error:
        found = f"{error.strerror or error}: {error.filename or tls.cert_file}"
        raise FieldError("tls.certFile", expected="files that can be read", found=found) from error
