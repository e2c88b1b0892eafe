"""Keys, certificates and kubeconfigs, made anew for each cluster and never leaving its state folder.

One authority signs everything. Every program has a client certificate of its own, whose subject is the user that RBAC knows,
so that the audit log tells who did what.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.cluster.layout import NODE_NAME, Layout

VALIDITY = timedelta(days=365)

CLIENTS = {
    "admin": ("glider-admin", "system:masters"),
    "kube-controller-manager": ("system:kube-controller-manager", None),
    "kube-scheduler": ("system:kube-scheduler", None),
    "kube-proxy": ("system:kube-proxy", None),
    "kubelet": (f"system:node:{NODE_NAME}", "system:nodes"),
    "apiserver-kubelet": ("kube-apiserver-kubelet-client", "system:masters"),
    "apiserver-etcd": ("kube-apiserver-etcd-client", None),
}
"""File name: the user and the group that its certificate stands for."""


def make_all(layout: Layout, server_addresses: Sequence[str]) -> None:
    """All keys, certificates and kubeconfigs of the cluster, unless a former bring-up has made them."""
    folder = layout.pki
    finished = folder / "finished"
    if finished.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    authority = _Authority(folder)
    authority.issue("server", "glider-server", None, addresses=server_addresses)
    for name, (user, group) in CLIENTS.items():
        authority.issue(name, user, group)
    _write_key(folder / "service-accounts.key", ec.generate_private_key(ec.SECP256R1()))
    for name in ("kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet"):
        _write_kubeconfig(folder / f"{name}.kubeconfig", folder, name, layout.api_url)
    _write_kubeconfig(layout.kubeconfig, folder, "admin", layout.api_url)
    finished.touch()


class _Authority:
    """The cluster's own certificate authority; its key is not kept, since nothing is signed after bring-up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "glider-test-cluster")])
        builder = _builder(self._name, self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
        _write_certificate(folder / "ca.crt", builder.sign(self._key, hashes.SHA256()))

    def issue(self, name: str, user: str, group: str | None, *, addresses: Sequence[str] = ()) -> None:
        """A certificate that serves as client and, where it has addresses, as server."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
        if group is not None:
            subject.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
        builder = _builder(x509.Name(subject), self._name, key.public_key())
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH, *([ExtendedKeyUsageOID.SERVER_AUTH] if addresses else [])]
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(self._identifier, critical=False)
        if addresses:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(one) for one in addresses]), critical=False)
        _write_certificate(self._folder / f"{name}.crt", builder.sign(self._key, hashes.SHA256()))
        _write_key(self._folder / f"{name}.key", key)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + VALIDITY)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()),
    )


def _write_kubeconfig(path: Path, pki: Path, name: str, server: str) -> None:
    def inline(file: str) -> str:
        return base64.b64encode((pki / file).read_bytes()).decode()

    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "glider", "cluster": {"server": server, "certificate-authority-data": inline("ca.crt")}}],
        "users": [
            {"name": name, "user": {"client-certificate-data": inline(f"{name}.crt"), "client-key-data": inline(f"{name}.key")}},
        ],
        "contexts": [{"name": "glider", "context": {"cluster": "glider", "user": name}}],
        "current-context": "glider",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(document, indent=2))  # JSON is YAML
