"""A follow-up -> a question that stands alone, by the model where there is one, else by rule."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prompts import render
from qa.errors import ModelError
from qa.models import ChatModel
from qa.prompting import Message, as_data
from qa.types import Turn

_TURNS = 3  # earlier ones are rarely what a follow-up points at
_ANSWER_CHARACTERS = 400
_TOKENS = 120
_SHARE = 0.25  # of the time for an answer: a rewrite that takes longer is not worth the wait
_MARKER = re.compile(r"\s*\[\d+\]")
_LONGEST = 400  # characters of a rewritten question


def rewrite(question: str, history: Sequence[Turn], model: ChatModel | None = None) -> str:
    """The question as a stranger to the conversation would understand it; without a history, the question itself.

    A model that fails, or that writes something else than one question, is overruled by the rules.
    """
    if not history:
        return question
    if model is not None:
        try:
            *_, draft = model.stream(_messages(question, history), _TOKENS, model.endpoint.timeout * _SHARE)
        except ModelError:
            return by_rule(question, history)  # the answer is asked of the same model next, and says what is wrong with it
        if draft.finish_reason == "stop" and (rewritten := _one_question(draft.text, question)):
            return rewritten
    return by_rule(question, history)


def _messages(question: str, history: Sequence[Turn]) -> list[Message]:
    lines = []
    for turn in history[-_TURNS:]:
        lines.append(f"Reader: {_flat(turn.question)}")
        if turn.titles:
            lines.append(f"Articles shown: {'; '.join(_flat(title) for title in turn.titles[:3])}")
        if turn.answer:
            lines.append(f"Answer: {_flat(_MARKER.sub('', turn.answer))}")
    return [
        Message("system", render("rewrite")),
        Message("user", "\n".join(lines) + f"\n\nLast question: {_flat(question)}\nRewritten question:"),
    ]


def _flat(text: str) -> str:
    return " ".join(as_data(text).split())[:_ANSWER_CHARACTERS]


def _one_question(text: str, question: str) -> str:
    """What a model wrote, if it is one question, or empty: an answer or a chat about the task must not be searched for."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return ""
    line = re.sub(r"^(?:rewritten question|question)\s*:\s*", "", lines[0], flags=re.I).strip().strip('"“”').strip()
    asks = line.endswith(("?", "？", "؟", ";")) or not question.rstrip().endswith(("?", "？", "؟", ";"))
    return line if asks and 3 <= len(line) <= min(_LONGEST, 4 * len(question) + 150) else ""


# By rule. Everything below knows English only; a question in another language stays as it is.

_PERSON = frozenset("he him his himself she her hers herself".split())
_GROUP = frozenset("they them their theirs themselves".split())
_THING = frozenset("it its itself".split())
_OWNING = frozenset("his her its their hers theirs".split())
_POINTING = frozenset("this that these those".split())
_ASKING = frozenset("who what when where why how which whom whose".split())
_AUXILIARY = frozenset(
    "is are was were am be been do does did has have had can could will would shall should may might must isn't aren't wasn't "
    "weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't".split()
)
# What may stand between "her" and the end of a clause when it is not "her book".
_AFTER_OBJECT = frozenset(
    "to in on at of by from with for about after before during since until while as and or but if when where who that which "
    "than then so too again now today yesterday there here into over under any a an the more back down up out off".split()
)
_LIGHT = _AUXILIARY | _ASKING | _PERSON | _GROUP | _THING | _POINTING | _AFTER_OBJECT | frozenset(
    "i you we me us my your our else other others another same such one ones some many much most few else not no yes also "
    "anything something everything nothing anyone someone there's what's who's ever just only still really very first last "
    "next new happen happened happens think know tell give make made get got go say said says mean".split()
)  # fmt: skip
# Not the names of anybody, although news writes them with a capital.
_NOT_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december i mr mrs ms dr according besides however although though meanwhile later earlier several "
    "yes no ok".split()
)
_OPENERS = _LIGHT | {"a", "an", "the", "although", "despite", "because", "due", "many", "some", "all", "both", "each"}
_JOINING = frozenset("of the de la le el al bin ibn van von der den di da du and & for".split())
_EXPLETIVE = re.compile(
    r"\b(?:is|was|will|would|does|did|can|could|how)\s+it\s+(?:be\s+)?(?:\w+ly\s+)?(?:true|possible|legal|illegal|safe|likely|"
    r"necessary|important|take|takes|took|rain|snow|matter|okay|ok|dangerous|worth|cost|mean to|time|that)\b|\bwhat time is it\b|"
    r"\bit (?:is|was) (?:true|possible|likely|not)\b|\bit (?:emerged|turned out|was (?:revealed|announced|reported))\b",
    re.I,
)
_THERE_IS = re.compile(r"\b(?:is|are|was|were|be|been|will)\s+there\b|\bthere\s+(?:is|are|was|were|be|been|will|to)\b", re.I)
_MORE = re.compile(
    r"^(?:and |so |but )?(?:what|anything|who|where|when|why|how)(?:'s)? else\b|\bany(?:thing)? other\b|\bany (?:more|others)\b|"
    r"^(?:tell me )?more(?: about (?:it|that|this))?\W*$|\bwhat happened (?:next|then|after(?:wards)?|later)\b|^(?:and )?then\b",
    re.I,
)
_THIS_ARTICLE = re.compile(r"\b(?:this|that) (?:article|story|report|news item)\b|\bthe (?:article|story)(?=\W*$)", re.I)
_WHAT_ABOUT = re.compile(r"^(?:and |but |so |ok(?:ay)?,? )*(?:(?:what|how) about|and|or|but)\b[\s,:]*(?P<rest>.+?)\W*$", re.I)
# Where stories play, and what comes from there: neither a "she" nor a "they".
_PLACES = frozenset(
    "afghanistan afghan africa african america american americas argentina argentine asia asian australia australian austria "
    "austrian baghdad beijing belarus belgium belgian berlin brazil brazilian britain british brussels bulgaria california "
    "canada canadian chicago chile china chinese colombia colombian croatia cuba cuban czech damascus delhi denmark danish "
    "dublin dutch ecuador egypt egyptian england english ethiopia europe european finland finnish florida france french gaza "
    "georgia german germany greece greek haiti hamburg hong kong hungary hungarian iceland india indian indonesia iran iranian "
    "iraq iraqi ireland irish israel israeli italy italian jakarta japan japanese jerusalem jordan kabul kenya kenyan korea "
    "korean kuwait kyiv kiev latvia lebanon lebanese libya libyan lithuania london los angeles madrid malaysia mali mexico "
    "mexican moscow morocco mumbai myanmar nairobi netherlands new york zealand nigeria nigerian north norway norwegian ohio "
    "pakistan pakistani palestine palestinian paris peru philippines poland polish portugal portuguese qatar rome romania "
    "russia russian rwanda san francisco saudi arabia scotland scottish serbia seoul singapore somalia south spain spanish "
    "sudan sweden swedish swiss switzerland sydney syria syrian taiwan taliban tehran texas thailand tokyo tunisia turkey "
    "turkish u.s us uk u.k uganda ukraine ukrainian united states kingdom venezuela vienna vietnam wales warsaw washington "
    "west western east eastern yemen zimbabwe".split()
)
_TIMES = (
    "(?:past |last |coming )?(?:week|month|year|morning|afternoon|evening|night|time|spring|summer|fall|autumn|winter|season|"
    "decade|century|day)s?|weekend|past"
)
_SHORT, _LONG = 9, 14  # words
_BARE = re.compile(
    r"^(?:(?:and|but|so)\s+)?(?P<wh>(?:since |until |by |for |to |from |with |at |in )?(?:why(?: not)?|when|where|who|whom|"
    r"how(?: (?:many|much|long|often|so|far|old|big))?|what|which(?: one)?))\W*$",
    re.I,
)
_WORD = re.compile(r"[\w&][\w&’'.-]*[\w]|\w")


@dataclass(frozen=True)
class _Talk:
    """What the conversation has been about: names, the best known first, and the words that were used."""

    last: str  # the last question, standing alone
    topic: str  # the name that most of it is about
    subject: str  # the same in the fewest words that tell it from other stories: a headline, a name, the last question
    group: str  # what "they" are: the names that the last answer listed, or the things that its question asked for
    people: tuple[str, ...]  # names that may be a person's, the likeliest first
    title: str  # the headline that the last answer cited first
    words: frozenset[str]


def by_rule(question: str, history: Sequence[Turn]) -> str:
    """The question with what its pronouns and gaps point at, where the last turns make that plain; otherwise unchanged."""
    if not history:
        return question
    talk = _talk(history)
    text = " ".join(question.split())
    if not _words(text) & _LIGHT or len(text.split()) > _LONG or re.search(r"[.!?:] \w", text):
        return question  # a long one, and one with a sentence before it, brings its own subject; others are not English
    if _THIS_ARTICLE.search(text):
        about = talk.title or talk.topic or "it"
        return _THIS_ARTICLE.sub(lambda _: f"“{about}”" if talk.title else about, text, count=1)
    if talk.last and (filled := _filled(text, talk)):
        return filled
    return (talk.topic and _resolved(text, talk)) or question


def _filled(text: str, talk: _Talk) -> str:
    """An ellipsis with the last question around it: "Why?", "And in Paris?", "What about Iran?"; empty if it is none."""
    last = talk.last.rstrip(" ?.!")
    inverted = last.split(" ")[0].lower() in _AUXILIARY
    if bare := _BARE.match(text):
        wh = bare["wh"]
        if inverted:
            return f"{wh[0].upper()}{wh[1:]} {last[0].lower()}{last[1:]}?"
        return f"{last}, and {wh.lower()}?"
    found = _WHAT_ABOUT.match(text)
    if not found or len(found["rest"].split()) > 6:
        return ""
    rest = found["rest"]
    first = rest.split()[0].lower()
    if first in _AUXILIARY | _ASKING or _words(rest) & (_PERSON | _GROUP | _THING | _POINTING):
        return ""
    names = list(_names(f"x {rest}"))
    if first in ("in", "at", "on", "from", "to", "for", "by", "with"):
        # the same kind of phrase in the last question gives way: "in London" to "in Paris"
        swapped, count = re.subn(rf"\b{first} (?:the )?(?:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*|\d{{4}})", rest, last, count=1)
        return f"{swapped}?" if count else f"{last}, and {rest}?"
    olds = list(_names(last))
    if names == [rest] and len(olds) == 1:
        return f"{last.replace(olds[0], rest, 1)}?"
    return f"{last}, and what about {rest}?"


def _resolved(text: str, talk: _Talk) -> str:
    """The question with its first pronoun replaced, or with its subject named at the end; empty if it points at nothing."""
    own = list(_names(text, first=True))
    if talk.topic in text:
        return ""
    tokens = list(_WORD.finditer(text))
    lowered = [token.group().lower().replace("’", "'") for token in tokens]
    for n, (token, word) in enumerate(zip(tokens, lowered, strict=True)):
        base = re.sub(r"'(?:s|d|ll|re|ve)$", "", word)
        if base not in _PERSON | _GROUP | _THING:
            continue
        if _within(text[: token.start()], lowered[:n], own, base):
            return ""
        if base == "it" and _EXPLETIVE.search(text):
            continue
        name = _meant(base, own, talk)
        if not name:
            return _about(text, talk.subject)
        following = lowered[n + 1] if n + 1 < len(lowered) else ""
        owning = base in _OWNING and not (base == "her" and (not following or following in _AFTER_OBJECT))
        if base in ("himself", "herself", "itself", "themselves"):
            return _about(text, name)
        shown = _possessive(name) if owning else name + token.group()[len(base) :]
        filled = text[: token.start()] + shown + text[token.end() :]
        return _about(filled, talk.subject) if name.startswith("the ") else filled
    if _MORE.search(text) or _points_back(text, lowered, own, talk):
        return _about(text, talk.subject)
    return ""


def _within(before: str, lowered: Sequence[str], own: Sequence[str], pronoun: str) -> bool:
    """Whether the pronoun finds what it stands for in its own question: "Which team won its first title?"."""
    if any(name in before for name in own) or {"those", "people", "anyone", "someone"} & set(lowered):
        return True
    content = [n for n, word in enumerate(lowered) if word not in _LIGHT and len(word) > 2]
    if content and {"and", "but", "if", "when", "after", "because"} & set(lowered[content[0] :]):
        return True  # "What is scrapple made from and how is it prepared?"
    if lowered and lowered[-1] in _AUXILIARY:
        return False  # "What songs did they sing?", "Who is his wife?": it takes the place of the question's subject
    asked = [n for n, word in enumerate(lowered) if word in _ASKING]
    if asked and lowered[asked[-1]] in ("which", "what") and len(lowered) > asked[-1] + 2:
        return True  # "Which actor said that her voice …": what is asked for is the nearest thing to stand for
    if asked and lowered[asked[-1]] == "who" and pronoun not in _THING and not {"did", "do", "does"} & set(lowered):
        return len(lowered) > asked[-1] + 3
    # "the company … its": an article's noun earlier in the question
    return bool(re.search(r"\b(?:an?|the)\s+(?:\w+\s+){1,3}", before, re.I)) and len(lowered) > 4


def _meant(pronoun: str, own: Sequence[str], talk: _Talk) -> str:
    """The name that a pronoun most likely stands for, or empty where only the topic can be named."""
    if pronoun in _PERSON:
        return next((name for name in talk.people if name not in own), "")
    if pronoun in _GROUP and talk.group:
        return talk.group
    if _is_place(talk.topic) or (talk.people and talk.topic == talk.people[0] and pronoun in _THING):
        return ""  # a person is no "it", and a country that a story plays in seldom "they"; the subject is named beside it
    return talk.topic if talk.topic not in own else ""


def _points_back(text: str, lowered: Sequence[str], own: Sequence[str], talk: _Talk) -> bool:
    """Whether a question without a name leans on the talk: "the album" after an album, "after that", "there"."""
    if own or re.search(rf"\b(?:this|last|next) (?:{_TIMES})\b", text, re.I):
        return False
    if re.search(
        r"\b(?:about|after|before|of|with|like|from|by|for|to|do|did|than|during|in) (?:this|that|these|those)\b", text, re.I
    ):
        return True
    if len(lowered) > _SHORT:  # a long question brings its own subject
        return False
    if re.search(rf"\b(?:this|these|those) (?!{_TIMES}\b)\w+", text, re.I):
        return True
    if "there" in lowered and not _THERE_IS.search(text):
        return True
    nouns = re.findall(r"\b(?:the|that|any|other|more) ((?:\w+ ){0,2}\w+)", text.lower())
    if any(word in talk.words for phrase in nouns for word in phrase.split() if word not in _LIGHT and len(word) > 2):
        return True
    content = [word for word in lowered if word not in _LIGHT and len(word) > 2]
    return len(content) <= 1 and not any(word.isdigit() for word in content)


def _about(text: str, name: str) -> str:
    asks = text.endswith("?")
    return f"{text.rstrip(' ?.!')} (about {name}){'?' if asks else ''}"


def _possessive(name: str) -> str:
    return name + ("’" if name.endswith("s") else "’s")


def _talk(history: Sequence[Turn]) -> _Talk:
    turns = history[-_TURNS:]
    resolved: list[str] = []
    for n, turn in enumerate(turns):
        resolved.append(
            by_rule(turn.question, [*history[: len(history) - len(turns)], *turns[:n]][-_TURNS:]) if n else turn.question
        )
    answers = [_MARKER.sub("", turn.answer)[:1_500] for turn in turns]
    titles = [title for turn in turns for title in turn.titles if title.strip()]
    prose = " ".join([*resolved, *answers])
    certain = set(_names(prose)) | {name for title in titles for name in _names(title)}
    names: defaultdict[str, float] = defaultdict(float)
    for age, (asked, answer) in enumerate(zip(reversed(resolved), reversed(answers), strict=True)):
        weight = 0.7**age
        for words, worth in ((asked, 3.0), (answer, 1.0)):
            for name in _names(words, first=True):
                sure = name in certain or " " in name
                names[name] += worth * weight * (1.0 if sure else 0.05)  # "Approximately" or "Iran": nobody has said yet
    for title in dict.fromkeys(titles):
        for name in _title_names(title, prose):
            names[name] += 2
    merged = _merged(names)
    ranked = [name for name, _ in sorted(merged.items(), key=lambda item: -item[1])]
    title = next((title for turn in reversed(turns) for title in turn.titles[:1] if title.strip()), "")
    last, topic = resolved[-1], ranked[0] if ranked else ""
    subject = topic
    if len(title.split()) > 4:
        subject = f"“{' '.join(title.split()[:16])}”"
    elif _is_place(topic):
        subject = f"“{last.rstrip(' ?')}”"
    return _Talk(
        last=last,
        topic=topic,
        subject=subject,
        group=_group(last, answers[-1]),
        people=tuple(name for name in ranked if _may_be_person(name)),
        title=title,
        words=frozenset(_words(" ".join([prose, *titles]))),
    )


def _merged(names: Mapping[str, float]) -> dict[str, float]:
    """A surname counts for the full name that ends with it."""
    merged: dict[str, float] = {}
    for name, weight in sorted(names.items(), key=lambda item: (-len(item[0].split()), item[0])):
        full = next((other for other in merged if other.split()[-1] == name or other.split()[0] == name), name)
        merged[full] = merged.get(full, 0.0) + weight
    return merged


_NO_PERSON = frozenset(
    "the and of & ministry university party court council house senate congress committee commission company inc corp ltd group "
    "league cup club city county state states united river street airport hospital school police army navy union bank office "
    "department agency association band news times post daily party front organization organisation nations kingdom republic "
    "north south east west war prize award festival games championship world act bill".split()
)


def _group(asked: str, answer: str) -> str:
    """The names that an answer lists, "A, B and C"; else "the fighters" for "How many fighters …?"."""
    first = answer[: answer.find(". ")] if ". " in answer else answer
    name = r"[A-Z][\w’'-]*(?: (?:[a-z]{2,3}[- ])?[A-Z][\w’'-]*)*"
    if found := re.search(rf"{name}(?:, {name})*,? and {name}", first):
        return found.group()
    if found := re.search(r"\b(?:how many|which|what) (?:\w+ )?(\w{3,}s)\b (?!is\b|was\b|does\b)", asked, re.I):
        return f"the {found[1].lower()}"
    return ""


def _is_place(name: str) -> bool:
    return all(part.lower() in _PLACES for part in name.split()) if name else False


def _may_be_person(name: str) -> bool:
    parts = name.lower().split()
    return (
        len(parts) <= 4
        and not _is_place(name)
        and not any(part in _NO_PERSON for part in parts)
        and not name.isupper()
        and not re.search(r"\d", name)
    )


def _title_names(title: str, prose: str) -> Iterator[str]:
    """The names in a headline. In one with Every Word Capitalised only what the talk names too; a title of three words is one."""
    title = re.sub(r"\s*\([^)]*\)", "", title).strip()
    parts = title.split()
    if 0 < len(parts) <= 3 and all(part[:1].isupper() or part.lower() in _JOINING for part in parts):
        yield title
        return
    capitals = sum(part[:1].isupper() for part in parts)
    for name in _names(title, first=True):
        if " " not in name and title.startswith(name) and name not in prose:
            continue  # "Militias deny …": any word may start a headline
        if capitals <= len(parts) * 0.6 or name in prose:
            yield name


def _names(text: str, first: bool = False) -> Iterator[str]:
    """Runs of capitalised words. A single one that starts a sentence may be any word: it is left out unless `first`."""
    run: list[str] = []
    opening = False  # whether the run starts its sentence
    starts = True
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        gap = text[end : match.start()].strip(" ")
        starts = starts or bool(re.search(r"[.!?:\n]", gap))
        end = match.end()
        plain = re.sub(r"[’']s$", "", word)
        name = plain[:1].isupper() and plain.lower() not in _NOT_NAMES and not (starts and plain.lower() in _OPENERS)
        if run and (gap not in ("", "“", '"') or not (name or word.lower() in _JOINING)):
            yield from _run(run, opening and not first)
            run = []
        if name:
            opening = opening if run else starts
            run.append(plain)
            if plain != word:
                yield from _run(run, opening and not first)
                run = []
        elif run:
            run.append(word)
        starts = False
    yield from _run(run, opening and not first)


def _run(run: Sequence[str], unsure: bool) -> Iterator[str]:
    words = list(run)
    while words and words[-1].lower() in _JOINING:
        words.pop()
    if words and len(words[0]) > 1 and not (unsure and len(words) == 1):
        yield " ".join(words)


def _words(text: str) -> set[str]:
    return {match.group().lower() for match in _WORD.finditer(text)}
