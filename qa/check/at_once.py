"""Does one sentence of the passages say just what a sentence says? Less than a contradiction: what is doubted may be true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set

from vectorstore.language.align import NEGATIONS, Line, lines_of
from vectorstore.language.detect import common_language
from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import kinds, word_set
from vectorstore.language.names import demonyms, is_name
from vectorstore.language.senses import is_mostly_verb, may_mean
from vectorstore.language.tokens import Token, normalised
from vectorstore.language.verbs import is_deed

_PRONOUNS, _ARTICLES, _LINKS = word_set("words.subjects"), word_set("words.articles"), word_set("roles.links")
_AT = word_set("words.at_places")
_TO_COME = kinds("certainty.plain")
# Of 142 sentences read, 10 of the 12 wrong ones had less than this in one sentence of the passage, 25 of the 130 true ones.
_NEARLY_ALL = 0.75
_ASKED = 0.5  # of its words that are the question's


def said_at_once(sentence: str, passages: Sequence[str], asked: Set[str] = frozenset()) -> bool:
    """Whether one sentence of a passage has nearly all of a sentence's words of content, its verb, and the same subject.

    Names may stand in the sentence before, where its first word takes them up: "The ferry Alma sank. She carried 212 passengers".
    `asked` are the stems of the question: of those that the sentence has, it has half. True of what is not English.
    """
    language = common_language(sentence, list(passages))
    found = tokens_in(normalised(sentence), language)
    if language != "en" or not any(token.content for token in found):
        return True
    for passage in passages:
        before = Line(())
        for line in lines_of(passage[:20_000]):
            if _says(found, line, before if line.tokens[0].key in _PRONOUNS else Line(()), asked):
                return True
            before = line
    return False


def _says(found: Sequence[Token], line: Line, before: Line, asked: Set[str]) -> bool:
    wanted = [token for token in found if token.content]
    keys, left = {token.key for token in wanted}, Counter(token.key for token in (*line.tokens, *before.tokens))
    met = list[bool]()
    for token in wanted:
        is_there = _has(line, token, keys) or (is_name(token) and _has(before, token, keys))
        met.append(is_there and (token.key not in left or left[token.key] > 0))
        left[token.key] -= token.key in left
    share = sum(t.weight for t, is_met in zip(wanted, met, strict=True) if is_met) / sum(t.weight for t in wanted)
    of_question = [is_met for t, is_met in zip(wanted, met, strict=True) if t.key in asked]
    here = sum(_has(line, t, keys) for t in wanted)
    if share < _NEARLY_ALL or 3 * here < len(wanted) or sum(of_question) < _ASKED * len(of_question):
        return False
    is_elsewhere = any(_is_place(found, n) and not any(_has(one, t, keys) for one in (line, before)) for n, t in enumerate(found))
    is_of_another_year = any(t.date == "year" and t.key not in keys for t in line.tokens[:2])
    if is_elsewhere or is_of_another_year:
        return False
    return _has_verb(found, line) and not _is_aside(found, line) and not _is_turned(found, line)


def _has(line: Line, token: Token, keys: Set[str]) -> bool:
    places = line.matching(token)
    if token.values:  # "Game 1" counts no titles
        return any(not (j and is_name(line.tokens[j - 1]) and line.tokens[j - 1].key not in keys) for j in places)
    return bool(places) or not line.keys.isdisjoint(demonyms().get(token.key, ()))


def _is_place(found: Sequence[Token], n: int) -> bool:
    """Whether a name says where: it stands behind "in" or "at"."""
    k = n - 1 - (n > 1 and found[n - 1].key in _ARTICLES)
    return is_name(found[n]) and k >= 0 and found[k].key in _AT


def _verbs(found: Sequence[Token]) -> list[int]:
    return [
        n
        for n, t in enumerate(found)
        if n and t.content and not t.capital and found[n - 1].key not in _ARTICLES and (is_deed(t) or is_mostly_verb(t.key))
    ]


def _has_verb(found: Sequence[Token], line: Line) -> bool:
    """Whether the sentence's first verb is told, in that word or one that may mean it; "will" of what is to come only."""
    first = next(iter(_verbs(found)), None)
    if any(t.key == "will" for t in found):
        return any(t.text.casefold() in _TO_COME or t.key in ("to", "set") for t in line.tokens)
    if first is None:
        return True
    verb, told = found[first], set(_verbs(line.tokens))
    is_done = found[first - 1].key != "to"
    return any(
        (t.key == verb.key or (j in told and (may_mean(verb.key, t.key) or may_mean(t.key, verb.key))))
        and not (is_done and j and line.tokens[j - 1].key == "to")
        for j, t in enumerate(line.tokens)
        if t.content
    )


def _is_aside(found: Sequence[Token], line: Line) -> bool:
    """Whether the name that the sentence begins with only tells, in the passage, of which something is: "Pell in east Velm"."""
    start = next((n for n, t in enumerate(found) if t.content), len(found))
    if start > 1 or start == len(found) or not is_name(found[start]):
        return False
    keys = {t.key for t in found}
    return all(_head_of(line.tokens, j) and _head_of(line.tokens, j) not in keys for j in line.matching(found[start]) or [0])


def _head_of(found: Sequence[Token], n: int) -> str:
    """What a name says the place or owner of: the word before its "in" or "of"."""
    k = n - 1
    while k > 0 and (found[k].key in _ARTICLES or (k == n - 1 and found[k].content and not is_name(found[k]))):
        k -= 1
    head = found[k - 1] if k > 0 and found[k].key in _LINKS and not found[k].before else None
    return head.key if head and head.content and not is_deed(head) else ""


def _is_turned(found: Sequence[Token], line: Line) -> bool:
    """Whether two names stand the other way around than in the passage, and nothing is done "by" one."""
    names = [t for n, t in enumerate(found) if is_name(t) and not (n and is_name(found[n - 1]) and not t.before)]
    if len(names) != 2 or not names[0].first or any(t.key == "by" for t in (*found, *line.tokens)):
        return False
    first, second = (line.matching(t) for t in names)
    return bool(first and second) and min(first) > max(second)


def denies(question: str) -> bool:
    """Whether a question asks what is not so: "Which is not one of them?"."""
    return any(token.key in NEGATIONS for token in tokens_in(normalised(question), "en"))
