"""What a passage tells of one of two, told of another: "the red line stops" of "the red line runs on, but the blue one stops"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.check.align import Claim
from qa.check.doers import shown
from qa.check.statements import Statement, statements
from qa.check.wanted import LIGHT, answers
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, is_name
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token

_CONTRASTS = word_set("statements.contrasts")
_TAKING_UP = frozenset({"where", "when"})
_SAYING = stem_set("speech.neutral")  # who says it is another rule's

Told = tuple[int, Statement]  # a statement, and which line it is of


def others(claim: Claim) -> Iterator[str]:
    """Of whom the passage says it, where the sentence names another, of whom it says something else."""
    theirs = [(n, one) for n in claim.near for one in statements(claim.lines[n].tokens)]
    for mine in statements(claim.tokens) if len(theirs) > 1 else ():
        if mine.subject and claim.tokens[mine.verb].key not in _SAYING and (home := _home(claim, mine, theirs)):
            yield from _of_another(claim, mine, home, theirs)
            yield from _elsewhere(claim, home) if home[1].joined in _TAKING_UP else ()
    yield from _of_another_event(claim, theirs) if "when" in claim.keys else ()


def _elsewhere(claim: Claim, home: Told) -> Iterator[str]:
    """Another place or day than the one that a "where" or a "when" takes up: "Namur on Saturday, where tickets are sold out"."""
    n, told = home
    line = claim.lines[n].tokens
    start = min((*told.subject, told.verb)) - 1
    anchor = next((j for j in range(start - 1, -1, -1) if _is_where(line[j], told.joined)), -1)
    if anchor < 0 or line[anchor].key in claim.keys:
        return
    for t in claim.tokens:
        if _is_where(t, told.joined) and any(j < anchor for j in claim.lines[n].matching(t)):
            yield f"The passage says this of {line[anchor].text}, not of {t.text}."
            return


def _is_where(token: Token, word: str) -> bool:
    return is_name(token) if word == "where" else token.date in ("weekday", "month")


def _of_another_event(claim: Claim, theirs: Sequence[Told]) -> Iterator[str]:
    """What happened in one of two events put to the other: "hurt when a tram hit a van" of "a tram hit a van; a bus …"."""
    mine = statements(claim.tokens)
    if len(mine) != 2 or "when" not in (mine[0].joined, mine[1].joined):
        return
    homes = [home for one in mine if (home := _home(claim, one, theirs))]
    if len(homes) < 2 or homes[0][0] != homes[1][0]:
        return
    first, last = sorted(theirs.index(home) for home in homes)
    for n, told in theirs[first + 1 : last]:
        whom = [claim.lines[n].tokens[j] for j in told.subject]
        if told.joined == ";" and told.is_own and whom and claim.keys.isdisjoint(t.key for t in whom):
            yield f"The passage says this of {shown(whom)}, not of {shown([claim.tokens[i] for i in mine[1].subject])}."
            return


def _home(claim: Claim, mine: Statement, theirs: Sequence[Told]) -> Told | None:
    """The one statement of the passages that tells what the sentence tells of somebody."""
    spots = {i: _spots(claim, claim.tokens[i]) for i in mine.told if claim.tokens[i].key not in LIGHT}
    placed = {i: found for i, found in spots.items() if found}
    if not placed:
        return None
    counts = [
        sum((1 + (i == mine.verb)) for i, found in placed.items() if any(m == n and j in one.told for m, j in found))
        for n, one in theirs
    ]
    most = max(counts)
    if 2 * most <= len(placed) + (mine.verb in placed) or counts.count(most) > 1:
        return None
    home = theirs[counts.index(most)]
    told = {(home[0], j) for j in home[1].told}
    if home[0] not in claim.used and mine.verb not in placed:
        return None  # of a line that only shares words the verb must be there
    if not any(found <= told for found in placed.values()) or (mine.verb in placed and told.isdisjoint(placed[mine.verb])):
        return None
    return home


def _spots(claim: Claim, token: Token) -> frozenset[tuple[int, int]]:
    """Where the lines that tell of the sentence's matter have a word, or else one that may mean it."""
    same = frozenset((n, j) for n in claim.near for j in claim.lines[n].matching(token))
    told = ((n, j, t) for n in sorted(claim.used) for j, t in enumerate(claim.lines[n].tokens) if t.content)
    return same or frozenset((n, j) for n, j, t in told if answers(token, t))


def _of_another(claim: Claim, mine: Statement, home: Told, theirs: Sequence[Told]) -> Iterator[str]:
    n, told = home
    line = claim.lines[n].tokens
    if not told.is_own or any(line[j].text.endswith("ing") and not is_name(line[j]) for j in told.subject):
        return  # "…, citing its size and length": whose doing that is stands before it
    whom = [claim.tokens[i] for i in mine.subject if not _is_frame(claim.tokens[i])]
    rivals = [line[j] for j in told.subject if not _is_frame(line[j])]
    known = {t.key for t in rivals} | {line[j].key for j in told.told}
    apart = [t for t in whom if t.key not in known]
    elsewhere = {i for one in statements(claim.tokens) if one != mine for i in (*one.subject, *one.told)}
    here = {t.key for i, t in enumerate(claim.tokens) if i not in elsewhere or i in mine.subject}
    rivals = [t for t in rivals if t.key not in here]
    is_one = any(is_name(t) and t.key in known for t in whom) and not (any(map(is_name, rivals)) and any(map(is_name, apart)))
    if not apart or not rivals or is_one or any(may_mean(a.key, b.key) or may_mean(b.key, a.key) for a in apart for b in rivals):
        return
    for m, other in theirs:
        found = claim.lines[m].tokens
        keys = {found[j].key for j in other.subject}
        wanted = (
            apart if other.verb == told.verb else [t for t in whom if t in apart or t.key in known]
        )  # "Varga's mother" is no "Varga"
        if (m, other) != home and all(t.key in keys for t in wanted):
            if not (_tells_of_both(claim, mine, rivals) or _are_two(claim, other, m, told, n)):
                continue
            yield f"The passage says this of {shown([*filter(is_name, rivals)] or rivals)}, not of {shown(apart)}."
            return


def _tells_of_both(claim: Claim, mine: Statement, rivals: Sequence[Token]) -> bool:
    """Whether the sentence tells something else of the other one: "the farmers caught a bear that the wardens had seen"."""
    subjects = [{claim.tokens[i].key for i in one.subject} for one in statements(claim.tokens) if one.subject != mine.subject]
    return bool(rivals) and any(keys.issuperset(t.key for t in rivals) for keys in subjects)


def _is_frame(token: Token) -> bool:
    return token.key in TITLES or not token.content or (bool(token.values) and token.unit not in ("ordinal", "th"))


def _are_two(claim: Claim, one: Statement, m: int, other: Statement, n: int) -> bool:
    """Whether two statements tell of two, not of one by two names: side by side, or by names, or as two of one kind."""
    a, b = claim.lines[m].tokens, claim.lines[n].tokens
    named = [any(is_name(t) for t in some) for some in ([a[j] for j in one.subject], [b[j] for j in other.subject])]
    if all(named):
        return True
    if a[one.subject[-1]].key == b[other.subject[-1]].key:
        return True  # "the red line" and "the blue line"
    joined = {one.joined, other.joined} - {""}
    return m == n and (not joined.isdisjoint(_CONTRASTS) or ("that" in joined and named[0] == named[1]))
