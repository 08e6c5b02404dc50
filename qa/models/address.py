"""Where a model is asked: the address that was set -> the parts of a request, and the proxy that stands before it, if any."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit
from urllib.request import getproxies

from qa.errors import SettingError


@dataclass(frozen=True, slots=True)
class Address:
    """An endpoint's address, taken apart; only `host` may be shown."""

    url: str = field(repr=False)  # what the client puts /chat/completions behind
    host: str  # and the port, where one was given
    query: str = field(default="", repr=False)  # goes with every request: "api-version=2024-06-01"
    authorization: str = field(default="", repr=False)  # the header for a login in the address
    proxy: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)  # what no message may hold


def read_address(address: str) -> Address:
    """The address taken apart. Raises SettingError where it is none, or where its proxy cannot be used."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(letter.isspace() for letter in address):
        raise SettingError("OPENAI_BASE_URL is not a web address: use one such as http://127.0.0.1:11434/v1.")
    shown = f"[{host}]" if ":" in host else host
    shown = f"{shown}:{port}" if port else shown
    path = re.sub(r"(?:/chat/completions)?/*$", "", parts.path.rstrip("/"), flags=re.I)
    login = [unquote(part) for part in (parts.username or "", parts.password or "")]
    basic = b64encode(":".join(login).encode()).decode() if any(login) else ""
    proxy = _proxy(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme])
    of_proxy = urlsplit(proxy or "")
    secrets = [*login, basic, parts.username, parts.password, of_proxy.username, of_proxy.password]
    secrets += [value for name, value in parse_qsl(parts.query) if "version" not in name.lower()]
    return Address(
        url=urlunsplit((parts.scheme, shown, path, "", "")),
        host=shown if len(shown) <= 80 else shown[:79] + "…",
        query=parts.query,
        authorization=f"Basic {basic}" if basic else "",
        proxy=proxy,
        secrets=tuple(secret for secret in secrets if secret),
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, in any spelling that a resolver takes: a name, "127.1", "::1", "0.0.0.0"."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    found = _ip(host)
    return found is not None and (found.is_loopback or found.is_unspecified)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with suppress(ValueError):
        found = ipaddress.ip_address(host.partition("%")[0])
        return getattr(found, "ipv4_mapped", None) or found
    with suppress(OSError, ValueError):
        return ipaddress.ip_address(socket.inet_aton(host))  # "127.1", "0x7f000001"
    return None


def _proxy(scheme: str, host: str, port: int) -> str | None:
    """The proxy that the environment asks for, for this host: never for this machine's own."""
    proxies = getproxies()
    kind = scheme if proxies.get(scheme) else "all"
    value = proxies.get(kind, "").strip()
    if not value or is_loopback(host) or _excluded(host, port, proxies.get("no", "")):
        return None
    value = value if "://" in value else f"http://{value}"
    names = (f"{kind}_proxy", f"{kind}_PROXY".upper())
    name = next((name for name in names if os.environ.get(name)), names[1])
    return _checked_proxy(value, name, host)


def _checked_proxy(value: str, name: str, host: str) -> str:
    remedy = f"or set NO_PROXY={host} to go without one."
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    kind = value.partition("://")[0].lower()[:20]
    if kind not in ("http", "https", "socks5", "socks5h"):
        raise SettingError(f"{name} names a proxy that starts with {kind}://: use http://, https:// or socks5h://, {remedy}")
    if kind.startswith("socks") and find_spec("socksio") is None:
        raise SettingError(f"{name} names a SOCKS proxy, for which a package is missing: `pip install socksio`, {remedy}")
    if not usable:
        raise SettingError(f"{name} is not the address of a proxy: use one such as http://proxy.example:3128, {remedy}")
    return value


def _excluded(host: str, port: int, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host: by name or a name that it ends in, by address or network, with or without a port."""
    host, address = host.rstrip(".").lower(), _ip(host)
    for entry in re.split(r"[,\s]+", no_proxy.lower()):
        with suppress(ValueError):
            if address is not None and address in ipaddress.ip_network(entry.strip("[]"), strict=False):
                return True
        name, _, its_port = entry.rpartition(":") if re.search(r"[^:]:\d+$|\]:\d+$", entry) else (entry, "", "")
        name = name.strip("[]").removeprefix("*").strip(".")
        if entry == "*" or (name and its_port in ("", str(port)) and (host == name or host.endswith(f".{name}"))):
            return True
    return False
