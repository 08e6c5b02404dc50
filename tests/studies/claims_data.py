# ruff: noqa: E501 - patterns and rows of a study
"""What the second opinion on claims is trained and measured on: `python -m tests.studies.claims_data DATA OUT.npz.xz [--few]`.

Rows of (claim, text, whether the text carries it), in tokens, for tests/studies/claims_model.py, which needs nothing of ours.

Made: sentences of news as they stand, told otherwise (trust, altered), with synonyms, and shortened; the same with one thing altered;
against a passage without the phrase or the sentence; with a clause of another article; headlines over their own article and another.
Written by people: WiCE's claims, the train part with its unsupported words and, without those, as supported; FoolMeTwice's; CLAPNQ's
answers (the even records); reading comprehension and news quizzes, an answer put into its question, right or wrong.
Of each pair of opposites both are made alike, so that no way of making tells. Which of a claim's tokens the text lacks is known for
what we made and for WiCE's train part. Human rows are in four parts by page, for cross-validation.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import hashlib
import io
import json
import lzma
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from qa.evals.answers import as_words
from tests.studies import altered, trust
from tests.studies.reranker import Collection, news
from tests.studies.trust import Source
from vectorstore.language.sentences import sentences
from vectorstore.language.stems import stem
from vectorstore.language.words import is_in_news
from vectorstore.minilm import folder

SEED = 7
FOLDS = 4
CLAIM, ALL = 80, 256  # the most tokens of a claim, and of a row
LACKS, HAS, UNKNOWN = 1, 0, 2  # of a claim's token
ARTICLES, PASSAGES = 5_500, 3  # of news that sentences are taken from; passages of an article
nearest = import_module("qa.check.opinion").nearest  # qa.check is a function to whoever imports it from qa

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    source: str
    claim: str
    text: str
    carried: bool
    weight: float = 1.0
    page: str = ""  # human rows of one page are in one part; "" is made, and always trained on
    lacks: tuple[Span, ...] | None = None  # of the claim; None: it is not known which
    measures: str = ""  # the set that it is a case of; such rows are never trained on


# --- sentences told otherwise


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Words by WordNet's senses, as they are written there."""
    packed = files("vectorstore.language").joinpath("senses.txt.gz").read_bytes()
    found: dict[str, set[str]] = defaultdict(set)
    for line in gzip.decompress(packed).decode("ascii").splitlines():
        if line[:1] not in "#!":
            words = [
                word for word in line.partition(" < ")[0].split() if len(word) > 3 and word.isalpha() and is_in_news(stem(word))
            ]
            for word in words if len(words) < 4 else ():
                found[word] |= {*words} - {word}
    return {word: tuple(sorted(others)) for word, others in found.items() if 0 < len(others) < 4}  # else it has many senses


def resaid(text: str, rng: random.Random) -> str:
    """The text with one or two of its words replaced by synonyms."""
    found = []
    for m in re.finditer(r"(?<![\w“\"’'-])[a-z]{4,}(?![\w’'-])", text):
        word = m.group()
        if word in synonyms():
            found.append((m, rng.choice(synonyms()[word])))
        elif word.endswith("s") and word[:-1] in synonyms():
            found.append((m, rng.choice(synonyms()[word[:-1]]) + "s"))
    for m, new in sorted(rng.sample(found, min(len(found), rng.choice((1, 1, 2)))), key=lambda one: -one[0].start()):
        text = text[: m.start()] + new + text[m.end() :]
    return text


_PHRASES = [
    re.compile(r"^(?P<cut>(?:In|On|At|After|Before|During|Since|For|With|Last|Earlier|Despite|Following|As) [^,“”\"]{3,60}, )(?=\S)"),
    re.compile(r"(?P<cut>,? (?:who|which|whose|where|when|while|after|before|as|with|including|and|but|because|despite|making|leaving)"
               r" [^,“”\"]{8,90})(?=\.$)"),
    re.compile(r"(?P<cut>, [^,“”\"]{5,70},)(?= (?:is|was|are|were|has|had|have|will|would|said|told|[a-z]+ed)\b)"),
    re.compile(r"(?P<cut> (?:in|on|at|during|after|from|for|with|by|since|through|near|against|over|under|without|to)"
               r" [\w $£€%.’'-]{3,45})(?=\.$|, )"),
    re.compile(r"(?P<cut> (?:on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|last (?:week|month|year)|this (?:week|month|year)))(?=[ ,.])"),
    re.compile(r"(?<=[a-z] )(?P<cut>(?:former|new|young|longtime|early|small|large|old|popular|local|senior|alleged|major|second|first"
               r"|national|public|private|federal|recent|unusual|annual|[a-z]+ly) )(?=[a-z])"),
    re.compile(r"(?P<cut> \([^()]{3,60}\))"),
]  # fmt: skip
_TURNS = re.compile(r"\b(?:not|no|never|unless|if|except|without|said|says|told|than|only|denied|allegedly)\b|n[’']t\b", re.I)


def shortened(sentence: str, rng: random.Random) -> tuple[str, Span] | None:
    """The sentence without one phrase, and where that stood: what is left is true where the whole was."""
    found = [m for pattern in _PHRASES for m in pattern.finditer(sentence) if not _TURNS.search(m["cut"])]
    found = [m for m in found if len(sentence.split()) - len(m["cut"].split()) >= 5]
    if not found:
        return None
    m = rng.choice(found)
    rest = sentence[: m.start("cut")] + sentence[m.end("cut") :]
    return rest[:1].upper() + rest[1:], m.span("cut")


def differences(old: str, new: str) -> tuple[Span, ...] | None:
    """What of the new text is not in the old; None where words only went."""
    spans = [m.span() for m in re.finditer(r"\S+", new)]
    found = []
    for kind, _, _, start, end in difflib.SequenceMatcher(a=old.split(), b=new.split(), autojunk=False).get_opcodes():
        if kind in ("replace", "insert"):
            found.append((spans[start][0], spans[end - 1][1]))
    return tuple(found) or None


@cache
def _kinds() -> list[tuple[str, re.Pattern[str], altered.Maker]]:
    return [(kind, re.compile(pattern), make) for kind, (pattern, make) in altered.KINDS.items()]


def made_false(source: Source, rng: random.Random, most: int) -> list[tuple[str, str]]:
    """Up to `most` alterations of a sentence, of different kinds: what was done, and the sentence."""
    found: list[tuple[str, str]] = []
    plain = not re.search(r"[“”\"]", source.sentence)
    fine = [(kind, m) for kind, pattern, make in _kinds() if plain and kind != "told truly"
            for m in [pattern.search(source.sentence)] if m]  # fmt: skip
    tries: list[Any] = [*trust.ALTERATIONS.items(), *(trust.ALTERATIONS.items() if rng.random() < 0.5 else ()), *fine]
    rng.shuffle(tries)
    for kind, how in tries:
        if len(found) == most:
            break
        if kind in {done for done, _ in found} or (kind == "stitched" and rng.random() < 0.6):
            continue
        result = how(source, rng) if callable(how) else altered.KINDS[kind][1](source, how, rng)
        if result and result[1] != source.sentence and not (kind == "stitched" and "passage" in result[0]):
            found.append((kind, result[1]))
    return found


def made_true(source: Source, rng: random.Random) -> str:
    sentence = source.sentence
    for _ in range(3):
        draw = rng.random()
        result: Any = None
        if draw < 0.35:
            result = trust.paraphrase(source, rng)
        elif draw < 0.5:
            result = trust.retold(source, rng)
        elif draw < 0.65 and not re.search(r"[“”\"]", sentence):
            _, pattern, make = _kinds()[-1]
            m = pattern.search(sentence)
            result = make(source, m, rng) if m else None
        elif draw < 0.9:
            short = shortened(sentence, rng)
            result = ("shortened", short[0]) if short else None
        else:
            return sentence
        if result:
            return str(result[1])
    return sentence


# --- rows of news


def of_news(articles: Sequence[Any], rng: random.Random) -> Iterator[Row]:
    pairs = [(one.id, one.text) for one in articles if len(one.text) > 800]
    titles = {one.id: re.sub(r"\s*(?:[|…].*|\.\.\.)$", "", one.title) for one in articles}
    for identity, text in rng.sample(pairs, min(ARTICLES, len(pairs))):
        found = trust._long_passages(identity, text[:12_000])
        other = rng.choice(pairs)[1][:12_000]
        for n in rng.sample(range(len(found)), min(PASSAGES, len(found))):
            passage = found[n].text
            wholes = [passage[slice(*span)] for span in sentences(passage)]
            wholes = [w for w in wholes if 6 <= len(w.split()) <= 45 and "\n" not in w and re.match(r"[“\"'A-Z0-9]", w)]
            wholes = [w for w in wholes if re.search(r"[.!?][”\"']?$", w) and sum(c.isupper() for c in w) < len(w) / 4]
            near = tuple(p.text for p in found[max(0, n - 2) : n] + found[n + 1 : n + 3])
            headed = f"{titles[identity]}\n" if rng.random() < 0.4 else ""
            for sentence in rng.sample(wholes, min(2, len(wholes))):
                yield from _of_sentence(Source(sentence, passage, near, text[:12_000], other), headed, rng)


def _of_sentence(source: Source, headed: str, rng: random.Random) -> Iterator[Row]:
    sentence, text = source.sentence, headed + source.passage
    for kind, false in made_false(source, rng, 2 if rng.random() < 0.7 else 1):
        lacks = differences(sentence, false) if kind != "roles" else None
        if rng.random() < 0.25:
            short = shortened(false, rng)
            if short and sentence.count(short[0][1:]) == 0:
                false, lacks = short[0], None
        if rng.random() < 0.3:
            false, lacks = resaid(false, rng), None
        yield Row(f"altered: {kind}", false, text, False, 1.0, lacks=lacks)
    true = made_true(source, rng)
    if rng.random() < 0.45:
        true = resaid(true, rng)
    yield Row("told", true, text, True, 1.0, lacks=())
    short = shortened(sentence, rng)
    if short and rng.random() < 0.6:
        rest, (start, end) = short
        without = text.replace(sentence, rest)
        said = re.findall(r"[\w’'-]{4,}|\d+", sentence[start:end])
        missing = [word for word in said if word.lower() not in without.lower()]
        if missing and len(missing) >= 0.6 * len(said):
            claim = sentence
            yield Row("phrase gone", resaid(claim, rng) if (changed := rng.random() < 0.4) else claim, without, False, 1.0,
                      lacks=None if changed else ((start, end),))  # fmt: skip
            yield Row("phrase left out", resaid(rest, rng) if rng.random() < 0.5 else rest, text, True, 0.7, lacks=())
    if rng.random() < 0.15:
        without = text.replace(sentence, "").replace("  ", " ") + (" " + source.nearby[0] if source.nearby else "")
        yield Row("sentence gone", sentence if rng.random() < 0.5 else resaid(sentence, rng), without, False, 0.7)
    if rng.random() < 0.15 and sentence.endswith(".") and not re.search(r"[“”\"]", sentence):
        clauses = [m["cut"] for one in (source.other, *source.nearby) for s in sentences(one[:3000])[:20]
                   for pattern in _PHRASES[1:2] for m in pattern.finditer(one[slice(*s)])]  # fmt: skip
        if clauses:
            more = rng.choice(clauses)
            yield Row("clause added", f"{sentence[:-1]}{more}.", text, False, 1.0,
                      lacks=((len(sentence) - 1, len(sentence) - 1 + len(more)),))  # fmt: skip


def of_headlines(articles: Sequence[Any], collection: Collection, rng: random.Random) -> Iterator[Row]:
    for article in rng.sample(list(articles), min(4_000, len(articles))):
        title = article.title.strip()
        if re.search(r"[|…:?]|\.\.\.", title) or not 6 <= len(title.split()) <= 22:
            continue
        text = nearest(title, [article.text[:6_000]], 110)
        mine, theirs = as_words(title).split(), set(as_words(text).split())
        share = sum(word in theirs for word in mine) / max(1, len(mine))
        if share >= 0.6:
            yield Row("headline", title, text, True, 0.6)
            for _, false in made_false(Source(title, text, (), article.text[:6_000], rng.choice(articles).text[:6_000]), rng, 1):
                yield Row("headline altered", false, text, False, 0.8)
        found = collection.find(title, None, 12).scores
        others = [n for n in found if collection.article(n).id != article.id]
        apart = [n for n in others if article.published and (day := collection.article(n).published)
                 and abs((day - article.published).days) > 3]  # fmt: skip
        if apart:
            yield Row("headline elsewhere", title, collection.passages[apart[0]].text, False, 0.6)


# --- rows that people wrote


def wice(data: Path, rng: random.Random) -> Iterator[Row]:
    rows = [json.loads(line) for line in (data / "wice_claims_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    chunks = [json.loads(line) for line in (data / "wice_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        page, claim, carried = row["meta"]["id"].split("-")[0], row["claim"], row["label"] == "supported"
        everything = [" ".join(row["evidence"])]
        read = nearest(claim, everything)
        yield Row("wice", claim, read, carried, page=page, measures="wice")
        yield Row("wice", claim, read, carried, page=page, weight=1.5, lacks=() if carried else None)
        weight = 0.7 if row["label"] == "not_supported" else 1.0
        told_by = sorted({tuple(told) for told in row["supporting_sentences"] if told})
        for told in rng.sample(told_by, min(3, len(told_by))):
            if told:
                near = sorted({k for n in told for k in (n - 1, n, n + 1) if 0 <= k < len(row["evidence"])})
                for some in (told, near):
                    text = "\n".join(row["evidence"][n] for n in some)
                    yield Row("wice near", claim, nearest(claim, [text]), carried, weight * 0.6, page, () if carried else None)
        if carried:
            gone = {n for told in row["supporting_sentences"] for n in told}
            rest = [" ".join(one for n, one in enumerate(row["evidence"]) if n not in gone)]
            yield Row("wice gone", claim, nearest(claim, rest), False, 0.7, page)
            source = Source(
                claim,
                read,
                (),
                claim + " " + read,
                rng.choice(rows)["claim"] + " " + " ".join(rng.choice(rows)["evidence"])[:6_000],
            )
            for _ in range(2):
                for kind, false in made_false(source, rng, 2):
                    yield Row(
                        "wice altered", false, read, False, 0.6, page, differences(claim, false) if kind != "roles" else None
                    )
            if short := shortened(claim, rng):
                yield Row("wice short", short[0], read, True, 0.8, page, ())
    for row in chunks:
        carried = row["label"] == "supported"
        yield Row("wice chunk", row["claim"], nearest(row["claim"], ["\n".join(row["evidence"])]), carried, 0.5,
                  row["meta"]["id"].split("-")[0], () if carried else None)  # fmt: skip
    for line in (data / "wice_unsupported_words_train.jsonl").read_text(encoding="utf-8").splitlines():
        yield from _unsupported(json.loads(line))


def _unsupported(row: dict[str, Any]) -> Iterator[Row]:
    """A claim of WiCE with words marked that its page lacks; and without those words, which its page carries."""
    claim, spans, at = row["claim"], [], 0
    for token, lacks in zip(row["claim_tokens"], row["non_supported_spans"], strict=True):
        start = claim.find(token, at)
        if start < 0:
            return
        at = start + len(token)
        if lacks:
            spans.append((start, at))
    text = nearest(claim, [" ".join(row["evidence"])])
    page = row["meta"]["id"].split("-")[0]
    yield Row("wice words", claim, text, False, 1.0, page, tuple(spans))
    told = sorted({n for part in row["supporting_sentences"] for n in part})
    rest = claim
    for start, end in reversed(spans):
        rest = rest[:start] + rest[end:]
    rest = re.sub(r"\s+([,.])", r"\1", re.sub(r"[\s,]*,[\s,]*(?=[,.])", "", " ".join(rest.split())))
    kept = len(rest.split()) / len(claim.split())
    if kept >= 0.5 and len(rest.split()) >= 4:
        yield Row("wice without words", rest[:1].upper() + rest[1:], text, True, 1.0, page, ())
    if told:
        near = "\n".join(row["evidence"][n] for n in told)
        yield Row("wice words", claim, nearest(claim, [near]), False, 0.5, page, tuple(spans))
        if kept >= 0.5 and len(rest.split()) >= 4:
            yield Row("wice without words", rest[:1].upper() + rest[1:], nearest(claim, [near]), True, 0.7, page, ())


def fool_me_twice(data: Path, rng: random.Random) -> Iterator[Row]:
    rows = [json.loads(line) for line in (data / "foolmetwice_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        page, claim, carried = row["wikipedia_page"], row["text"], row["label"] == "SUPPORTS"
        gold = " ".join(one["text"] for one in row["gold_evidence"])
        yield Row("fm2", claim, gold, carried, page=page, measures="fm2")
        yield Row("fm2", claim, f"{page}\n{gold}", carried, page=page, measures="fm2 titled")
        yield Row("fm2", claim, gold, carried, 1.0, page, () if carried else None)
        yield Row("fm2", claim, f"{page}\n{gold}", carried, 0.6, page, () if carried else None)
        more = [one["text"] for one in row["retrieved_evidence"]]
        yield Row("fm2 more", claim, nearest(claim, [f"{page}\n" + " ".join([gold, *(one for one in more if one not in gold)])]),
                  carried, 0.6, page)  # fmt: skip
        rest = [one for one in more if one not in gold]
        if rest and rng.random() < 0.4:
            yield Row("fm2 gone", claim, nearest(claim, [f"{page}\n" + " ".join(rest)], 80), False, 0.4, page)
        if carried and rng.random() < 0.5:
            source = Source(claim, gold, (), claim + " " + gold, rng.choice(rows)["text"] + " " + " ".join(more))
            for kind, false in made_false(source, rng, 1):
                yield Row("fm2 altered", false, gold, False, 0.6, page, differences(claim, false) if kind != "roles" else None)


def clapnq(data: Path, rng: random.Random) -> Iterator[Row]:
    for half in (0, 1):
        records = trust.load_human(data / "clapnq_answerable.jsonl", half)
        if half:
            for case in trust.human_cases(records, SEED):
                yield Row(
                    case.row, case.sentence, nearest(case.sentence, case.passages), case.true, measures=f"clapnq {case.row}"
                )
            continue
        everything = [str(record["passages"][0]["text"]) for record in records]  # type: ignore[index]
        for sentence, passage in trust._human_sentences(records):
            page = passage[:60]
            yield Row("clapnq", sentence, nearest(sentence, [passage]), True, 1.0, page, ())
            keys = set(as_words(sentence).split())
            others = sorted((p for p in everything if p != passage), key=lambda p: -len(keys & set(as_words(p).split())))
            yield Row("clapnq elsewhere", sentence, nearest(sentence, [others[rng.randrange(2)]]), False, 0.5, page)
            source = Source(sentence, passage, (), sentence + " " + passage, rng.choice(everything))
            for kind, false in made_false(source, rng, 2):
                lacks = differences(sentence, false) if kind != "roles" else None
                yield Row("clapnq altered", false, nearest(sentence, [passage]), False, 0.8, page, lacks)
        for case in trust.human_cases(records, SEED):
            yield Row(case.row, case.sentence, nearest(case.sentence, case.passages), case.true, page=case.passages[0][:60],
                      measures=f"clapnq even {case.row}")  # fmt: skip


_ASKED = re.compile(
    r"(?P<before>.*?)\b(?P<wh>[Ww]ho|[Ww]hat|[Ww]hich|[Ww]here|[Ww]hen|[Hh]ow many|[Hh]ow much)\b(?P<after>.*?)\??$"
)
_DO = re.compile(r" (?P<do>did|does|do|is|was|are|were|has|had|have|can|could|will|would) (?P<rest>.+)")


def statement(question: str, answer: str) -> str:
    """An answer put into its question: "Who sank the boat?", "Kern" is "Kern sank the boat."; or simply beside it."""
    m = _ASKED.fullmatch(question.strip())
    if not m or len(m["before"].split()) > 12:
        return f"{question.strip()} {answer}."
    before, wh, after = m["before"].strip(), m["wh"].lower(), m["after"]
    turned = _DO.match(after)
    if wh in ("when", "where") and turned:
        told = f"{before} {turned['rest']} {turned['do']} {answer}" if turned["do"] in ("is", "was", "are", "were") \
            and len(turned["rest"].split()) < 4 else f"{before} {turned['rest']}, {answer}"  # fmt: skip
    elif wh == "what" and turned and turned["do"] in ("is", "was", "are", "were"):
        told = f"{before} {turned['rest']} {turned['do']} {answer}"
    elif wh == "what" and turned:
        told = f"{before} {turned['rest']} {answer}"
    elif wh == "which" and len(after.split()) > 2:
        noun = after.split()[0]
        told = f"{before} {answer} {noun if noun.lower() not in answer.lower() else ''} {' '.join(after.split()[1:])}"
    else:
        told = f"{before} {answer}{after}"
    told = " ".join(told.split())
    return f"{told[:1].upper()}{told[1:].rstrip('.')}."


def reading(data: Path, rng: random.Random) -> Iterator[Row]:
    for file in sorted(data.glob("*.json")):
        for page in json.loads(file.read_text(encoding="utf-8"))["data"]:
            for paragraph in page["paragraphs"]:
                context = paragraph["context"]
                pairs = [(qa["question"], qa["answers"][0]["text"], qa["answers"][0]["answer_start"]) for qa in paragraph["qas"]]
                for question, answer, at in pairs:
                    claim = statement(question, answer)
                    yield Row("reading", claim, nearest(claim, [context]), True, 0.8, page["title"], ())
                    spans = sentences(context)
                    without = " ".join(context[s:e] for s, e in spans if not s <= at < e)
                    if without and answer.lower() not in without.lower():
                        yield Row("reading gone", claim, nearest(claim, [without]), False, 0.6, page["title"])
                    wrong = [other for _, other, _ in pairs if other != answer and bool(re.search(r"\d", other)) == bool(re.search(r"\d", answer))
                             and other.lower() not in question.lower()]  # fmt: skip
                    for other in rng.sample(wrong, min(2, len(wrong))):
                        false = statement(question, other)
                        start = false.find(other)
                        lacks = ((start, start + len(other)),) if start >= 0 else None
                        yield Row("reading wrong", false, nearest(false, [context]), False, 0.5, page["title"], lacks)


def quiz(collection: Collection, file: Path, rng: random.Random) -> Iterator[Row]:
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        question, day = row["question"], date.fromisoformat(row["asked"])
        answers = [text for text in map(as_words, row["answers"]) if text]
        wrong = [one for one in row.get("choices") or () if as_words(one) not in answers]
        if not answers or min(map(len, answers)) < 3 or not wrong:
            continue
        found = list(collection.find(f"{question} {row['answers'][0]}", day, 12).scores)
        held = [
            n
            for n in found[:3]
            if collection.holds(n, answers) and (d := collection.article(n).published) and -24 <= (d - day).days <= 7
        ]
        for n in held[:1]:
            article, text = collection.article(n), collection.passages[n].text
            shown = f"{article.title}\n{text}"
            right = statement(question, row["answers"][0])
            yield Row("quiz", right, shown, True, 0.5)
            for other in rng.sample(wrong, min(2, len(wrong))):
                false = statement(question, other)
                start = false.find(other)
                yield Row("quiz wrong", false, shown, False, 0.4, lacks=((start, start + len(other)),) if start >= 0 else None)
            apart = [k for k in found if not collection.holds(k, answers)]
            if apart:
                yield Row("quiz elsewhere", right, collection.passages[apart[0]].text, False, 0.4)


def measured(articles: Sequence[tuple[str, str]], each: int) -> Iterator[Row]:
    """Cases of tests/studies/trust.py and altered.py over articles that nothing is trained on."""
    cases = [*trust.news_cases(articles, each, SEED), *altered.cases(articles, each, SEED)]
    for case in cases:
        text = nearest(case.sentence, case.passages)
        yield Row(case.row, case.sentence, text, case.true, measures=f"trust {case.row}")


# --- tokens


def part(page: str) -> int:
    return int(hashlib.sha1(page.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS if page else -1


def packed(rows: Sequence[Row]) -> dict[str, Any]:
    tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    opening, closing = (int(tokenizer.token_to_id(mark) or 0) for mark in ("[CLS]", "[SEP]"))
    claims = tokenizer.encode_batch([row.claim for row in rows], add_special_tokens=False)
    texts = tokenizer.encode_batch([row.text for row in rows], add_special_tokens=False)
    ids: list[int] = []
    marks: list[int] = []
    ends, asked = [], []
    for row, claim, text in zip(rows, claims, texts, strict=True):
        mine = claim.ids[:CLAIM]
        tokens = [opening, *mine, closing, *text.ids[: ALL - len(mine) - 3], closing]
        ids += tokens
        lacks = row.lacks
        marks += [
            UNKNOWN if lacks is None else LACKS if any(a < end and start < b for start, end in lacks) else HAS
            for a, b in claim.offsets[:CLAIM]
        ]
        ends.append(len(ids))
        asked.append(len(mine) + 2)
    sources = sorted({row.source for row in rows})
    measures = sorted({row.measures for row in rows})
    return {
        "ids": np.array(ids, np.uint16),
        "marks": np.array(marks, np.uint8),
        "ends": np.array(ends, np.int64),
        "asked": np.array(asked, np.uint8),
        "carried": np.array([row.carried for row in rows], np.uint8),
        "weight": np.array([row.weight for row in rows], np.float16),
        "part": np.array([part(row.page) for row in rows], np.int8),
        "source": np.array([sources.index(row.source) for row in rows], np.uint8),
        "measures": np.array([measures.index(row.measures) for row in rows], np.uint8),
        "sources": np.array(sources),
        "sets": np.array(measures),
    }


def gathered(data: Path, few: bool) -> list[Row]:
    rng = random.Random(SEED)
    articles = news(data / "news_training" / "articles.jsonl.gz")[:: 40 if few else 1]
    collection = Collection(articles[:: 1 if few else 2])
    rows = [
        *of_news(articles, rng),
        *of_headlines(articles, collection, rng),
        *wice(data / "claims", rng),
        *fool_me_twice(data / "claims", rng),
        *clapnq(data / "abstain", rng),
        *reading(data / "reading", rng),
        *quiz(collection, data / "news_training" / "questions.jsonl", rng),
        *measured(trust.load_articles(data / "news" / "articles.jsonl.gz"), 10 if few else 120),
    ]
    return [replace(row, text=row.text[:3_000]) for row in rows]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.studies.claims_data", description="Prepares claims to train on.")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--few", action="store_true", help="a fortieth of the news, to see that it runs")
    given = parser.parse_args(arguments)
    rows = gathered(given.data, given.few)
    for (source, carried), number in sorted(Counter((r.source, r.carried) for r in rows if not r.measures).items()):
        print(source, carried, number)
    for (name, carried), number in sorted(Counter((r.measures, r.carried) for r in rows if r.measures).items()):
        print("measures", name, carried, number)
    plain = io.BytesIO()
    np.savez(plain, **packed(rows))
    given.out.write_bytes(lzma.compress(plain.getvalue(), preset=6))
    print(len(rows), "rows", given.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
