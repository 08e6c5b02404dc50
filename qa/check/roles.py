"""Who did it to whom: two who are in each other's place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, pairwise, takewhile

from qa.check.align import Claim
from vectorstore.language.align import runs
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.names import TITLES, full_name
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_deed, is_past, past_verbs

_MUTUAL = stem_set("roles.mutual")
_TOGETHER = word_set("roles.together")
_GETS = word_set("roles.gets")
_BARE = ("a", "an", "the")
_LINKS = word_set("roles.links")
_BEING = word_set("words.being")
_BEFORE = word_set("carrying.binds") | word_set("words.clauses") | word_set("words.relatives") | {"that"}
_ARTICLES = word_set("words.articles")
_CALLED = _ARTICLES | word_set("followups.owning")
_AUXILIARIES = _BEING | word_set("words.auxiliaries")


@dataclass(frozen=True, slots=True)
class _Between:
    """What stands between two participants, as far as it says which of the two acts."""

    ways: dict[tuple[str, ...], bool]  # a verb and its preposition, or the few words between -> whether the first one acts
    content: frozenset[str]


def roles(claim: Claim) -> Iterator[str]:
    """Two who are in each other's place: "A sued B" or "B was sued by A" where the passage says that B sued A."""
    if turned := told(claim).turned:
        one, other = turned
        yield f"The passage tells this of {one} and {other} the other way around."
    elif not claim.is_verbatim:
        yield from chain(_passive(claim), _done_to(claim), _of_other_verb(claim), _to_another(claim))
    for i, token in enumerate(claim.tokens):
        if token.key in _BARE and i and is_past(claim.tokens[i - 1]) and not token.before:
            yield from _objects(claim, i)


def _passive(claim: Claim) -> Iterator[str]:
    """What was done to one who did it: "the farmer was accused" of "the farmer accused the mayor"."""
    for i, token in enumerate(claim.tokens[2:], 2):
        if not is_past(token) or claim.tokens[i - 1].key not in _BEING or token.quoted:
            continue
        who = claim.tokens[i - 2]
        if not who.content or claim.tokens[i - 1].before or any(t.key == "by" for t in claim.tokens[i + 1 : i + 8]):
            continue
        told = [(line.tokens, j) for line in claim.lines for j in line.matching(token)]
        if told and all(_acts(found, j, who) for found, j in told):
            yield f"The passage says that {who.text} {token.text} somebody, not that this was done to {who.text}."


def _done_to(claim: Claim) -> Iterator[str]:
    """What one did to whom it was done: "the driver stabbed a man" of "the stabbing of a driver"."""
    for i, token in enumerate(claim.tokens[1:-1], 1):
        who = claim.tokens[i - 1]
        if not is_past(token) or token.before or not _may_act(who) or claim.tokens[i + 1].key not in (*_ARTICLES, "one"):
            continue
        told = [(line.tokens, j) for line in claim.lines for j in line.matching(token)]
        if told and all(_is_of(found, j, claim.tokens[:i]) for found, j in told):
            yield f"The passage says that this was done to {who.text}: “{told[0][0][told[0][1]].text} of”."
            return


def _is_of(found: Sequence[Token], j: int, mine: Sequence[Token]) -> bool:
    """Whether a noun tells what was done to one: "the stabbing of a bus driver"."""
    if is_deed(found[j]) or [t.key for t in found[j + 1 : j + 2]] != ["of"]:
        return False
    whom = takewhile(lambda t: not t.is_parted and t.key not in _LINKS, found[j + 2 : j + 8])
    return any(t.content and t.key == own.key for t in whom for own in mine)


def _objects(claim: Claim, article: int) -> Iterator[str]:
    """What it was done to for where or with what it was done: "seized a van" of "seized amber from a van"."""
    verb, at = claim.at[article - 1], claim.at[article + 1] if article + 1 < len(claim.at) else None
    if not verb or not at or at[0] != verb[0] or at[1] - verb[1] < 4 or not (one := claim.token_at(at)).content or one.values:
        return
    found = claim.lines[at[0]].tokens
    link = at[1] - 1 - (found[at[1] - 1].key in _ARTICLES)
    between = [k for k in range(verb[1] + 1, link) if found[k].content]
    if found[link].key in _LINKS and between and not any((at[0], k) in claim.taken for k in between):
        yield f"The passage says “{found[link].text} {found[at[1]].text}”, not that this was {found[verb[1]].text}."


def _of_other_verb(claim: Claim) -> Iterator[str]:
    """What one did told of another who did something else in the same sentence: "he resigned, and four singers left"."""
    for i, token in enumerate(claim.tokens[1:], 1):
        who = claim.tokens[i - 1]
        if not is_past(token) or not _may_act(who) or token.before:
            continue
        told = [(line.tokens, j) for line in claim.lines for j in line.matching(token) if j and not line.tokens[j].before]
        others = [found[j - 1] for found, j in told if _may_act(found[j - 1]) and found[j - 1].key != who.key]
        elsewhere = all(any(a.key == who.key and is_deed(b) and not b.before for a, b in pairwise(found)) for found, _ in told)
        if told and len(others) == len(told) and elsewhere:
            yield f"The passage says that {others[0].text} {token.text}, not {who.text}."
            return


def _to_another(claim: Claim) -> Iterator[str]:
    """What was done to one told of another to whom something else was done: "freed the owner but charged the driver"."""
    for i, token in enumerate(claim.tokens):
        whom = _undergoer(claim.tokens, i) if is_past(token) and not token.quoted else frozenset()
        verb = token.text.partition(" ")[0]  # "found guilty" is one, "found the groom guilty" not
        told = [
            (line.tokens, j) for line in claim.lines for j, t in enumerate(line.tokens) if whom and is_past(t) and t.text == verb
        ]
        rivals = [_behind(found, j) for found, j in told]
        others = [{key for k, t in enumerate(found) if k != j and is_past(t) for key in _behind(found, k)} for found, j in told]
        pairs = list(zip(rivals, others, strict=True))
        if pairs and all(these - whom and (whom - these) & those for these, those in pairs):
            found, j = told[0]
            rival = next(t for t in found[j + 1 :] if t.key in rivals[0] - whom)
            mine = next(t for t in claim.tokens if t.key in (whom - rivals[0]) & others[0])
            yield f"The passage tells “{found[j].text}” with “{rival.text}”, not with “{mine.text}”."
            return


def _undergoer(found: Sequence[Token], i: int) -> frozenset[str]:
    """The words of content for one to whom a verb is done: before "was charged", or behind "charged"."""
    if not i or found[i - 1].key not in _BEING:
        return _behind(found, i)
    start = next((n + 1 for n in range(i - 2, -1, -1) if found[n + 1].is_parted), 0)
    return frozenset(t.key for t in found[start : i - 1] if t.content and not t.values)


def _behind(found: Sequence[Token], j: int) -> frozenset[str]:
    """The words of content right behind an active verb, before a preposition, a sign or a conjunction."""
    if j and found[j - 1].key in _BEING:
        return frozenset()
    whom = takewhile(lambda t: not t.is_parted and t.key not in _BEFORE, found[j + 1 : j + 6])
    return frozenset(t.key for t in whom if t.content and not (t.values or t.date))


def _may_act(token: Token) -> bool:
    return token.content and not (token.values or token.date or token.quoted or is_past(token) or token.text.endswith("ly"))


def _acts(found: Sequence[Token], j: int, who: Token) -> bool:
    """Whether one stands right before a verb of his, and what he does it to right behind it."""
    after = found[j + 1] if j + 1 < len(found) else None
    if not j or found[j - 1].key != who.key or found[j].before or not is_past(found[j]) or not after or after.before:
        return False
    return after.key in _ARTICLES or after.capital


@dataclass(frozen=True, slots=True)
class Told:
    """How the passages tell of two whom the sentence names: the first pair told the other way around, and who is where."""

    turned: tuple[str, str] | None = None
    moved: frozenset[str] = frozenset()  # keys of those who stand on the other side of a verb, in the same part


@lru_cache(maxsize=16)  # two rules ask
def told(claim: Claim) -> Told:
    """How the passages tell what the sentence says of each two participants.

    Only two whom some line of the passages has with the same verb or the same few words between them are looked at, and
    a line that tells it as the sentence does, at least as fully, settles it.
    """
    if claim.is_verbatim:
        return Told()
    turned: tuple[str, str] | None = None
    moved: set[str] = set()
    who = _participants(claim.tokens)
    own_verbs = past_verbs(claim.tokens)
    keys = [frozenset(t.key for t in claim.tokens[start : end + 1] if t.content) for start, end in who]
    for m, a in enumerate(who):
        for n in range(m + 1, len(who)):
            ours, theirs = keys[m] - keys[n], keys[n] - keys[m]
            if who[n][0] - a[1] > _REACH:
                break
            lines = [line for line in claim.lines if not ours.isdisjoint(line.keys) and not theirs.isdisjoint(line.keys)]
            if not lines:
                continue
            verbs = own_verbs.union(
                *(line.verbs for line in lines), *map(_deeds_now, (claim.tokens, *(line.tokens for line in lines)))
            )
            mine = _between(claim.tokens, a, who[n], verbs)
            if mine.ways:
                found = [_retold(mine, line.tokens, ours, theirs, verbs) for line in lines]
                kept, other_way = max(k for k, _, _ in found), max(t for _, t, _ in found)
                if other_way > kept and not turned:
                    turned = (full_name(claim.tokens, a[1]), full_name(claim.tokens, who[n][0]))
                elif kept and any(crossed for _, _, crossed in found):
                    moved |= ours | theirs
    return Told(turned, frozenset(moved))


def _deeds_now(found: Sequence[Token]) -> frozenset[str]:
    """What somebody does behind his name: "Sandoval succeeds Weil"."""
    known = {verb for verb, _ in _deeds()}
    return frozenset(b.key for a, b in pairwise(found) if a.capital and not b.before and b.text.endswith("s") and b.key in known)


_REACH = 15  # words between two participants


def _participants(found: Sequence[Token]) -> list[tuple[int, int]]:
    """(first, last) of each run of names, and of each other word of content that stands beside a verb."""
    spans: list[tuple[int, int]] = []
    for i, token in enumerate(found):
        if not token.content or token.values or token.date or (token.capital and token.key in TITLES):
            continue
        if token.capital and spans and spans[-1][1] == i - 1 and found[i - 1].capital and not token.before.strip("."):
            spans[-1] = (spans[-1][0], i)
        elif token.capital or _is_thing(found, i):
            spans.append((i, i))
    return spans


def _is_thing(found: Sequence[Token], i: int) -> bool:
    """Whether a small word may be who acts or is acted on: it follows a verb, or "by", or comes before a verb."""
    if is_past(found[i]):
        return False
    after = next((t for t in found[i + 1 : i + 4] if t.key not in _AUXILIARIES and not t.text.endswith("ly")), None)
    before = next((t for t in reversed(found[max(0, i - 3) : i]) if t.key not in _ARTICLES), None)
    return (after is not None and is_past(after)) or (before is not None and (before.key == "by" or is_past(before)))


_NOTHING = _Between({}, frozenset())


def _between(found: Sequence[Token], a: tuple[int, int], b: tuple[int, int], verbs: Set[str]) -> _Between:
    """Which of two participants acts, by the words between them."""
    all_words = found[a[1] + 1 : b[0]]
    if any(set(t.before) & set(';:"') for t in found[a[1] + 1 : b[0] + 1]):
        return _NOTHING
    words = [t for t in all_words if t.key not in _ARTICLES and not (t.capital and t.key in TITLES)]
    content = frozenset(t.key for t in words if t.content)
    called = len(words) > 1 and len(all_words) > 1 and all_words[-2].key in _CALLED  # "its rival" is what it is called
    if (
        not words
        or words[-1].key in _TOGETHER
        or words[0].key in _TOGETHER
        or not _MUTUAL.isdisjoint(t.key for t in words[: len(words) - called])
    ):
        return _NOTHING
    if words[0].text in _GETS and words[-1].key == "from":  # "got praise from" is "was praised by"
        given = {(t.key, ""): False for t in words[1:-1] if t.content}
        return _Between(given | _deed(words, 0, "from", True), content)
    pasts = [n for n, t in enumerate(words) if t.key in verbs and not t.capital]
    names = found[a[1]].capital and found[b[0]].capital
    if not pasts:
        return _frame(words, content, found[a[0] - 1].key if a[0] else "") if names else _NOTHING
    if not names and len(content) > 2:
        return _NOTHING
    last = pasts[-1]
    link = next((t.key for t in reversed(words[last + 1 :]) if t.key in _LINKS), "")
    passive = [n for n in pasts if n and _auxiliary(words, n) in _BEING]
    if link == "by" and (len(words) - last - called <= 3 or last in passive):
        return _Between({(words[last].key, ""): False} | _deed(words, last, "", False), content)
    ways: dict[tuple[str, ...], bool] = {}
    for n in pasts:  # what is done to the first one, without saying by whom, tells nothing
        if n not in passive and "," not in words[n].before:
            ways |= {(words[n].key, link): True} | _deed(words, n, link, True)
    return _Between(ways, content)


def _deed(words: Sequence[Token], n: int, link: str, acts: bool) -> dict[tuple[str, ...], bool]:
    """What a verb does in whatever words, and whether the first one of the two does it: "beat", "won against", "lost to"."""
    after = [words[n + 1].key] if n + 1 < len(words) else []
    row, one = next((_deeds()[key] for more in (link, *after, "") if (key := (words[n].key, more)) in _deeds()), ("", True))
    return {("=", row): acts == one} if row else {}


def same_deed(verb: str, other: str) -> bool:
    """Whether two verbs, with nothing behind them, are one deed: "edged" and "beat"."""
    return _deeds().get((verb, ""), ("", True)) == _deeds().get((other, ""), ("", False))


@cache
def _deeds() -> dict[tuple[str, str], tuple[str, bool]]:
    """For a verb and what follows it, which deed it is and whether who is named before it does it, by the row's first side."""
    found: dict[tuple[str, str], tuple[str, bool]] = {}
    for line in lines("roles.deeds"):
        for side, words in enumerate(line.split("|")):
            for verb, _, more in (word.partition(">") for word in words.split()):
                found[stem(verb), more] = line, side == 0
    return found


def _auxiliary(words: Sequence[Token], n: int) -> str:
    return next((t.key for t in reversed(words[:n]) if not t.text.endswith("ly") and t.key not in ("not", "never", "also")), "")


def _frame(words: Sequence[Token], content: frozenset[str], before: str) -> _Between:
    """A few words that must stand between the other two just so: "'s criticism of", "from A to B", "is taller than"."""
    keys = tuple(t.key for t in words)
    if not content and {before, *keys} == {"from", "to"}:
        return _Between({("from", "to"): before == "from"}, content)
    if len(keys) > 5 or (_BEING & set(keys) and keys[-1] != "than") or (not content and keys[-1] not in _LINKS):
        return _NOTHING
    return _Between({("", "" if content else before, *keys): True}, content)


def _retold(mine: _Between, line: Sequence[Token], ours: Set[str], theirs: Set[str], verbs: Set[str]) -> tuple[int, int, bool]:
    """How much of this a line tells the same way, how much the other way around, and whether the former with the two crossed."""
    either = [(j, token.key in ours) for j, token in enumerate(line) if token.key in ours or token.key in theirs]
    kept, turned, crossed = 0, 0, False
    for one, other in pairwise(runs(either, lambda a, b: b == (a[0] + 1, a[1]))):
        (start, first), (end, _), (following, second), (stop, _) = one[0], one[-1], other[0], other[-1]
        if first == second or following - end > _REACH:
            continue
        found = _between(line, (start, end), (following, stop), verbs)
        shared = [key for key in found.ways if key in mine.ways]
        alike = len(found.content & mine.content) + any(key[0] == "=" for key in shared)
        if 2 * alike < min(len(mine.content), len(found.content)):
            continue
        agreeing = [(found.ways[key] == mine.ways[key]) == first for key in shared]
        kept, turned = max(kept, sum(agreeing)), max(turned, len(agreeing) - sum(agreeing))
        crossed = crossed or (any(agreeing) and not first)
    return kept, turned, crossed
