"""Who may enter: one check for the page, the API and everything beside them. No library.

A browser logs in at /login and is known by its cookie; a program sends its user and password with each request, as HTTP Basic, or
as `user:password` where it has room for a key only (a bearer token).
"""

from __future__ import annotations

import binascii
import secrets
import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from pathlib import Path

from qa.errors import NotAllowed, TooMany, UsageError

COOKIE = "onrecord-session"
LASTS = 30 * 24 * 3_600  # seconds that a browser stays logged in
_SESSIONS = 10_000  # that are remembered; the oldest goes
_WRONG, _WITHIN = 5, 60.0  # wrong passwords of a user from an address, and the seconds in which they count
_KEYS = 10_000  # users and addresses whose wrong passwords are remembered

Headers = Iterable[tuple[bytes, bytes]]


class Access:
    """The accounts, who is logged in, and who has given wrong passwords. Without accounts everybody may enter."""

    def __init__(self, accounts: Iterable[tuple[str, str]] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self.accounts = dict(accounts)
        self._clock = clock
        self._sessions: dict[str, tuple[str, float]] = {}  # token: user, and when it ends
        self._wrong: dict[tuple[str, str], list[float]] = {}

    def user(self, headers: Headers, address: str = "") -> str:
        """Who sends a request with these headers; empty where there are no accounts. Raises NotAllowed and TooMany."""
        if not self.accounts:
            return ""
        given = {name: value.decode("latin-1") for name, value in headers if name in (b"cookie", b"authorization")}
        user, until = self._sessions.get(_cookie(given.get(b"cookie", "")), ("", 0.0))
        if user and until > self._clock():
            return user
        kind, _, credentials = given.get(b"authorization", "").partition(" ")
        if kind.lower() not in ("basic", "bearer"):
            raise NotAllowed(
                "This collection asks for a user and a password: log in, or send them with the request (HTTP Basic)."
            )
        name, password = _pair(credentials.strip(), kind.lower() == "basic")
        return self.check(name, password, address)

    def check(self, user: str, password: str, address: str = "") -> str:
        """The user, if the password is theirs. Raises NotAllowed, and TooMany where it was wrong too often."""
        key, now = (user[:200], address), self._clock()
        wrong = [moment for moment in self._wrong.get(key, ()) if now - moment < _WITHIN]
        if len(wrong) >= _WRONG:
            after = int(_WITHIN - (now - wrong[0])) + 1
            raise TooMany(f"Too many wrong passwords: try again in {after} s.", after)
        # The same work for a user whom nobody knows: how long it takes tells nothing.
        right = secrets.compare_digest(self.accounts.get(user, "\0").encode(errors="replace"), password.encode(errors="replace"))
        if right and user in self.accounts:
            self._wrong.pop(key, None)
            return user
        self._wrong[key] = [*wrong, now]
        while len(self._wrong) > _KEYS:
            del self._wrong[next(iter(self._wrong))]
        raise NotAllowed("The user or the password is wrong: try again.")

    def enter(self, user: str) -> str:
        """A new session's token, for the cookie of a user whose password was right."""
        while len(self._sessions) >= _SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[token] = (user, self._clock() + LASTS)
        return token

    def leave(self, headers: Headers) -> None:
        """Ends the session of these headers' cookie."""
        for name, value in headers:
            if name == b"cookie":
                self._sessions.pop(_cookie(value.decode("latin-1")), None)


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _pair(credentials: str, is_basic: bool) -> tuple[str, str]:
    if is_basic:
        try:
            credentials = b64decode(credentials, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise NotAllowed("The user and the password cannot be read: send user:password in base64 (HTTP Basic).") from None
    name, _, password = credentials.partition(":")
    return name, password


def read_auth(path: Path) -> list[tuple[str, str]]:
    """The (user, password) pairs of a file with one `user:password` a line. Raises UsageError naming the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read ({reason}): pass a file with one user:password a line.") from error
    pairs: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        user, colon, password = line.strip().partition(":")
        if not (colon and user.strip() and password):
            raise UsageError(f"{path}:{number} is not user:password: mend the line.")
        if user.strip() in pairs:
            raise UsageError(f"{path}:{number} names the user {user.strip()!r} again: keep one line for each.")
        pairs[user.strip()] = password
    if not pairs:
        raise UsageError(f"{path} names nobody: write one user:password a line.")
    return list(pairs.items())


def login_html(root: str, then: str, said: str = "") -> str:
    """The page that asks for user and password; `then` is where it leads."""
    page = (files("ui") / "login.html").read_text(encoding="utf-8")
    alert = f'<p role="alert">{escape(said)}</p>' if said else ""
    blanks = {"$action": escape(f"{root}/login"), "$then": escape(then), "$said": alert}
    for blank, value in blanks.items():
        page = page.replace(blank, value, 1)
    return page


def local_path(path: str) -> str:
    """The path where it leads to this server, else "/"."""
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable() and not {"\\", " "} & set(path)
    return path if safe and len(path) <= 2_000 else "/"


def form_fields(pairs: Mapping[str, list[str]]) -> tuple[str, str, str]:
    """User, password and where to go of a login form."""
    user, password, then = (pairs.get(name, [""])[0] for name in ("user", "password", "then"))
    return user.strip(), password, local_path(then)
