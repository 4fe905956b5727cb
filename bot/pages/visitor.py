"""For whom tries and forms of an address are counted: one connection, whatever address it takes."""

from __future__ import annotations

import hashlib
import ipaddress

from starlette.requests import Request


def subject(request: Request) -> str:
    """Whom a request counts for, as a hash: an address says nothing of who somebody is for long. One connection has a
    whole /64 of IPv6 to choose its addresses from."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        address = None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        host = str(ipaddress.ip_network((address, 64), strict=False))
    return hashlib.sha256(host.encode()).hexdigest()[:16]
