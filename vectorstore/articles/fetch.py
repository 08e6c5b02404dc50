"""What stands at an address of the web, fetched only when asked for, and never from a machine of one's own network.

The name is resolved once, every address that it has is looked at, and the connection is made to the one that was looked at:
a name that answers differently the second time gains nothing. Each redirect is looked at in the same way. A proxy is not used,
since it would resolve the name anew.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from vectorstore.articles.document import Document, shown
from vectorstore.articles.encodings import Unreadable

if TYPE_CHECKING:
    from email.message import Message

_MOST = 20_000_000  # bytes
_SECONDS = 25.0  # for all of it, redirects too: less than a reader may take (apart.py), so that this is what is said
_REDIRECTS = 5
_AGENT = "onrecord (reads news pages that its user names)"


def is_address(text: str) -> bool:
    """Whether it is written as an address of the web."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def document(address: str, allowed: Callable[[str], bool] | None = None) -> Document:
    """The page or feed at the address, its last address being the default of its articles; raises Unreadable with the reason.

    `allowed` says of an IP address whether it may be asked; without it, `public` does.
    """
    from http.client import HTTPException

    allowed = allowed or public
    ends = time.monotonic() + _SECONDS
    given = address
    try:
        for _ in range(_REDIRECTS + 1):
            body, headers, target = _once(address, ends, allowed)
            if target is None:
                break
            address = urljoin(address, target)
        else:
            raise Unreadable(f"it redirects more than {_REDIRECTS} times; give the address where it ends.")
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        if isinstance(error, TimeoutError):
            raise Unreadable(f"it did not answer in {_SECONDS:.0f} s; try it later.") from error
        said = " ".join(str(getattr(error, "strerror", None) or error).split())[:100]
        raise Unreadable(f"it cannot be fetched ({said or type(error).__name__}); check the address.") from error
    return Document(
        shown(given), given, lambda: io.BytesIO(body), url=address, fetched=datetime.now(UTC).isoformat(timespec="seconds"),
        charset=headers.get_content_charset("") or "",
    )  # fmt: skip


def _once(address: str, ends: float, allowed: Callable[[str], bool]) -> tuple[bytes, Message, str | None]:
    """(body, headers, None), or where it redirects to."""
    import socket
    import ssl
    from http.client import HTTPConnection

    parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise Unreadable(f"it leads to {shown(address)[:80]!r}, which is no address of the web; it is not followed.")
    if parts.username is not None or parts.password is not None:
        raise Unreadable("it has a user name in it; give the address without.")
    host = parts.hostname.encode("idna").decode("ascii") if not parts.hostname.isascii() else parts.hostname
    secure = parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    connection = HTTPConnection(host, port)
    sock = socket.create_connection((_resolved(host, port, allowed), port), timeout=_left(ends))
    try:
        if secure:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        connection.sock = sock
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
            f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?-._')}" if parts.query else ""
        )
        connection.request("GET", path, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity", "Connection": "close"})
        sock.settimeout(_left(ends))
        response = connection.getresponse()
        if response.status in (301, 302, 303, 307, 308):
            return b"", response.headers, response.headers.get("Location", "")
        if response.status != 200:
            raise Unreadable(f"its server answered {response.status} {shown(response.reason)[:60]}; check the address.")
        body = bytearray()
        while part := response.read1(65_536):
            body += part
            if len(body) > _MOST:
                raise Unreadable(f"it has more than {_MOST:,} bytes; save it as a file and give that.")
            if response.fp is not None:
                sock.settimeout(_left(ends))
        return bytes(body), response.headers, None
    finally:
        connection.close()
        sock.close()


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _resolved(host: str, port: int, allowed: Callable[[str], bool]) -> str:
    """An address of the host; raises Unreadable where any of them is of a private network."""
    import socket

    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for one in found:
        if not allowed(one):
            name = one if host == one else f"{shown(host)[:80]} is {one}, which"
            raise Unreadable(f"{name} is of this machine or of a private network; it is not fetched.")
    return sorted(found, key=lambda one: ":" in one)[0]  # IPv4 first: a machine without IPv6 has none to try


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever way it is wrapped."""
    import ipaddress

    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # IPv4 in IPv6: mapped, 6to4, Teredo, NAT64
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
    return ip.is_global and not ip.is_multicast
