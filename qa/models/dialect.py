"""What an endpoint has been found not to understand: each learnt from a refusal, then said in another way or left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

# A refusal in any wording, in lower case: "System role not supported", "Developer instruction is not enabled",
# "roles must alternate user/assistant", "messages.0.role: Input should be 'user' or 'assistant'", "unknown variant `system`".
_NO_SYSTEM = re.compile(
    r"\b(?:system|developer)\W{1,3}(?:\w+\W{1,3}){0,2}?(?:role|message|prompt|instruction)"
    r"|\broles?\b.{0,120}\b(?:system|user|assistant|alternat\w*)|\b(?:system|user|assistant)\b.{0,120}\broles?\b"
    r"|(?:variant|value|support\w*|accept\w*|allow\w*|unknown|invalid|unexpected)\W{1,4}[\"'`]?system\b"
    r"|\b(?:start|begin|first)\b[^.]{0,40}\buser\b",
    re.S,
)
_SYSTEM = re.compile(r"(?<![a-z])(?:system|developer)(?![a-z_])")  # in any language, where the request itself is refused
_STREAM = re.compile(r"\bstream(?:s|ed|ing)?\b")
_REFUSED = re.compile(
    r"\b(?:not|no|unsupported|cannot|can't|doesn't|don't|isn't|disabled|forbidden|invalid|unexpected|unrecognized|unknown|extra|only|"
    r"verif\w+|without|must be false)\b"
)
_AT_MOST = re.compile(
    r"(?:at most|up to|no more than|less than or equal to|<=|≤|maximum(?: value)?(?: allowed)?(?: is| of|:)?)\s*(\d{1,7})"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a request is put to one endpoint. A refusal makes another Dialect of it; none is ever changed."""

    limits: tuple[str, ...] = (
        "max_tokens",
        "max_completion_tokens",
    )  # the name for the longest answer; the next ones are left to try
    most: int = 10_000_000  # the longest answer that it accepts
    usage: bool = True  # it counts tokens where asked to
    streams: bool = True
    system: bool = True  # it takes rules as a message of their own

    def after(self, status: int | None, words: str) -> Dialect | None:
        """The dialect to try next, where the refusal (its words in lower case) names something that can be put otherwise."""
        if status == 429:
            return None
        if self.usage and self.streams and ("stream_options" in words or "include_usage" in words):
            return replace(self, usage=False)
        barred = status in (401, 403)  # of the key; but streaming is refused so too
        if self.limits and not barred and re.search(rf"\b{self.limits[0]}\b", words):
            named = _AT_MOST.search(words)
            if named and 0 < int(named[1]) < self.most:
                return replace(self, most=int(named[1]))
            return replace(self, limits=self.limits[1:])
        if self.streams and _STREAM.search(words) and (status in (400, 422) or _REFUSED.search(words)):
            return replace(self, streams=False)
        if self.system and not barred and (_NO_SYSTEM.search(words) or (status in (400, 422) and _SYSTEM.search(words))):
            return replace(self, system=False)
        return None

    def body(self, messages: Sequence[tuple[str, str]], tokens: int) -> dict[str, Any]:
        """The arguments of one request, without the model's name."""
        body: dict[str, Any] = {"messages": [{"role": role, "content": text} for role, text in self._turns(messages)]}
        if self.limits:
            body[self.limits[0]] = min(tokens, self.most)
        if self.streams:
            body["stream"] = True
            if self.usage:
                body["stream_options"] = {"include_usage": True}
        return body

    def _turns(self, messages: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The messages; where the endpoint knows no system role, the rules stand at the head of the first question."""
        if self.system:
            return list(messages)
        rules = [text for role, text in messages if role == "system"]
        turns = [(role, text) for role, text in messages if role != "system"] or [("user", "")]
        return [(turns[0][0], "\n\n".join([*rules, turns[0][1]]).strip()), *turns[1:]]
