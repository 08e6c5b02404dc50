"""How much of it: "all" where the passage says "some", "most" for 40 %, "hundreds" for a dozen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, takewhile

from qa.check.align import Claim
from qa.check.bounds import bound
from qa.check.polarity import opposed
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import kinds, table, word_list, word_set
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_deed, is_past

_CLASS = kinds("quantities.kinds")
_CARRIES = {
    kind: frozenset(said.split()) for kind, said in table("quantities.carried_by").items()
}  # "none" is a denial: see polarity
_HEDGES = word_set("quantities.ranks.hedges")
EXCEPTING = word_set("quantities.ranks.except")
_EXCEPT = 8  # words behind "all"
_VAGUE: dict[str, float] = table("quantities.vague")
QUANTITIES = frozenset({*_CLASS, *_VAGUE, "half", "one", "only"})


def quantities(claim: Claim) -> Iterator[str]:
    if "only" in claim.all_keys:
        yield from chain(_not_only(claim), _only_one(claim))
    for i, token in enumerate(claim.tokens):
        low = token.key if " " in token.text else token.text.casefold()  # "no one" is nobody
        if low in _CLASS and (there := claim.at[i] or _in_used(claim, token)):
            yield from _nearly(claim, i, there, low)
        place = claim.at[i]
        if place or token.quoted or i in claim.spared:
            continue
        if low == "half" and (claim.reckoned or stem("halve") in claim.all_keys):
            continue
        if (
            low == "one"
            and not (i and _CLASS.get(claim.tokens[i - 1].text.casefold()) == "all")
            and i + 1 < len(claim.tokens)
            and claim.tokens[i + 1].key == "of"
        ):
            theirs, said = _there(claim, i)
            if "all" in theirs:
                yield f"This says “one of” where the passage says “{said}”."
            continue
        if low in _VAGUE:
            yield from _vague(claim, i, low)
        elif (mine := _CLASS.get(low)) in _CARRIES and mine and not _is_idiom(claim.tokens, i):
            if mine == "all" and i and claim.tokens[i - 1].text.casefold() in _HEDGES:
                mine = "most"
            theirs, said = _there(claim, i)
            if any(mine in _quantity(t) for t in claim.tokens[i + 1 : i + 3] if t.values):
                continue  # "a majority of 60%"
            if mine == "half" and bound(claim.tokens, i, "en")[0] == "more":
                mine = "most"
            if not theirs & _CARRIES[mine] and (theirs or mine in ("all", "most", "few", "half")):
                but = f" where the passage says “{said}”" if said else "; the passage does not"
                yield f"This says “{token.text}”{but}."


def _in_used(claim: Claim, token: Token) -> tuple[int, int] | None:
    return next(((n, j) for n in sorted(claim.used) for j in claim.lines[n].matching(token)), None)


def _nearly(claim: Claim, i: int, place: tuple[int, int], low: str) -> Iterator[str]:
    """ "All" of "nearly all", and "no" of "almost no"."""
    found, j = claim.lines[place[0]].tokens, place[1]
    is_said = i > 0 and claim.tokens[i - 1].text.casefold() in _HEDGES
    whole = _CLASS.get(low) in ("all", "none")
    if whole and not is_said and j and found[j - 1].text.casefold() in _HEDGES:
        yield f"The passage says “{found[j - 1].text} {found[j].text}”; this leaves out the “{found[j - 1].text}”."
    behind = [t.text.casefold() for t in found[j + 1 : j + _EXCEPT]]
    counted = [n for n, t in enumerate(found[j + 1 : j + _EXCEPT]) if t.values]  # "all but two", "every house but one"
    is_but = behind[:1] == ["but"] or any(n and behind[n - 1] == "but" for n in counted)
    left_out = "but" if is_but else next((word for word in behind if word in EXCEPTING), "")
    if whole and left_out and left_out not in (EXCEPTING | {"but"}) & claim.words:
        yield f"The passage says “{found[j].text} … {left_out}”; this leaves out who or what is not meant."


def excepted(claim: Claim) -> Iterator[str]:
    """What is said of all, told of those who are left out: "flights to Felm were cancelled" of "all except those"."""
    if "nobody" in claim.keys:
        yield from _of_some(claim)
    verbs = word_set("words.being") | word_set("words.auxiliaries") | {"can"}
    denied = any(t.key in NEGATIONS for t in claim.tokens)
    if not claim.words.isdisjoint(EXCEPTING | {"but", "than"}):
        return
    for n in sorted(claim.used):
        found = claim.lines[n].tokens
        for j in (j for j, t in enumerate(found) if _leaves_out(found, j)):
            ahead = found if not j else found[:j]  # "Apart from Tuesday, it is open every day"
            whole = next((t for t in ahead if _is_whole(t)), None)
            ends = (k for k in range(j + 1, len(found)) if found[k].is_parted or found[k].key in verbs or is_deed(found[k]))
            out = range(j + 1, next(ends, len(found)))
            told = any(t.content and t.key in claim.keys for k, t in enumerate(found) if k not in out)
            is_told = told and any(found[k].content and found[k].key in claim.keys for k in out)
            is_against = any(opposed(t, other) for t in claim.tokens for k, other in enumerate(found) if k not in out)  # "failed"
            if whole and is_told and (denied or is_against) != (_CLASS.get(whole.text.casefold()) == "all"):
                yield f"The passage says “{whole.text} … {found[j].text}”; this leaves out who or what is not meant."


def _is_whole(token: Token) -> bool:
    return _CLASS.get(token.text.casefold()) in ("all", "none") or token.key == "nobody"


def _leaves_out(found: Sequence[Token], j: int) -> bool:
    """Whether who is not meant stands behind a word: "except", "other than", and "but" of "every school but one"."""
    low, before = found[j].text.casefold(), found[max(0, j - _EXCEPT) : j]
    if low == "but" and not found[j].is_parted:
        return any(map(_is_whole, before)) and not any(is_deed(t) for t in before)
    return low in EXCEPTING or (low == "other" and [t.key for t in found[j + 1 : j + 2]] == ["than"])


def _of_some(claim: Claim) -> Iterator[str]:
    """ "Nobody" of "no passengers"."""
    token = next(t for t in claim.tokens if t.key == "nobody")
    lines = [claim.lines[n].tokens for n in sorted(claim.used)]
    if any(t.key == "nobody" for found in lines for t in found):
        return
    for found in lines:
        for j in (j for j, t in enumerate(found) if t.key in ("no", "none")):
            who = next((t for t in found[j + 1 : j + 5] if t.content), None)
            if who and who.key not in claim.keys and who.text not in word_set("tallies.people"):
                yield f"This says “{token.text}” where the passage says “{found[j].text} {who.text}”."
                return


def _not_only(claim: Claim) -> Iterator[str]:
    """Others beside those that the passage names as the only ones, or in their place: "members and guests may", "anyone may"."""
    of = {place: i for i, place in enumerate(claim.at) if place}
    for slot in claim.slots:
        for line, j in [place for place in slot.there if claim.token_at(place).key == "only"]:
            found = claim.lines[line].tokens
            k = next((k for k in range(j + 1, min(j + 4, len(found))) if found[k].content and not found[k].values), j)
            i = of.get((line, k))
            added = list(takewhile(lambda n: not claim.at[n], range(i + 1, len(claim.at)))) if i is not None else []
            others = slot.here if i is None else added if added and claim.tokens[added[0]].key in ("and", "or") else ()
            if k > j and any(_is_somebody(claim.tokens[n]) for n in others):
                told = " ".join(claim.tokens[n].text for n in others)
                yield f"This says “{told}” where the passage says “only {found[k].text}”."


def _only_one(claim: Claim) -> Iterator[str]:
    """What the passage says of only one, said of another: "only Holm was convicted"."""
    for n in sorted(claim.used):
        found = claim.lines[n].tokens
        for j in claim.lines[n].places.get("only", ()):
            who = next((k for k in range(j + 1, min(j + 4, len(found))) if is_name(found[k])), None)
            deed = next((k for k in range((who or j) + 1, len(found)) if is_past(found[k])), None)
            if (
                who is None
                or deed is None
                or (n, deed) not in claim.taken
                or found[who].key in claim.keys
                or deed - who > _EXCEPT
            ):
                continue
            yield f"The passage says this of only {found[who].text}."


def _is_somebody(token: Token) -> bool:
    return token.content or token.text.casefold() in word_set("questions.indefinite")


def _is_idiom(found: Sequence[Token], i: int) -> bool:
    """Whether it is no quantity of a thing: "most likely", "at all", "all right", "a few", "most important"."""
    low = found[i].text.casefold()
    before = found[i - 1].text.casefold() if i else ""
    after = found[i + 1].text.casefold() if i + 1 < len(found) else ""
    if low == "most":
        return before in word_set("quantities.idioms.before_superlative") or after.endswith(
            word_list("quantities.idioms.adjective_endings")
        )
    if low in ("all", "both") and (
        before in word_set("quantities.idioms.before_idiom") or after in word_set("quantities.idioms.after_idiom")
    ):
        return True
    return (low in word_set("quantities.idioms.whole") and after != "of") or (
        low in ("half", "few") and before in word_set("quantities.idioms.turns")
    )


def _there(claim: Claim, i: int) -> tuple[frozenset[str], str]:
    """What quantities the passage gives of the thing that follows, or near it, and the word for the first."""
    words: list[Token] = []
    for k in range(i + 1, min(len(claim.tokens), i + 6)):
        place = claim.at[k]
        if place and claim.tokens[k].content:
            found = claim.lines[place[0]].tokens
            words = list(found[max(0, place[1] - 5) : place[1] + 1])
            near = [_quantity(t) for t in words]
            if not any(near):  # "the 14 aboard; all were saved"
                words = list(found)
            break
    slot = next((slot for slot in claim.slots if i in slot.here), None)
    if not words and slot:
        words = [claim.token_at(p) for p in slot.near]
    kinds: set[str] = set()
    said = ""
    for n, (before, word) in enumerate(zip([None, *words], words, strict=False)):
        if kind := _quantity(word):
            kind = frozenset({"most", "many"}) if kind == {"half"} and bound(words, n, "en")[0] == "more" else kind
            nearly = kind == {"all"} and before and before.text.casefold() in _HEDGES
            kinds |= {"most", "many"} if nearly else kind
            said = said or word.text
    counts = sorted({v for t in words if t.values and not t.date and not t.unit and not t.measure for v in t.values})
    if len(counts) >= 2 and 0 < counts[-2] / counts[-1] < 1:
        kinds |= _share(counts[-2] / counts[-1])
    return frozenset(kinds), said


def _quantity(token: Token) -> frozenset[str]:
    low = token.text.casefold()
    if low in _CLASS:
        return frozenset({_CLASS[low]})
    if low in _VAGUE:
        return frozenset({"dozens", "many", "some"})
    if token.unit == "%":
        return _share(max(token.values) / 100)
    if token.unit == "part":
        return _share(max(token.values))
    return frozenset()


def _share(share: float) -> frozenset[str]:
    if share >= 0.995:
        return frozenset({"all"})
    near_half = {"half"} if 0.48 <= share <= 0.52 else set()
    if share > 0.5:
        return frozenset({"most", "many", *near_half})
    return frozenset({"some", *near_half, *({"few"} if share < 0.35 else ())})


def _vague(claim: Claim, i: int, low: str) -> Iterator[str]:
    """ "Dozens" of 36 is true, and of 12 is not."""
    least = _VAGUE[low]
    if low == "tens" or any(t.text.casefold() == low for n in claim.used for t in claim.lines[n].tokens):
        return
    counted = next((t for t in claim.tokens[i + 1 : i + 3] if t.content), None)
    same = (
        {n for n, line in enumerate(claim.lines) for j in line.matching(counted) if j and line.tokens[j - 1].values}
        if counted
        else set()
    )
    used = sorted(claim.used | same)
    values = [v for n in used for t in claim.lines[n].tokens if t.values and not t.unit and not t.date for v in t.values]
    if not any(least <= v < 50 * least for v in values):
        yield f"The passage does not speak of “{claim.tokens[i].text}”."
