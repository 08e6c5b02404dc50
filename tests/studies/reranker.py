"""Trains vectorstore/reranker.safetensors, a cross-encoder, from the packaged MiniLM (its model card is vectorstore/reranker.md).

    python -m tests.studies.reranker DATA OUT.safetensors    three hours of two processors; DATA is a folder like the shared data

The recipe: groups of eight passages for one question, of which some hold the answer (distant supervision: its words, in an
article of those days), some are of the same story, the others are the search's best that do neither (BM25, with what search
adds for days, outlets and openings); two of these hold a wrong choice of the quiz where there is one. Questions come from
DATA/news_training (the first 85 % by date; the rest validates), from its headlines with a name taken out, to be found in another
report of the story or else in the article itself (without its headline), from DATA/reading, DATA/abstain and the conversations of
DATA/followups (the question as people rewrote it, and the answer that it got).

The loss is the negative logarithm of what the softmax over all sentences of a group gives to those that hold the answer
(marginal likelihood with shared normalisation: Clark & Gardner 2018), and .7 of the same for the sentences of the story. In one
of three runs what the search gave a passage is added first, so that what is learnt is what the search does not know (as in Gao
et al. 2021, CLEAR). The weights of all three are averaged.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from transformers import BertModel

from qa.evals.answers import as_words
from tests.studies.followups import NO_ANSWER
from vectorstore.archive import Found
from vectorstore.language.sentences import sentences
from vectorstore.lexical import LexicalIndex
from vectorstore.minilm import MiniLM, folder
from vectorstore.passages import passages
from vectorstore.reranker import FORMAT, LAYERS, Row, aged, base_of, pooling, tokenised, window
from vectorstore.scope import scope
from vectorstore.search import fused, weighed
from vectorstore.types import Article, Filters, Summary

# Runs whose weights are averaged: a seed, the log odds that the search's best score is worth over none in the loss, and whether
# ages are read.
RUNS = ((7, 0.0, False), (7, 10.0, True), (8, 0.0, True))
SIZE = 8  # passages of a group
WORDS = (36, 48, 48, 64)  # one is drawn for each group: what is read of a passage
STORIES, HEADLINES = 1_000, 500  # groups at most
DRAWS = 4  # groups of one quiz question
BATCH = 4  # groups
RATE, HEAD_RATE, WARM, DECAY = 8e-5, 1e-3, 60, 0.01
STORY = 0.7
VALIDATION = 0.85  # of the questions, by date, come before it
NEVER = -1e4
_FOUND = 200  # passages of which those that days and places bring forward are picked

ANSWER, SAME_STORY, OTHER = 2, 1, 0


@dataclass(frozen=True, slots=True)
class Read:
    """What is read of one passage: its headline, some sentences, and what each of them is; and what the search gave it."""

    headline: str
    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Group:
    kind: str  # quiz, story, headline, reading, conversation
    question: str
    read: tuple[Read, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A question to validate on: the search's first passages, and whether each holds the answer."""

    question: str
    read: tuple[Read, ...]
    holds: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for a question, best first, and the day up to which newer articles come earlier."""

    question: str
    scores: dict[int, float]
    newest: date | None


class Collection:
    """Articles with their passages, indexed by words."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.ages = True  # whether they are read
        self.articles = {article.id: article for article in articles}
        self.passages = [passage for article in articles for passage in passages(article)]
        self.of: dict[str, list[int]] = {}
        for number, passage in enumerate(self.passages):
            self.of.setdefault(passage.article_id, []).append(number)
        self._plain: dict[int, str] = {}
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "words"
        LexicalIndex.write(path, ((n, self.article(n).title, p.text, 0, "") for n, p in enumerate(self.passages)))
        self.words = LexicalIndex.open(path)
        days = [article.published for article in articles if article.published]
        outlets = Counter(article.source for article in articles).most_common()
        self._summary = Summary("", len(articles), len(self.passages), min(days, default=None), max(days, default=None),
                                tuple(outlets), len(articles) - len(days))  # fmt: skip

    def find(self, question: str, today: date | None, n: int) -> Search:
        """What search would find first, but by words alone."""
        found = self.words.search(question, _FOUND)
        if today is None or not found:
            return Search(question, dict(fused(found, [])[:n]), None)
        within = scope(question, Filters(), today, self._summary)
        stored = {n: Found(n, "", self.article(n), self.passages[n]) for n, _ in found}
        return Search(question, dict(weighed(fused(found, []), stored, within.prefer, within.newest)[:n]), within.newest)

    def article(self, number: int) -> Article:
        return self.articles[self.passages[number].article_id]

    def holds(self, number: int, answers: Sequence[str]) -> bool:
        if number not in self._plain:
            self._plain[number] = as_words(self.passages[number].text)
        return any(answer in self._plain[number] for answer in answers)

    def read(
        self, search: Search, number: int, words: int, kind: int, answers: Sequence[str] = (), headline: bool = True
    ) -> Read:
        """The passage as the reranker will be given it; one that is there for its answer is read where the answer stands."""
        passage, article = self.passages[number], self.article(number)
        texts = [passage.text[start:end] for start, end in sentences(passage.text)]
        holds = [any(answer in as_words(text) for answer in answers) for text in texts]
        terms, stems = self.words.terms(search.question), [self.words.stems(text) for text in texts]
        sizes = [len(text.split()) for text in texts]
        chosen = window(terms, stems, sizes, words)
        if kind == ANSWER and any(holds) and not any(holds[chosen]):
            place = holds.index(True)
            after = window(terms, stems[place:], sizes[place:], words)
            chosen = slice(place, place + max(1, after.stop if after.start == 0 else 1))
        labels = [ANSWER if kind == ANSWER and (held or not answers) else min(kind, SAME_STORY) for held in holds]
        title = aged(article.title if headline else "", article.published, search.newest if self.ages else None)
        score = search.scores.get(number, min(search.scores.values(), default=0.0))
        return Read(title, tuple(texts[chosen]), tuple(labels[chosen]), score)


def news(file: Path) -> list[Article]:
    """The articles of a collection like news_training/, but for listings of many pages."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [
            Article(row["id"], row["text"], row.get("title") or "", row.get("source") or "", published=_day(row.get("published")))
            for row in map(json.loads, lines)
            if row["text"] and len(row["text"]) <= 40_000
        ]


def quiz(collection: Collection, file: Path, rng: random.Random) -> tuple[list[Group], list[Trial]]:
    """DRAWS groups for each quiz question whose answer is told in those days, and the later questions to validate on."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    later = sorted(row["asked"] for row in rows)[int(len(rows) * VALIDATION)]
    groups, trials = [], []
    for row in rows:
        question, asked = row["question"], date.fromisoformat(row["asked"])
        answers = [text for text in map(as_words, row["answers"]) if text]
        search = collection.find(question, asked, 60)
        scores = search.scores
        telling = [number for number in scores if collection.holds(number, answers)]
        if row["asked"] >= later:
            if any(number in telling for number in list(scores)[:30]):
                trials.append(trial(collection, search, answers))
            continue
        of_those_days = [n for n in telling if _near(collection.article(n), asked) or n in _linked(collection, row)]
        best = max((scores[n] for n in of_those_days), default=0.0)
        ranks = {number: rank for rank, number in enumerate(scores)}
        right = [n for n in of_those_days if scores[n] >= 0.7 * best and ranks[n] < 40][:3]
        if not right:
            continue
        stories = {collection.article(n).id for n in right}
        same = [n for n in scores if collection.article(n).id in stories and n not in telling]
        others = [n for n in list(scores)[:40] if collection.article(n).id not in stories and n not in telling]
        wrong = [text for text in map(as_words, row.get("choices") or ()) if text and text not in answers]
        tempting = [n for n in others if collection.holds(n, wrong)]
        for _ in range(DRAWS):
            chosen = rng.sample(right, min(2, len(right))), same[:2]
            group = grouped(collection, "quiz", search, answers, *chosen, others, tempting, rng)
            if group:
                groups.append(group)
    return groups, trials


def headlines(collection: Collection, rng: random.Random) -> list[Group]:
    """Headlines with a name or a number taken out, to be found in other articles on the story, or in the article's own text.

    The own headline is never shown, and a report under nearly the same one is no answer: there is nothing to learn from copies.
    """
    names = re.compile(r"[A-Z][\w'’.-]+(?: (?:of |the |de |al-)?[A-Z][\w'’.-]+)*|\$?\d[\d,.]*(?:%| million| billion)?")
    articles = list(collection.articles.values())
    rng.shuffle(articles)
    most = {"story": STORIES, "headline": HEADLINES}
    groups: dict[str, list[Group]] = {kind: [] for kind in most}
    for article in articles:
        title = re.sub(r"\s*[|…].*$|\.\.\.$", "", article.title).strip()
        own = collection.of.get(article.id, [])
        if len(own) < 2 or len(title.split()) < 6 or sum(w[0].islower() for w in title.split()) < 2:
            continue
        body = as_words(article.text)
        told = [m for m in names.finditer(title) if len(m.group()) > 2 and as_words(m.group()) in body]
        if not told:
            continue
        taken = rng.choice(told)
        asks = "how many" if taken.group()[0] in "$0123456789" else rng.choice(["who", "which", "what", "what", "who"])
        rest = f"{title[: taken.start()]} {asks} {title[taken.end() :]}"
        if rng.random() < 0.5:
            rest = f"{asks.capitalize()} {title[: taken.start()]} {title[taken.end() :]}"
        question = re.sub(r"[:;]", "", " ".join(rest.split())).rstrip(".?!") + "?"
        answers = [as_words(taken.group())]
        # Asked some days after, as quizzes are: not only what is of today answers.
        today = article.published + timedelta(rng.randrange(10)) if article.published else None
        search = collection.find(question, today, 50)
        scores = search.scores
        best = max((scores[n] for n in scores if n in own), default=max(scores.values(), default=0.0))
        # The same story told elsewhere is no wrong one: near in time and near in words.
        near = [n for n in scores if n not in own and _near(collection.article(n), article.published, 6, 6)]
        elsewhere = [n for n in near if scores[n] > 0.7 * best and collection.holds(n, answers)]
        elsewhere = [n for n in elsewhere if _shared(title, collection.article(n).title) < 0.6]
        stories = {collection.article(n).id for n in elsewhere}
        others = [
            n
            for n in scores
            if n not in own
            and collection.article(n).id not in stories
            and not collection.holds(n, answers)
            and not (scores[n] > 0.6 * best and n in near)
        ]
        kind = "story" if elsewhere else "headline"
        if len(groups[kind]) == most[kind] or len(others) < 6:
            continue
        if kind == "story":
            right = elsewhere
            same = [n for n in scores if collection.article(n).id in stories and not collection.holds(n, answers)]
        else:
            right = [n for n in [*scores, *own] if n in own and collection.holds(n, answers)]
            same = [n for n in own if not collection.holds(n, answers)]
            rng.shuffle(same)
        right = rng.sample(right[:3], min(2, len(right[:3])))
        group = grouped(collection, kind, search, answers, right, same[:2], others, [], rng) if right else None
        groups[kind].extend([group] if group else [])
    return [*groups["story"], *groups["headline"]]


def conversations(file: Path, rng: random.Random) -> list[Group]:
    """Questions of a CANARD file as people rewrote them; the passages are the conversations' answers."""
    records = json.loads(file.read_text(encoding="utf-8"))
    rewritten = {(record["QuAC_dialog_id"], record["Question_no"]): record["Rewrite"] for record in records}
    told: dict[str, dict[int, str]] = {}
    headings = {}
    for record in records:
        page, section, *said = record["History"]
        headings[record["QuAC_dialog_id"]] = f"{page}: {section}"
        told.setdefault(record["QuAC_dialog_id"], {}).update(enumerate(said[1::2], 1))
    told = {id_: {n: text for n, text in answers.items() if text != NO_ANSWER} for id_, answers in told.items()}
    collection = Collection([Article(id_, "\n".join(told[id_].values()), headings[id_]) for id_ in told])
    groups = []
    for id_, answers in told.items():
        for number, answer in answers.items():
            question = rewritten.get((id_, number), "")
            parts = [text for start, end in sentences(answer) if len((text := as_words(answer[start:end])).split()) > 2]
            own = collection.of.get(id_, [])
            right = [n for n in own if collection.holds(n, parts)][:2]
            search = collection.find(question, None, 30)
            others = [n for n in search.scores if n not in own]
            if question and parts and right:
                same = [n for n in own if n not in right]
                rng.shuffle(same)
                group = grouped(collection, "conversation", search, parts, right, same[:2], others, [], rng)
                groups.extend([group] if group else [])
    return groups


def reading(data: Path, rng: random.Random) -> list[Group]:
    """Questions on paragraphs: of reading comprehension, and of abstain/ where the passage answers."""
    articles: list[Article] = []
    asked: list[tuple[str, list[str], str]] = []
    for file in sorted((data / "reading").glob("*.json")):
        for page in json.loads(file.read_text(encoding="utf-8"))["data"]:
            for paragraph in page["paragraphs"]:
                articles.append(Article(str(len(articles)), paragraph["context"], page["title"].replace("_", " ")))
                for qa in paragraph["qas"]:
                    asked.append((qa["question"], [as_words(answer["text"]) for answer in qa["answers"]], articles[-1].id))
    for name in ("clapnq_answerable", "clapnq_unanswerable"):
        for row in map(json.loads, (data / "abstain" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()):
            passage = row["passages"][0]
            articles.append(Article(str(len(articles)), passage["text"], passage.get("title", "")))
            if name == "clapnq_answerable":
                asked.append((row["input"], [], articles[-1].id))
    collection = Collection(articles)
    groups = []
    for question, answers, id_ in asked:
        own = collection.of.get(id_, [])
        right = [n for n in own if not answers or collection.holds(n, answers)][:2]
        same = [n for n in own if n not in right][:1]
        search = collection.find(question, None, 30)
        others = [n for n in search.scores if n not in own and not (answers and collection.holds(n, answers))][:12]
        group = grouped(collection, "reading", search, answers, right, same, others, [], rng)
        groups.extend([group] if group else [])
    return groups


def grouped(
    collection: Collection,
    kind: str,
    search: Search,
    answers: Sequence[str],
    right: Sequence[int],
    same: Sequence[int],
    others: Sequence[int],
    tempting: Sequence[int],
    rng: random.Random,
) -> Group | None:
    """A group of SIZE, mostly of the search's first; None where too little is there to learn from."""
    words = rng.choice(WORDS)
    wrong = rng.sample(list(tempting), min(2, len(tempting)))
    left = SIZE - len(right) - len(same)
    near, far = ([n for n in part if n not in wrong] for part in (others[:14], others[14:]))
    wrong += rng.sample(near, min(len(near), max(0, left - len(wrong) - 1)))
    wrong += rng.sample(far, min(len(far), left - len(wrong)))
    shown = kind in ("quiz", "story") or (kind != "headline" and rng.random() < 0.5)
    read = [
        collection.read(search, number, words, label, answers, shown)
        for numbers, label in ((right, ANSWER), (same, SAME_STORY), (wrong, OTHER))
        for number in numbers
    ]
    enough = any(ANSWER in one.labels for one in read) and len(wrong) >= 3
    return Group(kind, search.question, tuple(read)) if enough else None


def trial(collection: Collection, search: Search, answers: Sequence[str]) -> Trial:
    found = list(search.scores)[:24]
    read = tuple(collection.read(search, number, 48, OTHER) for number in found)
    return Trial(search.question, read, tuple(collection.holds(n, answers) for n in found))


class CrossEncoder(nn.Module):
    """The first layers, and a score for every sentence: from the mean of its states and from the first state."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.body = BertModel.from_pretrained(str(path), num_hidden_layers=LAYERS, add_pooling_layer=False)
        self.body.embeddings.requires_grad_(False)
        for module in self.body.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # one pass over few examples: nothing is seen often enough to be learnt by heart
        width = self.body.config.hidden_size
        self.sentence, self.whole = nn.Linear(width, 1, bias=False), nn.Linear(width, 1, bias=False)
        for head in (self.sentence, self.whole):
            nn.init.normal_(head.weight, std=0.02)

    def forward(self, rows: Sequence[Row]) -> torch.Tensor:
        """(rows, sentences); where a row has no such sentence, NEVER."""
        longest = max(len(tokens) for tokens, *_ in rows)
        ids, kinds, mask = (np.zeros((len(rows), longest), np.int64) for _ in range(3))
        for n, (tokens, asked, _) in enumerate(rows):
            ids[n, : len(tokens)], kinds[n, asked : len(tokens)], mask[n, : len(tokens)] = tokens, 1, 1
        shares = torch.from_numpy(pooling(rows))
        states = self.body(
            torch.from_numpy(ids), attention_mask=torch.from_numpy(mask), token_type_ids=torch.from_numpy(kinds)
        ).last_hidden_state
        scores = self.sentence(shares @ states)[..., 0] + self.whole(states[:, :1])[..., 0]
        masked: torch.Tensor = scores.masked_fill(~shares.bool().any(-1), NEVER)
        return masked


def scored(model: CrossEncoder, rows: Sequence[Row]) -> torch.Tensor:
    """The scores of many rows, by length in two halves: half of the padding is saved."""
    order = sorted(range(len(rows)), key=lambda n: len(rows[n][0]))
    halves = [model([rows[n] for n in half]) for half in (order[: len(order) // 2], order[len(order) // 2 :]) if half]
    most = max(half.shape[1] for half in halves)
    padded = [nn.functional.pad(half, (0, most - half.shape[1]), value=NEVER) for half in halves]
    return torch.cat(padded)[torch.argsort(torch.tensor(order))]


def loss_of(scores: torch.Tensor, read: Sequence[Read], prior: float) -> torch.Tensor:
    of = torch.full(scores.shape, -1)
    for n, one in enumerate(read):
        of[n, : len(one.labels)] = torch.tensor(one.labels[: scores.shape[1]])
    scores = scores + prior * torch.tensor([[one.score] for one in read])
    there = (of >= 0) & (scores > NEVER / 2)
    everything, answers, story = (scores[there & (of >= least)].logsumexp(0) for least in (OTHER, ANSWER, SAME_STORY))
    return (everything - answers) + STORY * (everything - story)


def train(groups: Sequence[Group], seed: int, prior: float, path: Path, checkpoint: Path) -> CrossEncoder:
    """One pass over the groups in their order, the rate falling to nothing; goes on from the checkpoint, if there is one."""
    torch.manual_seed(seed)
    tokens, model = MiniLM(path), CrossEncoder(path).train()
    heads = [*model.sentence.parameters(), *model.whole.parameters()]
    trained = [parameter for parameter in model.body.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW([{"params": trained, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}], weight_decay=DECAY)
    steps = len(groups) // BATCH
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1, (n + 1) / WARM) * max(0.02, 1 - n / steps))
    parts: dict[str, Any] = {"model": model, "optimizer": optimizer, "schedule": schedule}
    done = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        done = saved["done"]
        for name, part in parts.items():
            part.load_state_dict(saved[name])
    seen: dict[str, list[float]] = {}
    for step in range(done, steps):
        batch = groups[step * BATCH : (step + 1) * BATCH]
        rows, ends = [], [0]
        for group in batch:
            rows += tokenised(tokens, group.question, [(one.headline, one.sentences) for one in group.read])
            ends.append(len(rows))
        scores = scored(model, rows)
        losses = [loss_of(scores[start:end], group.read, prior) for group, start, end in zip(batch, ends, ends[1:], strict=False)]
        torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        for group, loss in zip(batch, losses, strict=True):
            seen.setdefault(group.kind, []).append(float(loss.detach()))
        if step % 50 == 49:
            torch.save({"done": step + 1, **{name: part.state_dict() for name, part in parts.items()}}, checkpoint)
            print(step + 1, steps, {kind: round(float(np.mean(found[-120:])), 3) for kind, found in seen.items()}, flush=True)
    return model.eval()


@torch.inference_mode()
def validate(model: CrossEncoder, trials: Sequence[Trial], path: Path) -> Iterator[str]:
    """Lines of ans@1, @5, @10 over the first 20: as they were found, then by log odds plus what the found score is worth."""
    tokens, ranked = MiniLM(path), []
    for one in trials:
        rows = tokenised(tokens, one.question, [(read.headline, read.sentences) for read in one.read[:20]])
        ranked.append(scored(model, rows).logsumexp(1).numpy())
    for prior in (None, 0.0, 5.0, 10.0, 15.0, 20.0):
        reached = np.zeros(3)
        for one, odds in zip(trials, ranked, strict=True):
            score = np.array([read.score for read in one.read[:20]])
            order = np.argsort(-(score if prior is None else odds + prior * score), kind="stable")
            holds = np.array(one.holds[:20])[order]
            reached += [holds[:k].any() for k in (1, 5, 10)]
        yield f"{'as found' if prior is None else prior}: " + " ".join(f"{value:.3f}" for value in reached / len(trials))


def pack(model: CrossEncoder, path: Path, out: Path) -> None:
    """Writes the differences to the packaged weights: matrices as one byte a weight with a scale for each row."""
    base = MiniLM(path)
    shipped: dict[str, Any] = {
        "sentence.weight": model.sentence.weight.detach().numpy(),
        "whole.weight": model.whole.weight.detach().numpy(),
    }
    for name, tensor in model.body.state_dict().items():
        if not name.startswith("encoder."):
            continue
        change = tensor.numpy() - base.weights[name]
        if change.ndim == 1:
            shipped[name] = change
            continue
        scale = np.abs(change).max(1) / 127 + 1e-12
        shipped[name] = np.round(change / scale[:, None]).astype(np.int8)
        shipped[f"{name}.scale"] = scale.astype(np.float32)
    save_file(shipped, out, {"format": FORMAT, "base": base_of(base)})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _near(article: Article, day: date | None, before: int = 24, after: int = 7) -> bool:
    return bool(day and article.published and -before <= (article.published - day).days <= after)


def _shared(one: str, other: str) -> float:
    """The share of the shorter text's words that the other has too."""
    mine, theirs = set(as_words(one).split()), set(as_words(other).split())
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _linked(collection: Collection, row: dict[str, Any]) -> set[int]:
    return {number for id_ in row["gold_articles"] for number in collection.of.get(id_, ())}


def gathered(collection: Collection, data: Path, rng: random.Random) -> tuple[list[Group], list[Trial]]:
    """All groups in the order in which they are learnt from, and what to validate on."""
    asked, trials = quiz(collection, data / "news_training" / "questions.jsonl", rng)
    told = headlines(collection, rng)
    paragraphs = [*reading(data, rng), *conversations(data / "followups" / "canard_dev_half.json", rng)]
    groups, last = [*asked[::2], *told, *paragraphs], asked[1::2]  # last comes what it is to be best at
    for part in (groups, last):
        rng.shuffle(part)
    groups += last
    print(Counter(group.kind for group in groups), f"{len(trials)} to validate on", flush=True)
    return groups, trials


def averaged(models: Sequence[CrossEncoder]) -> CrossEncoder:
    """The first network with the mean of all weights; they began from the same ones (model soups: Wortsman et al. 2022)."""
    states = [model.state_dict() for model in models]
    models[0].load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return models[0]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.studies.reranker", description="Trains the reranker.")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args(arguments)
    collection = Collection(news(given.data / "news_training" / "articles.jsonl.gz"))
    models: list[CrossEncoder] = []
    for run, (seed, prior, collection.ages) in enumerate(RUNS):
        groups, trials = gathered(collection, given.data, random.Random(seed))
        models.append(train(groups, seed, prior, folder(), given.out.with_suffix(f".{run}.checkpoint")))
        for line in validate(models[-1], trials, folder()):
            print(line, flush=True)
    model = averaged(models)
    pack(model, folder(), given.out)
    for line in validate(model, trials, folder()):
        print(line)


if __name__ == "__main__":
    main()
