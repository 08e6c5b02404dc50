"""A follow-up -> a question that stands alone, by the model where there is one, else by rule."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from prompts import NOT_IN_ARTICLES, render
from qa.errors import ModelError
from qa.models import Model
from qa.prompting import Message, as_data
from qa.types import Turn
from vectorstore.language.lexicon import rows, table, word_list, word_set
from vectorstore.language.senses import is_word, may_mean
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import DAY_NAMES

_TURNS = 3  # earlier ones are rarely what a follow-up points at
_ANSWER_CHARACTERS = 400
_TOKENS = 120
_SHARE = 0.25  # of the time for an answer: a rewrite that takes longer is not worth the wait
_MARKER = re.compile(r"\s*\[\d+\]")
_CREDIT = re.compile(r"(?<=[”\"]) — [^\n]*")  # who printed a quote is nobody that it tells of
_LONGEST = 400  # characters of a rewritten question


def rewrite(question: str, history: Sequence[Turn], model: Model | None = None) -> str:
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

_PERSON = word_set("followups.person")
_GROUP = word_set("followups.group")
_THING = word_set("followups.thing")
_OWNING = word_set("followups.owning")
_POINTING = word_set("followups.pointing")
_ASKING = word_set("followups.asking")
_AUXILIARY = word_set("followups.auxiliaries")
_AFTER_OBJECT = word_set("followups.after_object")
_PRONOUNS = _PERSON | _GROUP | _THING
_LIGHT = _AUXILIARY | _ASKING | _PERSON | _GROUP | _THING | _POINTING | _AFTER_OBJECT | word_set("followups.light")
_NOT_NAMES = word_set("followups.no_names") | DAY_NAMES
_OPENERS = _LIGHT | {"a", "an", "the", "although", "despite", "because", "due", "many", "some", "all", "both", "each"}
_JOINING = frozenset("of the de la le el al bin ibn van von der den di da du and & for".split())
_EXPLETIVE = re.compile(
    r"\b(?:is|was|will|would|does|did|can|could|how)\s+it\s+(?:be\s+)?(?:\w+ly\s+)?(?:true|possible|legal|illegal|safe|likely|"
    r"necessary|important|(?:takes?|took|costs?)\b(?=.* to\b)|rain|snow|matter|okay|ok|dangerous|worth|mean to|"
    r"time|that)\b|\bwhat time is it\b|"
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
_PLACES = word_set("followups.places")
_TIMES = (
    "(?:past |last |coming )?(?:week|month|year|morning|afternoon|evening|night|time|spring|summer|fall|autumn|winter|season|"
    "decade|century|day)s?|weekend|past"
)
_DEICTIC = "(?:this|last|next|the (?:previous|following|same))"
_WHEN = re.compile(rf"^{_DEICTIC} (?P<of>\w+)$", re.I)
_MONTH = rf"(?:{'|'.join(form.capitalize() for row in rows('dates.months') for form in row[:1])})"
_DAY = rf"(?:{'|'.join(row[0].capitalize() for row in rows('dates.weekdays'))})"
_TIME = re.compile(
    rf"(?:(?:in|on|during|for|since) )?(?:{_DAY}|(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}},?)?(?: \d{{4}})?|(?:1\d|20)\d\d)", re.I
)
_AS_WHY = re.compile(r"^(?:how (?:come|so)|why so \w+)$", re.I)  # "Why so few?" asks why
_NOT_SO = table("followups.not_so")
_WITHOUT = frozenset(("why", "when", "where", "how", "why not"))
_WHOLE_WITHOUT = re.compile(rf"(?:why|when|where|how) ((?:{'|'.join(sorted(_AUXILIARY))}) .+)", re.I)
_ABOUT = re.compile(r"\(about “([^“”]*)”\)")
_SHORT, _LONG = 9, 14  # words
_BARE = re.compile(
    r"^(?:(?:and|but|so)\s+)?(?P<wh>(?:since |until |by |for |to |from |with |at |in )?"
    r"(?:why(?: not| so \w+)?|how (?:come|so)|when|where|who|whom|"
    r"how(?: (?:many|much|long|often|so|far|old|big))?|what|which(?: one)?)|"
    r"(?:by|for|to|from|with|at|in|on|against|since|until) (?:how (?:many|much)|what|which|whose)(?: [\w'-]+){1,2})\W*$",
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
    doer: str  # the person that the last answer is about
    answer: str  # the last one
    settings: frozenset[str]  # names of where it plays: "in Tollan"
    title: str  # the headline that the last answer cited first
    stems: frozenset[str]  # of all words


def by_rule(question: str, history: Sequence[Turn]) -> str:
    """The question with what its pronouns and gaps point at, where the last turns make that plain; otherwise unchanged."""
    if not history:
        return question
    text = " ".join(question.split())
    talk = _talk(_as_far_as_spoken_of(text, history))
    if not _words(text) & _LIGHT or len(text.split()) > _LONG or re.search(r"[.!?:] \w", text):
        return question  # a long one, and one with a sentence before it, brings its own subject; others are not English
    if _THIS_ARTICLE.search(text):
        about = talk.title or talk.topic or "it"
        return _THIS_ARTICLE.sub(lambda _: f"“{about}”" if talk.title else about, text, count=1)
    if talk.last and (filled := _filled(text, talk)):
        return filled
    return (talk.topic and _resolved(text, talk)) or question


def _as_far_as_spoken_of(text: str, history: Sequence[Turn]) -> Sequence[Turn]:
    """The talk up to where it had the thing that a question names: "the twins", of whom the last answer says nothing."""
    lowered = [match.group().lower() for match in _WORD.finditer(text)]
    things = {stem(word) for before, word in pairwise(lowered) if before == "the" and word not in _LIGHT}
    spoken = [set(map(stem, _words(" ".join((turn.question, turn.answer, *turn.titles))))) for turn in history[-_TURNS:]]
    end = len(history)
    for n in range(len(spoken) - 1, -1, -1) if things else ():
        if things <= spoken[n]:
            one, last = history[end - len(spoken) + n], history[-1]
            return history if set(one.titles) & set(last.titles) or not one.titles else history[: end - len(spoken) + n + 1]
    return history


def _filled(text: str, talk: _Talk) -> str:
    """An ellipsis with the last question around it: "Why?", "And in Paris?", "What about Iran?"; empty if it is none."""
    last = talk.last.rstrip(" ?.!")
    inverted = last.split(" ")[0].lower() in _AUXILIARY
    if bare := _BARE.match(text):
        wh = _AS_WHY.sub("why", bare["wh"])
        if inverted and wh.lower() == "why not":  # "Will she stand?"
            asks, _, so = last.partition(" ")
            return f"Why {_NOT_SO.get(asks.lower(), f'{asks.lower()}n’t')} {so}?"
        if inverted:
            return f"{wh[0].upper()}{wh[1:]} {last[0].lower()}{last[1:]}?"
        if wh.lower() in _WITHOUT and (found := _WHOLE_WITHOUT.match(last)):  # "Where has Meer banned them?", "Why?"
            then = " then" if last.lower().startswith("when ") else ""  # why on that day, and not before
            return f"{wh[0].upper()}{wh[1:].lower()} {found[1]}{then}?"
        return f"{last}, and {wh.lower()}?"
    found = _WHAT_ABOUT.match(text)
    if not found or len(found["rest"].split()) > 6:
        return ""
    rest = found["rest"]
    first = rest.split()[0].lower()
    if first in _AUXILIARY | _ASKING or _words(rest) & (_PERSON | _GROUP | _THING | _POINTING):
        return ""
    if dated := _at_another_time(last, rest):
        return dated
    names = list(_names(f"x {rest}"))
    if first in ("in", "at", "on", "from", "to", "for", "by", "with"):
        # the same kind of phrase in the last question gives way: "in London" to "in Paris"
        swapped, count = re.subn(rf"\b{first} (?:the )?(?!{_MONTH}\b)[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*", rest, last, count=1)
        if not count and len(played := [name for name in _names(last) if _may_be_setting(name, last, talk)]) == 1:
            return f"{last.replace(played[0], ' '.join(names) or rest, 1)}?"  # "did Gant count": "And in Upper Sale?"
        return f"{swapped}?" if count else f"{last}, and {rest}?"
    if when := _WHEN.match(rest):  # "last season" for "this season"
        swapped, count = re.subn(rf"\b{_DEICTIC} {re.escape(when['of'])}\b", rest, last, count=1, flags=re.I)
        if count:
            return f"{swapped}?"
    olds = list(_names(last))
    owned = re.sub(r"[’']s?$", "", rest)
    if names == [owned] and len(olds) == 1:
        return f"{last.replace(olds[0], owned, 1)}?"
    return f"{last}, and what about {rest}?"


def _at_another_time(last: str, rest: str) -> str:
    """The last question of another year, month or day; empty where that is not all that a follow-up names."""
    if not _TIME.fullmatch(rest):
        return ""
    changed = last
    for form in (r"\b(?:1\d|20)\d\d\b", rf"\b{_MONTH}\b", rf"\b{_DAY}\b"):
        if new := re.search(form, rest, re.I):
            changed = re.sub(form, new.group(), changed, count=1)
    if changed != last:
        return f"{changed}?"
    if all(word.lower() in last.lower() for word in rest.split()):
        return ""
    return (
        f"{last} {rest}?"
        if " " in rest and rest[0].islower()
        else f"{last} {'on' if re.match(_DAY, rest, re.I) else 'in'} {rest}?"
    )


def _may_be_setting(name: str, last: str, talk: _Talk) -> bool:
    """Whether a question's only name may be of where it plays: neither somebody, nor who is asked to have said something."""
    said = last.split()[-1].lower() in word_set("followups.wanting")
    is_other = name in talk.people or (name not in talk.settings and _is_body(name, talk.answer))
    return not (said or is_other or name.isupper())


def _resolved(text: str, talk: _Talk) -> str:
    """The question with its first pronoun replaced, or with its subject named at the end; empty if it points at nothing."""
    own = list(_names(text, first=True))
    tokens = list(_WORD.finditer(text))
    lowered = [token.group().lower().replace("’", "'") for token in tokens]
    if _wants_more(lowered):
        return _about(text, talk.subject)
    if talk.topic.casefold() in text.casefold():
        return ""
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
    if any(name in before for name in own) or (pronoun not in _THING and {"those", "people", "anyone", "someone"} & set(lowered)):
        return True
    content = [n for n, word in enumerate(lowered) if word not in _LIGHT and len(word) > 2]
    if content and {"and", "but", "if", "when", "after", "because"} & set(lowered[content[0] :]):
        return True  # "What is scrapple made from and how is it prepared?"
    if pronoun in _GROUP and re.match(r"how many \w{3,}", before, re.I) and len(lowered) > 3:
        return True  # "How many patients had their records stolen"
    if lowered and lowered[-1] in _AUXILIARY:
        return False  # "What songs did they sing?", "Who is his wife?": it takes the place of the question's subject
    asked = [n for n, word in enumerate(lowered) if word in _ASKING]
    if asked and lowered[asked[-1]] in ("which", "what") and len(lowered) > asked[-1] + 2:
        return True  # "Which actor said that her voice …": what is asked for is the nearest thing to stand for
    if (
        asked
        and lowered[asked[-1]] == "who"
        and pronoun not in _THING | {"them", "him"}
        and not {"did", "do", "does"} & set(lowered)
    ):
        return len(lowered) > asked[-1] + 3
    # "the company … its": an article's noun earlier in the question
    return bool(re.search(r"\b(?:an?|the)\s+(?:\w+\s+){1,3}", before, re.I)) and len(lowered) > 4


def _meant(pronoun: str, own: Sequence[str], talk: _Talk) -> str:
    """The name that a pronoun most likely stands for, or empty where only the topic can be named."""
    if pronoun in _PERSON:
        return _person(pronoun, [name for name in talk.people if name not in own], talk)
    if pronoun in _GROUP and (talk.group or talk.topic in talk.people or talk.subject.startswith("“")):
        return talk.group  # where nobody is listed, the headline is named beside it
    if (
        _is_place(talk.topic)
        or talk.topic in talk.settings
        or (talk.people and talk.topic == talk.people[0] and pronoun in _THING)
    ):
        return ""  # a person is no "it", and a country that a story plays in seldom "they"; the subject is named beside it
    return talk.topic if talk.topic not in own else ""


def _person(pronoun: str, people: Sequence[str], talk: _Talk) -> str:
    """Whom "he" or "she" means: whom the last answer is about first; empty where two may be meant, as a wrong one is worse."""
    mine, others = (_WOMEN, _MEN) if pronoun.startswith(("she", "her")) else (_MEN, _WOMEN)
    fitting = [name for name in people if not (described := _described(name, talk)) & others or described & mine]
    known = [name for name in fitting if _described(name, talk) & mine]
    if talk.doer in fitting and (talk.doer in known or not known):
        return talk.doer
    lately = [name for name in fitting if name in talk.answer]
    if len(lately) == 1 or (fitting and (len(lately) < 2 or fitting[0] in talk.last)):
        return fitting[0]
    return known[0] if len(known) == 1 and not talk.doer else ""


def _described(name: str, talk: _Talk) -> set[str]:
    """The words of a name but the surname, and the one before it: "spokeswoman Tilda"."""
    before = talk.answer[: talk.answer.find(name)].split()[-1:] if name in talk.answer else []
    return {word.lower().strip('“”",.') for word in [*before, *name.split()[:-1]]}


def _doer(answer: str, people: Sequence[str]) -> str:
    """The person who is the subject of an answer's first sentence: only words about the one stand before the name."""
    first = min((name for name in people if name in answer), key=answer.find, default="")
    before = [word.lower().strip('“”",.‘') for word in answer[: answer.find(first)].split()] if first else []
    joined = bool(re.match(r",? (?:and|or) ", answer[answer.find(first) + len(first) :])) if first else True
    return first if not joined and all(_tells_of_person(word) for word in before) else ""


_MEN, _WOMEN = word_set("followups.men"), word_set("followups.women")
_ROLES = word_set("followups.roles")
_BEFORE_NAMES = word_set("names.titles") | _ROLES | _MEN | _WOMEN | {"the", "a", "an", ""}
_CHIEF = rf"(?:{'|'.join(sorted(_ROLES))})\b"
_TRADES = ("-old", *word_list("speech.trades"))


def _tells_of_person(word: str) -> bool:
    return word in _BEFORE_NAMES or word.endswith(_TRADES)


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
    if re.search(rf"\b(?:this|these|those|(?:^|is|was|did|does|do|of|on|for|in|about) that) (?!{_TIMES}\b)\w+", text, re.I):
        return True
    if "there" in lowered and not _THERE_IS.search(text):
        return True
    content = [word for word in lowered if word not in _LIGHT and len(word) > 2]
    the = {word for before, word in pairwise(lowered) if before == "the"}
    known = [any(_is_spoken_of(word, word in the, talk) for word in phrase) for phrase in _things(lowered)]
    if not all(known) or any(word.isdigit() for word in content):
        return False  # it names a thing that nobody has spoken of yet
    return bool(known or _JOINED.match(text)) or len(content) <= 1


def _wants_more(lowered: Sequence[str]) -> bool:
    """Whether a short question is not whole without what was spoken of: "How did Norway react?", "How many people died?"."""
    if len(lowered) > _SHORT or not lowered or lowered[0] not in _ASKING or not _PRONOUNS.isdisjoint(lowered):
        return False
    content = [word for word in lowered if word not in _LIGHT and len(word) > 2]
    return lowered[-1] in word_set("followups.wanting") or bool(content and word_set("followups.befalling").issuperset(content))


def _is_spoken_of(word: str, pointing: bool, talk: _Talk) -> bool:
    """Whether the talk has the word, or the last answer a thing of its kind: "the snake" after "a python"."""
    if stem(word) in talk.stems:
        return True
    told = _INTRODUCED.findall(talk.answer) if pointing else ()
    return any(may_mean(stem(word), stem(one)) for one in told)


_INTRODUCED = re.compile(r"\b[Aa]n? ([a-z]{3,})")
_JOINED = re.compile(r"(?:and|but|so)\b", re.I)


def _things(lowered: Sequence[str]) -> Iterator[list[str]]:
    """The words of content behind each article, preposition and the like: what a question speaks of."""
    for n, word in enumerate(lowered):
        if word in word_set("followups.before_things"):
            phrase = list(takewhile(lambda one: one not in _LIGHT, lowered[n + 1 : n + 4]))
            if any(len(one) > 2 for one in phrase):
                yield phrase


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
    given = ["" if turn.answer.startswith(NOT_IN_ARTICLES) else turn.answer for turn in turns]
    answers = [_CREDIT.sub("", _MARKER.sub("", answer)[:1_500]) for answer in given]
    titles = [title for turn in turns for title in turn.titles if title.strip()]
    prose = " ".join([*resolved, *answers])
    told = " \n".join([*resolved, *answers, *titles])
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
    settings = frozenset(
        name
        for name in ranked
        if re.search(rf"\b(?:(?:in|at|on|off|near|outside|across) {re.escape(name)}\b|[Tt]he {re.escape(name)} [a-z])", told)
        or ((found := re.search(rf"{re.escape(name)} ([a-z]+)", told)) and found[1] in _NO_PERSON)
    )
    if len(title.split()) > 1 and not _is_name(title) and _is_told_of(f"{last} {answers[-1]}", title):
        subject = f"“{' '.join(title.split()[:16])}”"
    elif (title and not _is_name(title)) or _is_place(topic) or topic in settings:
        told_of = _ABOUT.search(last)  # what the last question was about is what this one is about
        subject = f"“{told_of[1] if told_of else last.rstrip(' ?')}”"
    people = tuple(_people(ranked, told, f"{last} {answers[-1]} {' '.join(turns[-1].titles)}"))
    return _Talk(
        last=last,
        topic=topic,
        subject=subject,
        group=_group(last, answers[-1]),
        people=people,
        doer=_doer(answers[-1], people),
        answer=answers[-1],
        settings=settings,
        title=title,
        stems=frozenset(map(stem, _words(" ".join([prose, *titles])))),
    )


def _is_told_of(talk: str, title: str) -> bool:
    """Whether a headline is of what was talked about, by a name or most of its words; that of a round-up of the day is not."""
    told, above = ({stem(word) for word in _words(text) - _LIGHT if len(word) > 2} for text in (talk, title))
    named = {stem(word) for name in _names(talk) for word in _words(name)}
    return bool(named & above) or 2 * len(told & above) > len(above)


def _merged(names: Mapping[str, float]) -> dict[str, float]:
    """A surname counts for the full name that ends with it."""
    merged: dict[str, float] = {}
    for name, weight in sorted(names.items(), key=lambda item: (-len(item[0].split()), item[0])):
        full = next((other for other in merged if other.split()[-1] == name or other.split()[0] == name), name)
        merged[full] = merged.get(full, 0.0) + weight
    return merged


_NO_PERSON = word_set("followups.no_person")


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


def _people(ranked: Sequence[str], told: str, lately: str) -> Iterator[str]:
    """The names that are people's, those of the last turn first; of "Dag Ferm of the Harbour Union" his own."""
    names = [name.partition(" of ")[0] for name in ranked]
    people = [_bare_name(name) for name in dict.fromkeys(names) if _is_person(name, told)]
    yield from sorted(dict.fromkeys(people), key=lambda name: name.split()[-1] not in lately)


def _bare_name(name: str) -> str:
    """A name without what somebody is, which has its capital from the start of a sentence: "Shepherd Tomas Wynd"."""
    first, _, rest = name.partition(" ")
    low = first.lower()
    is_role = (low in _ROLES or low.endswith(_TRADES)) and low not in _MEN | _WOMEN
    return rest if " " in rest and is_role else name


def _is_person(name: str, told: str) -> bool:
    """Whether the talk shows the name to be a person's; a full name need only not be shown to be something else.

    A company, too, says things, and has its chief: what one would be called, or has, is none unless it is called a person.
    """
    if not _may_be_person(name):
        return False
    shown, says, otherwise = False, False, _is_body(name, told)
    last = name.split()[-1]
    for found in re.finditer(rf"(?<![\w-]){re.escape(last)}(?![\w-])", told):
        start = found.start() - (len(name) - len(last)) if told.endswith(name, 0, found.end()) else found.start()
        before = re.findall(r"[\w’'-]+|[^\w\s]|\n", told[max(0, start - 60) : start].lower())[-1:]
        before += [""] * (not before)
        after = re.findall(r"[\w’'-]+|[^\w\s]|\n", told[found.end() : found.end() + 60].lower())[:2]
        after += ["", ""]
        says = says or not stem_set("speech.verbs_of_saying").isdisjoint((stem(before[0]), stem(after[0])))
        shown = shown or bool(
            before[0].rstrip(".") in word_set("names.titles") - {"the"} | word_set("followups.roles")
            or (after[0] == "," and (after[1].isdigit() or after[1] in ("who", "aged")))
            or {*after} & word_set("followups.does")
            or re.search(rf"\bwho (?:is|was) {re.escape(name)}\b", told, re.I)
        )
        otherwise = otherwise or before[0] in ("the", "in", "at", "near", "off", "into", "across", "outside", "around")
    return shown or (says and not _is_body(name, told)) or (" " in name and not otherwise)


def _is_body(name: str, told: str) -> bool:
    """Whether a name is a firm's or the like: "Orrin Textiles", "Delby Shipping", or it has "its chief executive" or is many."""
    last, base = name.split()[-1], stem(name.split()[-1].lower())
    if last.endswith(("s", "ing")) and base != last.lower() and len(last) > 4 and is_word(base):
        return True
    return bool(
        re.search(rf"{re.escape(name)} (?:are|were|have)\b|{re.escape(name)}\b[^\n]{{1,200}}?\bits (?:\w+ ){{0,2}}{_CHIEF}", told)
    )


def _is_name(title: str) -> bool:
    parts = title.split()
    return len(parts) <= 3 and all(part[:1].isupper() or part.lower() in _JOINING for part in parts)


def _title_names(title: str, prose: str) -> Iterator[str]:
    """The names in a headline. In one with Every Word Capitalised only what the talk names too; a title of three words is one."""
    title = re.sub(r"\s*\([^)]*\)", "", title).strip()
    parts = title.split()
    if parts and _is_name(title):
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


def points(subject: str) -> bool:
    """Whether a subject leans on what was said before: "list everything on it", "the latest on that strike"."""
    return not _words(subject).isdisjoint(_PERSON | _GROUP | _THING | _POINTING)


def only_moves(question: str) -> bool:
    """Whether a question only moves the one before it to other days: "What about 2024?"."""
    found = _WHAT_ABOUT.match(question)
    return bool(found and _TIME.fullmatch(found["rest"]))


def without_about(text: str) -> str:
    """A question that was rewritten, without what `_about` put behind it."""
    return _PUT_BEHIND.sub(r"\1", text)


_PUT_BEHIND = re.compile(r" \(about [^()]{1,300}\)(\??)$")
