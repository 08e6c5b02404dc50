"""What did not happen, or nobody vouches for, told as if it had: "lent" of "refused to lend", "fell" of "feared that it fell"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from qa.check.align import Claim
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.names import TITLES
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_deed, is_past

_BEFORE_NOUNS = word_set("words.articles") | {"to", "of"}
_ONLY_CALLED, _HEDGED = word_set("undone.only_called"), word_set("undone.hedged")
_PRONOUNS = word_set("speech.pronouns")
_GOES_ON = word_set("undone.goes_on")
_NOW, _UNTIL = word_set("undone.now"), word_set("undone.until")
_SAYING = stem_set("speech.verbs_of_saying")
_BEING = stem_set("words.being")
_FIRST = 12  # words before a verb that are read


def undone(claim: Claim) -> Iterator[str]:
    """The words of the passage before a verb or a noun that take its truth from it, where the sentence has none like them."""
    return iter(()) if claim.words & (NEGATIONS | _HEDGED) else _told_as_done(claim, claim.words | _formerly(claim))


def _formerly(claim: Claim) -> Set[str]:
    """Words of the sentence's own that say what "former" does: "once a student of hers"."""
    return {"former", "ex"} if not claim.words.isdisjoint(word_set("undone.formerly")) else frozenset()


def _told_as_done(claim: Claim, mine: Set[str]) -> Iterator[str]:
    for n, (token, place) in enumerate(zip(claim.tokens, claim.at, strict=True)):
        if not token.content or token.values or token.date or token.quoted:
            continue
        place = place or _only_place(claim, token)  # "The motion to remove the speaker failed": in another order
        if not place:
            continue
        line, j = claim.lines[place[0]].tokens, place[1]
        before = line[j - 1].text.casefold() if j and not line[j].is_parted else ""
        if before in _ONLY_CALLED - mine and (not token.capital or token.key in TITLES) and not _is_called_so(claim, n, place):
            yield f"The passage says “{before} {line[j].text}”; this leaves out the “{before}”."
            return
        if said := _over(line, j, mine, token):
            yield f"The passage tells this of the past: “{said} {line[j].text}”."
            return
        names = "before" if _told(claim.tokens, n) else "before_noun"
        is_noun_there = is_past(token) and not is_past(line[j])  # "banned" of "its ban"
        vouched = any(t.key in _SAYING for t in claim.tokens[:n])
        said = _taken(line, j, names) or ((_taken(line, j, "undoes") or _taken(line, j, "before_noun")) if is_noun_there else "")
        said = said or ("" if vouched or names != "before" else _taken(line, j, "held"))
        if (
            said
            and not _kept(mine | claim.keys, said, names == "before_noun")
            and not any(_plain(claim, other, token) for other in range(len(claim.lines)))
        ):
            yield f"The passage says “{said} {line[j].text}”; this tells it as done."
            return


def _is_called_so(claim: Claim, n: int, place: tuple[int, int]) -> bool:
    """Whether both take one up by what it is only called: "the publisher" of "her former publisher … gave the publisher"."""
    if not n or claim.tokens[n - 1].key != "the" or (n > 1 and stem(claim.tokens[n - 2].key) in _BEING):
        return False
    others = ((line.tokens, j) for line in claim.lines for j in line.matching(claim.token_at(place)))
    return any(j and found[j - 1].key == "the" for found, j in others)


def _only_place(claim: Claim, token: Token) -> tuple[int, int] | None:
    """The one place where the lines that tell of the sentence's matter have a word."""
    places = [(n, j) for n in sorted(claim.used) for j in claim.lines[n].matching(token)]
    if not places and is_deed(token):  # "allowed" of "asked for permission"
        told = [(n, j, t) for n in sorted(claim.used) for j, t in enumerate(claim.lines[n].tokens) if t.content]
        places = [(n, j) for n, j, t in told if may_mean(token.key, t.key) or may_mean(t.key, token.key)]
    return places[0] if len(places) == 1 else None


def _over(line: Sequence[Token], j: int, mine: Set[str], token: Token) -> str:
    """What the passage has before what is no more, where the sentence tells it of now."""
    is_now = not mine.isdisjoint(_NOW) or token.text == f"{line[j].text}s"
    if not is_now:
        return ""
    if not mine.isdisjoint(_GOES_ON) and (said := _taken(line, j, "stopped")):
        return said
    is_ended = any(t.key in _UNTIL for t in line[j + 1 : j + 5])
    return _taken(line, j, "over") or (_taken(line, j, "ended") if is_ended else "")


def _told(found: Sequence[Token], n: int) -> bool:
    """Whether the word at n tells of something as a fact: it is no noun and no infinitive."""
    told = next((t for t in reversed(found[:n]) if t.content or t.key in word_set("words.being")), None)
    if told and told.key in word_set("words.being"):
        return True  # "was at the scene", "is by Holm"
    before = next((t for t in reversed(found[:n]) if not t.text.endswith("ly")), None)
    if before is None or before.text.casefold() in _BEFORE_NOUNS or found[n].capital:
        return False
    if found[n].text.endswith("ing"):
        return before.key in word_set("words.being")
    shape = is_deed(found[n]) or found[n].text.endswith("s")
    return shape or before.key in word_set("speech.auxiliaries")


def _taken(line: Sequence[Token], j: int, how: str = "before") -> str:
    """The words of the same clause before j, from those on that say that it is not so or that somebody only thinks so."""
    start = j
    while start > max(0, j - _FIRST) and not line[start].is_parted:
        start -= 1
    left = "".join(f"{t.text} " for t in line[start:j])
    if not start and how == "before" and pattern("undone.asked").search(left):
        return left.strip()
    found = pattern(f"undone.{how}").search(left)
    return left[found.start() :].strip() if found else ""


def _plain(claim: Claim, n: int, deed: Token) -> bool:
    """Whether a line tells of the deed outright, and of more that the sentence has."""
    line = claim.lines[n]
    shared = sum(t.content and not t.values and t.key != deed.key and t.key in line.keys for t in claim.tokens)
    goes_on = line.tokens[0].key in _PRONOUNS
    return (shared > 0 or goes_on) and any(
        not (_taken(line.tokens, j) or _taken(line.tokens, j, "held")) and _told(line.tokens, j) for j in line.matching(deed)
    )


def _kept(mine: Set[str], said: str, is_noun: bool) -> bool:
    """Whether the sentence has the word that the passage has: "refused", "refuses"; before a noun, "near" of "close to", too."""
    stems = {stem(word) for word in mine}
    first, *more = said.split()
    near = [word for word in more[:1] if word.islower() and len(word) > 4 and stem(word) not in _BEING]
    words = [stem(word.casefold()) for word in (first, *near)]
    return not stems.isdisjoint(words) or (is_noun and any(may_mean(word, other) for word in words for other in stems))
