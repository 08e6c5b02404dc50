"""Every setting, read from the environment in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from qa.errors import SettingError
from vectorstore.server import Server

ANSWERERS = ("auto", "quote", "model")
OPINIONS = ("yes", "no", "model")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person can choose. `read_settings` fills it from the environment; tests build it directly."""

    index: Path = Path("onrecord-index")  # ONRECORD_INDEX: the folder of the index
    embedder: str = "all-MiniLM-L6-v2"  # ONRECORD_EMBEDDER: multilingual, or a sentence-transformers name or path
    answerer: str = "auto"  # ONRECORD_ANSWERER: quote, model, or auto (a model where a key or an address is set)
    model: str = "gpt-5-mini"  # ONRECORD_MODEL: the model's name at its endpoint
    base_url: str = ""  # OPENAI_BASE_URL: any OpenAI-compatible address; empty is OpenAI's own
    api_key: str = field(default="", repr=False)  # OPENAI_API_KEY: the key for that address; never shown
    rerank: bool = True  # ONRECORD_RERANK: read the best passages again with the cross-encoder that comes with onrecord
    passages: int = 8  # ONRECORD_PASSAGES: how many passages an answer is made from
    timeout: float = 60.0  # ONRECORD_TIMEOUT: seconds for a whole answer, retries included
    max_tokens: int = 700  # ONRECORD_MAX_TOKENS: the longest answer
    context_tokens: int = 8192  # ONRECORD_CONTEXT_TOKENS: what the model's context holds, answer included
    second_opinion: str = "no"  # ONRECORD_SECOND_OPINION: yes: a small model beside the rules; model: the language model, too
    strict: bool = False  # ONRECORD_STRICT: drop a sentence that fails its check instead of marking it
    chroma_url: str = ""  # ONRECORD_CHROMA_URL: a Chroma server for the vectors, as http://10.0.0.5:8000; empty: in the folder
    chroma_token: str = field(default="", repr=False)  # ONRECORD_CHROMA_TOKEN: what a proxy before it wants to see; never shown

    @property
    def uses_model(self) -> bool:
        return self.answerer == "model" or (self.answerer == "auto" and bool(self.api_key or self.base_url))

    @property
    def server(self) -> Server | None:
        """The server that has the vectors, if one was named; it is not connected to yet."""
        return Server(self.chroma_url, self.chroma_token) if self.chroma_url else None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment asks for; a value we do not know raises SettingError and names it."""

    def get(name: str, default: str) -> str:
        return environment.get(name, "").strip() or default

    default = Settings()
    return Settings(
        index=Path(get("ONRECORD_INDEX", str(default.index))).expanduser(),
        embedder=get("ONRECORD_EMBEDDER", default.embedder),
        answerer=_one_of("ONRECORD_ANSWERER", get("ONRECORD_ANSWERER", default.answerer), ANSWERERS),
        model=get("ONRECORD_MODEL", default.model),
        base_url=_address("OPENAI_BASE_URL", get("OPENAI_BASE_URL", "")),
        api_key=get("OPENAI_API_KEY", ""),
        rerank=_yes("ONRECORD_RERANK", get("ONRECORD_RERANK", "yes")),
        passages=int(_number("ONRECORD_PASSAGES", get("ONRECORD_PASSAGES", str(default.passages)), 1, 50, whole=True)),
        timeout=_number("ONRECORD_TIMEOUT", get("ONRECORD_TIMEOUT", str(default.timeout)), 0.1, 3600),
        max_tokens=int(
            _number("ONRECORD_MAX_TOKENS", get("ONRECORD_MAX_TOKENS", str(default.max_tokens)), 1, 100_000, whole=True)
        ),
        context_tokens=int(
            _number(
                "ONRECORD_CONTEXT_TOKENS",
                get("ONRECORD_CONTEXT_TOKENS", str(default.context_tokens)),
                512,
                10_000_000,
                whole=True,
            )
        ),
        second_opinion=_one_of("ONRECORD_SECOND_OPINION", get("ONRECORD_SECOND_OPINION", default.second_opinion), OPINIONS),
        strict=_yes("ONRECORD_STRICT", get("ONRECORD_STRICT", "no")),
        chroma_url=_server("ONRECORD_CHROMA_URL", get("ONRECORD_CHROMA_URL", "")),
        chroma_token=_header("ONRECORD_CHROMA_TOKEN", get("ONRECORD_CHROMA_TOKEN", "")),
    )


def _yes(name: str, value: str) -> bool:
    return _one_of(name, value.lower(), ("yes", "no", "1", "0", "true", "false")) in ("yes", "1", "true")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise SettingError(f"{name} is {value[:60]!r}: use one of {', '.join(allowed)}.")
    return value


def _number(name: str, value: str, least: float, most: float, whole: bool = False) -> float:
    kind = "a whole number" if whole else "a number"
    try:
        number = float(int(value)) if whole else float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:  # also refuses nan
        raise SettingError(f"{name} is {value[:60]!r}: use {kind} from {least:g} to {most:g}.")
    return number


def _address(name: str, value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise SettingError(f"{name} is {value[:60]!r}: use an address that starts with http:// or https://.")
    return value


def _server(name: str, value: str) -> str:
    """An address of a server alone: with a login in it, or a query, it could not be shown."""
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and value.isascii()
        bare = not ("@" in parts.netloc or parts.query or parts.fragment or any(letter.isspace() for letter in value))
    except ValueError:
        usable = bare = False
    if usable and bare:
        return value
    shown = "not the address of a server" if "@" in value or "?" in value else repr(value[:60])
    raise SettingError(f"{name} is {shown}: write it as http://10.0.0.5:8000; a key goes into ONRECORD_CHROMA_TOKEN.")


def _header(name: str, value: str) -> str:
    if not (value.isascii() and value.isprintable()) or any(letter.isspace() for letter in value):
        raise SettingError(f"{name} holds what no header may (a space, a letter with an accent): copy the key again.")
    return value
