"""The addresses that the operator serves at, as Go's programs understand them: `:8081` and `[::]:8081` are all addresses of the machine.

A kubelet asks by the pod's first address, which may be of IPv4 or IPv6, so one socket takes both; without IPv6 it takes IPv4.
"""

from __future__ import annotations

import errno
import socket

_BACKLOG = 128
#: The kernel has no IPv6, or was told not to use it.
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def listen(address: str) -> list[socket.socket]:
    """Sockets that listen at `address`, host:port; a name may stand for several addresses.

    Raises:
        OSError: that can't be; the message names the address.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        return [_everywhere(int(port))] if host in ("", "::") else _at(host, int(port))
    except OSError as error:
        raise OSError(error.errno, f"can't listen at {address}: {error.strerror or error}") from error


def _everywhere(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG)
        except OSError as error:
            if error.errno not in _NO_IPV6:
                raise
    return socket.create_server(("0.0.0.0", port), backlog=_BACKLOG)


def _at(host: str, port: int) -> list[socket.socket]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    return [socket.create_server(address, family=family, backlog=_BACKLOG) for family, address in addresses]
