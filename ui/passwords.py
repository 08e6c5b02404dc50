"""A file of users with their passwords hashed (scrypt), a line each: made, read, compared. The standard library does the work.

    ann:$scrypt$ln=15,r=8,p=3$SALT$HASH

What a password was cannot be read back from it, and trying one costs a fifth of a second and 32 MB.
"""

from __future__ import annotations

import binascii
import hashlib
import os
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

from qa.errors import UsageError

_COST, _BLOCK, _RUNS = 15, 8, 3  # OWASP's second choice (2024): 2**15 * 8 * 128 bytes of memory, three times
_DEAREST = 20  # of a hash that was made elsewhere: more would be an attack on our memory
_SHORTEST, _LONGEST = 8, 1_000  # characters
_HASH = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{22,88})", re.ASCII)
_NAME = re.compile(r"[^\s:#\x00-\x1f\x7f-\x9f][^:\x00-\x1f\x7f-\x9f]{0,99}")


def hashed(password: str, cost: int = _COST) -> str:
    """What is kept of a password: each time another, because it is salted."""
    salt = secrets.token_bytes(16)
    parts = (_plain_base64(salt), _plain_base64(_scrypt(password, salt, cost, _BLOCK, _RUNS)))
    return f"$scrypt$ln={cost},r={_BLOCK},p={_RUNS}${'$'.join(parts)}"


def fits(kept: str, password: str) -> bool:
    """Whether it is that password; what is kept may be the password itself. Takes as long whether it is or not."""
    if not (found := _HASH.fullmatch(kept)):
        return secrets.compare_digest(_bytes(kept), _bytes(password))
    cost, block, runs = map(int, found.groups()[:3])
    return secrets.compare_digest(_scrypt(password, _decoded(found[4]), cost, block, runs), _decoded(found[5]))


def read_passwords(file: Path) -> dict[str, str]:
    """Each user with the hash of the password. Raises UsageError that names the line, and nothing of what stands in it."""
    remedy = f"make {{}} with `onrecord password NAME --file {file}`"
    found: dict[str, str] = {}
    for number, name, kept in named_lines(file, remedy.format("it")):
        if not _is_hash(kept):
            raise UsageError(
                f"{file}:{number} has no password that was hashed by us: take the line out, and {remedy.format('one')}."
            )
        if (user := user_name(name)) in found:
            raise UsageError(f"{file}:{number} names a user again: keep one line for each.")
        found[user] = kept
    if not found:
        raise UsageError(f"{file} names nobody: {remedy.format('a line')}.")
    return found


def named_lines(file: Path, remedy: str) -> Iterator[tuple[int, str, str]]:
    """Each line of a file of users, but for comments: its number, the name in one form of Unicode, and what is behind the colon.

    Raises UsageError, which ends in the remedy, where the file cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{file} cannot be read ({reason}): {remedy}.") from error
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, _, kept = line.strip().partition(":")
            yield number, one_form(name), kept


def is_private(file: Path) -> bool:
    """Whether nobody but its owner may read it."""
    return os.name != "posix" or not file.stat().st_mode & 0o077


def one_form(name: str) -> str:
    """A user's name as it is compared: a letter that one keyboard sends as one sign and another as two is the same."""
    return unicodedata.normalize("NFC", name.strip())


def user_name(name: str) -> str:
    """The name as it is kept. Raises UsageError where it could not be told from the rest of its line."""
    plain = one_form(name)
    if not _NAME.fullmatch(plain):
        raise UsageError(f"{ascii(name)[:60]} is no user's name: use 1 to 100 characters, no colon, and no # at the beginning.")
    return plain


def new_password(first: str, second: str, name: str) -> str:
    """The password that was typed twice. Raises UsageError where it is not the same, or too easy."""
    if first != second:
        raise UsageError("The two passwords differ: type the same one twice.")
    if not _SHORTEST <= len(first) <= _LONGEST:
        raise UsageError(f"The password has {len(first):,} characters: use {_SHORTEST} to {_LONGEST:,}.")
    if first.casefold() == name.casefold() or len(set(first)) < 3:
        raise UsageError("The password is the user's name, or one sign again and again: use several words.")
    return first


def put(file: Path, name: str, kept: str) -> bool:
    """Writes a user's line into the file, in the place of an earlier one; whether there was one. Raises UsageError."""
    others, there = [], False
    try:
        for line in file.read_text(encoding="utf-8-sig").splitlines() if file.exists() else ():
            own = line.partition(":")[0].strip() == name and not line.lstrip().startswith("#")
            there |= own
            others += [] if own else [line]
        new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as lines:
            lines.write("".join(f"{line}\n" for line in (*others, f"{name}:{kept}")))
        os.replace(new, file)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{file} cannot be written ({reason}): name another file with --file.") from error
    return there


def _is_hash(kept: str) -> bool:
    found = _HASH.fullmatch(kept)
    if not found:
        return False
    cost, block, runs = map(int, found.groups()[:3])
    try:
        return 1 <= cost <= _DEAREST and 1 <= block <= 16 and 1 <= runs <= 16 and bool(_decoded(found[4]) and _decoded(found[5]))
    except binascii.Error:
        return False


def _scrypt(password: str, salt: bytes, cost: int, block: int, runs: int) -> bytes:
    needed = 128 * block * (2**cost + runs + 2)
    return hashlib.scrypt(_bytes(password), salt=salt, n=2**cost, r=block, p=runs, maxmem=2 * needed, dklen=32)


def _bytes(password: str) -> bytes:
    """The same for a letter that one keyboard sends as one sign and another as two."""
    return unicodedata.normalize("NFC", password[: _LONGEST + 1]).encode(errors="replace")


def _plain_base64(value: bytes) -> str:
    return b64encode(value).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4))
