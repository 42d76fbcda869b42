"""Keeps the SDKs from looking anything up outside of this machine."""

import ipaddress
import sys


class OutsideConnection(RuntimeError):
    """An SDK tried to reach another machine: an endpoint resolver, or a metadata service of cloud instances."""


def stay_on_loopback() -> None:
    """From now on, any connection or name lookup that is not for a loopback address fails. Can't be undone."""
    sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host is not None and not _is_loopback(host):
        raise OutsideConnection(f"{event} for {host}")


def _is_loopback(host: str | bytes) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return text == "localhost"
