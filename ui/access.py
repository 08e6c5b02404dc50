"""Who may enter: one check for the page, the API and everything beside them. No library.

A browser logs in at /login and is known by its cookie; a program sends its user and password with each request, as HTTP Basic, or
as `user:password` where it has room for a key only (a bearer token).
"""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import logging
import re
import secrets
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from html import escape
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from pathlib import Path
from typing import Any

from qa.errors import NotAllowed, TooMany, UsageError
from ui.passwords import fits, named_lines, one_form, read_passwords
from ui.wording import Wording

COOKIE = "onrecord-session"
LASTS = 30 * 24 * 3_600  # seconds that a browser stays logged in
_SESSIONS = 10_000  # that are remembered; the oldest goes
_WRONG, _WITHIN = 5, 60.0  # wrong passwords of a user from an address, and the seconds in which they count
_KEYS = 10_000  # users and addresses whose wrong passwords are remembered
_LOOKS = 1.0  # seconds after which the file of passwords is looked at again
_FROM_ONE, _FROM_ALL = 8, 64  # passwords that wait to be compared: from an address, and in all

_log = logging.getLogger("onrecord")

Headers = Iterable[tuple[bytes, bytes]]


class Access:
    """The accounts, who is logged in, and who has given wrong passwords. Without accounts everybody may enter.

    Accounts are users with what is kept of their passwords: a hash, or the password itself. Those of a `file` are read again
    when it has changed; a session ends when its user is gone or has another password.
    """

    def __init__(
        self,
        accounts: Iterable[tuple[str, str]] = (),
        clock: Callable[[], float] = time.monotonic,
        file: Path | None = None,
    ) -> None:
        self._file, self._clock = file, clock
        self._stamp = _stamp(file)
        self.accounts = read_passwords(file) if file else {one_form(user): kept for user, kept in accounts}
        self._looked = clock()
        self._sessions: dict[str, tuple[str, float, str]] = {}  # token: user, when it ends, and the password as it was kept
        self._wrong: dict[tuple[str, str], list[float]] = {}
        self._secret = secrets.token_bytes(32)
        self._proven: dict[bytes, tuple[str, str]] = {}  # what a program sends each time: user, and the password as it was kept

    @property
    def is_open(self) -> bool:
        """Whether everybody may enter."""
        return not self.accounts and not self._file

    def known(self, headers: Headers) -> str | None:
        """Who sends a request with these headers, where that needs no work; None: a password is to be compared, or is missing."""
        if self.is_open:
            return ""
        self._read_again()
        given = _given(headers)
        user, until, kept = self._sessions.get(_cookie(given.get(b"cookie", "")), ("", 0.0, ""))
        if user and until > self._clock() and self.accounts.get(user) == kept:
            return user
        user, kept = self._proven.get(self._digest(given.get(b"authorization", "")), ("", ""))
        return user if user and self.accounts.get(user) == kept else None

    def user(self, headers: Headers, address: str = "") -> str:
        """Who sends a request with these headers; empty where there are no accounts. Raises NotAllowed and TooMany."""
        if (known := self.known(headers)) is not None:
            return known
        sent = _given(headers).get(b"authorization", "")
        kind, _, credentials = sent.partition(" ")
        if kind.lower() not in ("basic", "bearer"):
            raise NotAllowed(
                "This collection asks for a user and a password: log in, or send them with the request (HTTP Basic)."
            )
        name, password = _pair(credentials.strip(), kind.lower() == "basic")
        user = self.check(name, password, address)
        while len(self._proven) >= _SESSIONS:
            del self._proven[next(iter(self._proven))]
        self._proven[self._digest(sent)] = user, self.accounts.get(user, "")
        return user

    def check(self, user: str, password: str, address: str = "") -> str:
        """The user, if the password is theirs. Raises NotAllowed, and TooMany where it was wrong too often.

        Counted for the user and the address together: nobody can lock another one out from elsewhere.
        """
        user = one_form(user)
        key, now = (user[:200], address), self._clock()
        wrong = [moment for moment in self._wrong.get(key, ()) if now - moment < _WITHIN]
        if len(wrong) >= _WRONG:
            after = int(_WITHIN - (now - wrong[0])) + 1
            raise TooMany(f"Too many wrong passwords: try again in {after} s.", after)
        # The same work for a user whom nobody knows: how long it takes tells nothing.
        kept = self.accounts.get(user, next(iter(self.accounts.values()), ""))
        right = fits(kept, password)
        if right and user in self.accounts:
            self._wrong.pop(key, None)
            return user
        self._wrong.pop(key, None)
        self._wrong[key] = [*wrong, now]
        while len(self._wrong) > _KEYS:
            del self._wrong[next(iter(self._wrong))]
        raise NotAllowed("The user or the password is wrong: try again.")

    def enter(self, user: str) -> str:
        """A new session's token, for the cookie of a user whose password was right."""
        while len(self._sessions) >= _SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[token] = (user, self._clock() + LASTS, self.accounts.get(user, ""))
        return token

    def leave(self, headers: Headers) -> None:
        """Ends the session of these headers' cookie."""
        for name, value in headers:
            if name == b"cookie":
                self._sessions.pop(_cookie(value.decode("latin-1")), None)

    def _digest(self, sent: str) -> bytes:
        return hashlib.blake2b(sent.encode(errors="replace"), key=self._secret).digest()

    def _read_again(self) -> None:
        """Reads the file where it has changed; one that cannot be read leaves the accounts as they were."""
        if not self._file or self._clock() - self._looked < _LOOKS:
            return
        self._looked = self._clock()
        stamp = _stamp(self._file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self.accounts = read_passwords(self._file)
        except UsageError as error:
            _log.warning("the accounts stay as they were: %s", error)


def _stamp(file: Path | None) -> tuple[int, int, int]:
    """What changes when a file does."""
    try:
        found = file.stat() if file else None
    except OSError:
        found = None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else (0, 0, 0)


def _given(headers: Headers) -> dict[bytes, str]:
    return {name: value.decode("latin-1") for name, value in headers if name in (b"cookie", b"authorization")}


class Comparing:
    """Compares passwords one at a time in a thread of its own: hashing is slow on purpose, and must not stop everybody else."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "onrecord-password")
        self._waiting: Counter[str] = Counter()

    async def do(self, call: Callable[..., str], address: str, *arguments: Any) -> str:
        """What the call gives. Raises TooMany where too many wait, from that address or from all."""
        if self._waiting[address] >= _FROM_ONE or self._waiting.total() >= _FROM_ALL:
            raise TooMany("Too many passwords are being compared: try again in 5 s.", 5)
        self._waiting[address] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)
        finally:
            self._waiting[address] -= 1
            self._waiting += Counter()  # keeps those above zero

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


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
    pairs: dict[str, str] = {}
    for number, user, password in named_lines(path, "pass a file with one user:password a line"):
        if not (user and password):
            raise UsageError(f"{path}:{number} is not user:password: mend the line.")
        if user in pairs:
            raise UsageError(f"{path}:{number} names the user {user!r} again: keep one line for each.")
        pairs[user] = password
    if not pairs:
        raise UsageError(f"{path} names nobody: write one user:password a line.")
    return list(pairs.items())


def login_html(root: str, then: str, words: Wording, said: str = "", user: str = "") -> str:
    """The page that asks for user and password, or says who is logged in; `then` is where it leads."""
    page = (files("ui") / "login.html").read_text(encoding="utf-8")
    alert = f'<p role="alert">{escape(said)}</p>' if said else ""
    who = escape(words("login.in")).replace("{user}", f"<b><bdi>{escape(user)}</bdi></b>")
    inside = (
        f'<p>{who} <a href="{escape(root)}/">{escape(words("login.on"))}</a></p>'
        f'<form method="post" action="{escape(root)}/logout"><button>{escape(words("logout"))}</button></form>'
        if user
        else ""
    )
    blanks = {
        "language": words.language,
        "title": escape(words("login.title")),
        "asks": escape(words("login.asks")),
        "user": escape(words("login.user")),
        "password": escape(words("login.password")),
        "login": escape(words("login")),
        "inside": inside,
        "action": escape(f"{root}/login"),
        "then": escape(then),
        "said": alert,
    }
    return re.sub(r"\$([a-z]+)", lambda blank: blanks[blank[1]], page)


def local_path(path: str) -> str:
    """The path where it leads to this server, else "/"."""
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable() and not {"\\", " "} & set(path)
    return path if safe and len(path) <= 2_000 else "/"


def form_fields(pairs: Mapping[str, list[str]]) -> tuple[str, str, str]:
    """User, password and where to go of a login form."""
    user, password, then = (pairs.get(name, [""])[0] for name in ("user", "password", "then"))
    return user.strip(), password, local_path(then)
