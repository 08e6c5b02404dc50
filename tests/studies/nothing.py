"""Learning to say no: whether a passage answers a question at all (the layer "answers" of vectorstore/reranker.safetensors).

    python -m tests.studies.nothing DATA RERANKER.safetensors OUT [--device cuda] [--pairs FILE.npz] [--few]

DATA is a folder like the shared data; RERANKER is what tests/studies/reranker.py wrote, or an earlier OUT. OUT.safetensors has
its layers and the new one; OUT.toml has the weights of qa/answerable.toml. Half an hour of one processor, most of it reading;
minutes on a GPU. What is gathered is kept in the file of --pairs, if one is named, and taken from there the next time.

The layer stands beside the reranker's last one and reads the states before it at the first token alone. Its groups are passages
that words find for a question: quiz questions over the articles of their season; the same without the articles that hold the
answer; over another season's; questions of encyclopedias and conversations, and small talk, over news; reading comprehension's
own paragraph and others of its page; headlines with a name taken out, over their season and another. So "nothing here answers"
has as many faces as readers give it. CLAPNQ's own passages are left for tests/studies/abstain.py.

How old an article is must tell nothing, or a layer that has learnt from other seasons answers no question about an archive: the
day from which ages are read is drawn anew for each group, from that of one of its articles.

Layer and traits learn together (one logistic loss over pairs of question and passage), so that the layer learns what the traits
do not know. Of a group the pairs count as much as the traits take them for likely: the passage that tempts most decides.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import nn

from qa.answerable import READ, TRAITS, traits
from qa.asking import asked
from qa.evals.answers import as_words
from tests.studies import abstain
from tests.studies.reranker import ANSWER, OTHER, Collection, CrossEncoder, Search, conversations, headlines, news
from vectorstore.minilm import MiniLM, folder
from vectorstore.reranker import FORMAT, LAYERS, base_of, tokenised, trained
from vectorstore.scope import counted_days
from vectorstore.types import Article

SEED = 7
SEASONS = (
    (date(2022, 11, 15), date(2023, 6, 30)),
    (date(2023, 7, 1), date(2024, 1, 31)),
    (date(2024, 2, 1), date(2024, 12, 31)),
)
OLD, BEFORE = 400, date(2022, 10, 1)  # articles of earlier years in every season's collection
FOUND, SHOWN = 12, 4  # passages of a question that may answer it; that are learnt from where nothing does
# How much of each kind is learnt from, and its weight beside a quiz question.
SHARES = {"other": 0.42, "gone": 0.25, "encyclopedia": 0.7, "paragraph": 0.8, "conversation": 0.45, "headline": 0.7,
          "headline elsewhere": 0.7}  # fmt: skip
WEIGHTS = {"gone": 0.4, "paragraph": 0.5, "conversation": 0.5, "headline": 0.6, "headline elsewhere": 0.6}
BESIDE = 0.3  # of a passage without the answer beside one that has it
EPOCHS, BATCH, RATE, HEAD_RATE, WARM, DECAY, DROPOUT = 3, 48, 1.5e-4, 1e-3, 40, 0.05, 0.1
CLIP = 4.0  # spreads that a trait may be from its mean
KEPT = 0.92  # of the validating quiz questions that are to be answered: where 0 of the log odds is put
SMALL_TALK = (
    "hello", "good morning", "thanks a lot", "who are you?", "are you a robot?", "what time is it?", "what day is it today",
    "I love you", "sorry, what?", "what should I cook tonight?", "what's the square root of 144?", "what is my password?",
    "how do I tie a bow tie?", "how old is my grandmother?", "when is my dentist appointment", "which phone should I buy?",
    "what's the best pizza place in town?", "how can I lose ten kilos in a month", "how to centre a div", "rhyme with orange",
    "what is the meaning of life?", "who will be president in 2040?", "who won the 2030 olympics?", "what is a monad",
    "what is the plural of octopus?", "who was prime minister in 1923?", "what was the Dow at on 3 March 1987?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """One passage as it is read for a question."""

    headline: str  # with its age
    sentences: tuple[str, ...]
    text: str
    title: str
    published: date | None
    answers: bool


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    question: str
    read: tuple[Read, ...]
    today: date | None
    validates: bool

    @property
    def answered(self) -> bool:
        return any(one.answers for one in self.read)


def read(
    collection: Collection, search: Search, numbers: Sequence[int], right: Sequence[int], headline: bool
) -> tuple[Read, ...]:
    rows = []
    for number in numbers:
        article, text = collection.article(number), collection.passages[number].text
        shown = collection.read(search, number, 48, OTHER, (), headline)
        rows.append(Read(shown.headline, shown.sentences, text, article.title * headline, article.published, number in right))
    return tuple(rows)


def group(
    kind: str,
    c: Collection,
    search: Search,
    numbers: Sequence[int],
    right: Sequence[int] = (),
    last: bool = False,
    head: bool = True,
) -> Iterator[Group]:
    """A group: the passages that answer with two that do not, or else the first few."""
    chosen = [*right[:2], *[n for n in numbers if n not in right][:2]] if right else list(numbers[:SHOWN])
    if chosen:
        yield Group(
            kind, search.question, read(c, _aged_anew(c, search, right or chosen), chosen, right, head), search.newest, last
        )


def seasons(articles: Sequence[Article], rng: random.Random) -> list[Collection]:
    old = [article for article in articles if article.published and article.published < BEFORE]
    return [
        Collection(
            [article for article in articles if article.published and since <= article.published <= until]
            + rng.sample(old, min(OLD, len(old)))
        )
        for since, until in SEASONS
    ]


def quiz(held: Sequence[Collection], rows: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Group]:
    """Questions over their season, over it without what answers, and over another."""
    later = sorted(row["asked"] for row in rows)[int(len(rows) * 0.85)]
    for row in rows:
        question, day, last = row["question"], date.fromisoformat(row["asked"]), row["asked"] >= later
        answers = [text for text in map(as_words, row["answers"]) if text]
        of = [n for n, (since, until) in enumerate(SEASONS) if since <= day <= until]
        for n in of:
            search = held[n].find(question, day, 40)
            found = list(search.scores)
            near = [m for m in found[:FOUND] if held[n].holds(m, answers) and _of_those_days(held[n].article(m), day)]
            if near:
                yield from group("quiz", held[n], search, found[:FOUND], near, last)
            if answers and min(map(len, answers)) >= 4:
                gone = {held[n].article(m).id for m in found if held[n].holds(m, answers)} | {*row["gold_articles"]}
                yield from group("gone", held[n], search, [m for m in found if held[n].article(m).id not in gone], last=last)
        others = [n for n in range(len(held)) if n not in of and all(abs((day - end).days) > 120 for end in SEASONS[n])]
        if others:
            n = others[0] if rng.random() < 0.5 else others[-1]
            search = held[n].find(question, _in_season(n, rng) if rng.random() < 0.7 else day, 20)
            named = [answer for answer in answers if len(answer) >= 5]
            yield from group("other", held[n], search, [m for m in search.scores if not held[n].holds(m, named)], last=last)


def far_off(held: Sequence[Collection], questions: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[Group]:
    """Questions that news has nothing to do with, by kind, over a season's articles."""
    for kind, question in questions:
        n = rng.randrange(len(held))
        search = held[n].find(question, _in_season(n, rng), FOUND)
        yield from group(kind, held[n], search, list(search.scores), last=_validates(question) and kind != "small talk")


def pages(data: Path, rng: random.Random) -> Iterator[Group]:
    """CLAPNQ's questions over the others' passages, and reading comprehension's paragraphs."""
    pairs = list(abstain.clapnq(data))
    c = Collection([Article(str(n), passage) for n, (_, passage, _) in enumerate(pairs)])
    for n, (question, *_) in enumerate(pairs):
        own = c.of.get(str(n), [])
        search, last = c.find(question, None, 30), _validates(question)
        yield from group("encyclopedia", c, search, [m for m in search.scores if m not in own], (), last)
    for file in sorted((data / "reading").glob("*.json")):
        for page in json.loads(file.read_text(encoding="utf-8"))["data"]:
            title = page["title"].replace("_", " ")
            c = Collection([Article(str(n), one["context"], title) for n, one in enumerate(page["paragraphs"])])
            for n, paragraph in enumerate(page["paragraphs"]):
                for qa in paragraph["qas"]:
                    search, head = c.find(qa["question"], None, FOUND), rng.random() < 0.5
                    answers, own, last = (
                        [as_words(one["text"]) for one in qa["answers"]],
                        c.of[str(n)],
                        _validates(qa["question"]),
                    )
                    right = [m for m in own if c.holds(m, answers)]
                    others = [m for m in search.scores if m not in own and not c.holds(m, answers)]
                    yield from group("paragraph", c, search, own, right, last, head) if right else ()
                    yield from group("paragraph", c, search, others, (), last, head)


def told_elsewhere(data: Path, held: Sequence[Collection], rng: random.Random) -> Iterator[Group]:
    """Conversations, and headlines with a name taken out, as tests/studies/reranker.py groups them."""
    made = [("conversation", one, 0) for one in conversations(data / "followups" / "canard_dev_half.json", rng)]
    made += [("headline", one, n) for n, collection in enumerate(held) for one in headlines(collection, rng)[:400]]
    for kind, one, n in made:
        rows = [Read(r.headline, r.sentences, " ".join(r.sentences), "", None, ANSWER in r.labels) for r in one.read]
        right, wrong = [r for r in rows if r.answers], [r for r in rows if not r.answers]
        last = _validates(one.question)
        yield Group(kind, one.question, (*right[:2], *wrong[:2]), None, last)
        if kind == "conversation":
            yield Group(kind, one.question, tuple(wrong[-SHOWN:]), None, last)
        else:
            other = (n + 1) % len(held)
            search = held[other].find(one.question, _in_season(other, rng), FOUND)
            yield from group("headline elsewhere", held[other], search, list(search.scores), last=last)


def gathered(data: Path, rng: random.Random, few: bool) -> list[Group]:
    articles = news(data / "news_training" / "articles.jsonl.gz")
    held = seasons(articles[::20] if few else articles, rng)
    rows = [json.loads(line) for line in (data / "news_training" / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    read_about = [qa for qa, *_ in abstain.reading(data)]
    conversed = [row["Rewrite"] for row in json.loads((data / "followups" / "canard_dev_half.json").read_text(encoding="utf-8"))]
    far = [*(question for question, *_ in abstain.clapnq(data)), *rng.sample(read_about, 240), *rng.sample(conversed, 350)]
    questions = [("encyclopedia", question) for question in far] + [("small talk", talk) for talk in SMALL_TALK * 4]
    made = [*quiz(held, rows[:: 20 if few else 1], rng), *far_off(held, questions[:: 20 if few else 1], rng), *pages(data, rng)]
    made += [] if few else told_elsewhere(data, held, rng)
    kept = [one for one in made if rng.random() < SHARES.get(one.kind, 1.0)]
    return kept[::10] if few else kept


class Answers(nn.Module):
    """A layer read at the first token, and the traits beside it."""

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, layer: Any, mean: Any, spread: Any) -> None:
        super().__init__()
        self.layer, width = layer, layer.output.dense.out_features
        self.head, self.traits = nn.Linear(width, 1, bias=False), nn.Linear(len(TRAITS), 1)
        nn.init.zeros_(self.head.weight)
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))

    def states(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        attention = self.layer.attention
        heads = attention.self.num_attention_heads
        query, key, value = (
            one.unflatten(-1, (heads, -1)).transpose(1, 2)
            for one in (attention.self.query(x[:, :1]), attention.self.key(x), attention.self.value(x))
        )
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2).flatten(-2)
        inner = attention.output(mixed, x[:, :1])
        found: torch.Tensor = self.layer.output(self.layer.intermediate(inner), inner)[:, 0]
        return found

    def weighed(self, told: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.traits(((told - self.mean) / self.spread).clamp(-CLIP, CLIP))[:, 0]
        return found


@dataclass(frozen=True, slots=True)
class Pairs:
    """Questions with a passage, as numbers: what is read of each, and what its group is."""

    tokens: list[np.ndarray]  # of question, headline and sentences
    asked: np.ndarray  # how many of them are the question's
    told: np.ndarray  # (pairs, traits)
    of: np.ndarray  # the group's number
    answers: np.ndarray  # whether the passage answers
    kinds: np.ndarray  # of each group
    validates: np.ndarray  # whether the group is kept for validation

    def write(self, file: Path) -> None:
        ends = np.cumsum([len(one) for one in self.tokens])
        rest = {name: getattr(self, name) for name in self.__slots__ if name != "tokens"}
        np.savez_compressed(file, tokens=np.concatenate(self.tokens), ends=ends, **rest)

    @classmethod
    def read(cls, file: Path) -> Pairs:
        with np.load(file) as kept:
            return cls(np.split(kept["tokens"], kept["ends"][:-1]), *(kept[name] for name in cls.__slots__ if name != "tokens"))


def paired(groups: Sequence[Group], tokens: MiniLM) -> Pairs:
    rows, told = [], []
    for one in groups:
        ask, days = asked(one.question), counted_days(one.question, one.today) if one.today else ()
        rows += tokenised(tokens, one.question, [(r.headline, r.sentences) for r in one.read])
        told += [traits(ask, r.text, r.title, r.published, days) for r in one.read]
    return Pairs(
        [np.array(row, np.uint16) for row, *_ in rows],
        np.array([question for _, question, _ in rows]),
        np.array(told, np.float32),
        np.repeat(np.arange(len(groups)), [len(one.read) for one in groups]),
        np.array([r.answers for one in groups for r in one.read]),
        np.array([one.kind for one in groups]),
        np.array([one.validates for one in groups]),
    )


@torch.inference_mode()
def states_of(pairs: Pairs, network: CrossEncoder, device: str) -> list[torch.Tensor]:
    """What the reranker's last layer is given of each pair: (tokens, width)."""
    network.to(device).eval()
    states: list[torch.Tensor] = [torch.empty(0)] * len(pairs.tokens)
    order = sorted(range(len(states)), key=lambda n: len(pairs.tokens[n]))
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        longest = max(len(pairs.tokens[n]) for n in batch)
        ids, kinds, mask = (torch.zeros((len(batch), longest), dtype=torch.long) for _ in range(3))
        for place, n in enumerate(batch):
            row = torch.from_numpy(pairs.tokens[n].astype(np.int64))
            ids[place, : len(row)], kinds[place, pairs.asked[n] : len(row)], mask[place, : len(row)] = row, 1, 1
        with torch.autocast(device, torch.bfloat16):
            found = network.body(ids.to(device), mask.to(device), kinds.to(device), output_hidden_states=True).hidden_states
        for place, n in enumerate(batch):
            states[n] = found[LAYERS - 1][place, : len(pairs.tokens[n])].to(torch.float16)
    return states


def importance(pairs: Pairs, score: np.ndarray) -> np.ndarray:
    """What each pair counts; those that answer together as much as those that do not."""
    counts = np.zeros(len(pairs.of), np.float32)
    for n, kind in enumerate(pairs.kinds):
        rows = np.flatnonzero(pairs.of == n)
        right, wrong = rows[pairs.answers[rows]], rows[~pairs.answers[rows]]
        for part, share in ((right, 1.0), (wrong, BESIDE if len(right) else 1.0)):
            if len(part) and not pairs.validates[n]:
                likely = np.exp(score[part] - score[part].max())
                counts[part] = share * WEIGHTS.get(kind, 1.0) * likely / likely.sum()
    right = pairs.answers
    counts[right] *= counts[~right].sum() / max(counts[right].sum(), 1e-9)
    scaled: np.ndarray = counts / counts[counts > 0].mean()
    return scaled


def by_traits(pairs: Pairs, rounds: int = 4) -> tuple[Any, Any]:
    """Logistic regression on the traits alone: weights of the standardised ones with the bias last, and each pair's score."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types

    rows = (pairs.told - pairs.told.mean(0)) / (pairs.told.std(0) + 1e-9)
    score = np.zeros(len(rows))
    for _ in range(rounds):
        counts = importance(pairs, score)
        used = counts > 0
        model = LogisticRegression(max_iter=2000).fit(rows[used], pairs.answers[used], sample_weight=counts[used])
        score = model.decision_function(rows)
    return np.append(model.coef_[0], model.intercept_), score


def train(
    net: Answers, pairs: Pairs, states: Sequence[torch.Tensor], counts: np.ndarray, device: str, epochs: int, seed: int = SEED
) -> None:
    lengths, used = np.array([len(one) for one in states]), np.flatnonzero(counts)
    rng, goal, weight = np.random.default_rng(seed), torch.tensor(pairs.answers, dtype=torch.float32), torch.tensor(counts)
    parts = [{"params": [*net.layer.parameters()], "lr": RATE, "weight_decay": DECAY},
             {"params": [*net.head.parameters()], "lr": HEAD_RATE, "weight_decay": DECAY},
             {"params": [*net.traits.parameters()], "lr": HEAD_RATE, "weight_decay": 0.0}]  # fmt: skip
    optimizer, steps = torch.optim.AdamW(parts), epochs * math.ceil(len(used) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1, (n + 1) / WARM) * max(0.02, 1 - n / steps))
    for _ in range(epochs):
        order = used[np.argsort(lengths[used] + rng.random(len(used)) * 12)]
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        rng.shuffle(batches)
        losses = []
        for batch in batches:
            scores = scored(net, pairs, states, batch, device, DROPOUT)
            each = nn.functional.binary_cross_entropy_with_logits(scores, goal[batch].to(device), reduction="none")
            loss = (each * weight[batch].to(device)).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.detach())
        print(f"loss {float(torch.stack(losses).mean()):.4f}", flush=True)


def scored(
    net: Answers, pairs: Pairs, states: Sequence[torch.Tensor], batch: np.ndarray, device: str, dropout: float = 0.0
) -> torch.Tensor:
    chosen = [states[n] for n in batch]
    x = nn.utils.rnn.pad_sequence(chosen, batch_first=True).to(device).float()
    lengths = torch.tensor([len(one) for one in chosen])
    mask = (torch.arange(x.shape[1])[None] < lengths[:, None])[:, None, None].to(device)
    with torch.autocast(device, torch.bfloat16):
        read = net.states(x, mask)
    read = net.head(nn.functional.dropout(read.float(), dropout, net.training))[:, 0]
    found: torch.Tensor = read + net.weighed(torch.from_numpy(pairs.told[batch]).to(device))
    return found


@torch.inference_mode()
def all_scores(net: Answers, pairs: Pairs, states: Sequence[torch.Tensor], device: str) -> np.ndarray:
    net.eval()
    order = np.argsort([len(one) for one in states])
    found = np.zeros(len(order), np.float32)
    for start in range(0, len(order), 128):
        batch = order[start : start + 128]
        found[batch] = scored(net, pairs, states, batch, device).cpu().numpy()
    return found


def figures(pairs: Pairs, score: np.ndarray) -> Iterator[str]:
    """AUROC of questions of each kind that are answered and that are not, the best passage deciding; validating ones only."""
    best: dict[tuple[str, bool], list[float]] = {}
    for n in np.flatnonzero(pairs.validates):
        rows = pairs.of == n
        best.setdefault((str(pairs.kinds[n]), bool(pairs.answers[rows].any())), []).append(float(score[rows].max()))
    for yes, no in (("quiz", "other"), ("quiz", "gone"), ("quiz", "encyclopedia"), ("paragraph",) * 2,
                    ("headline", "headline elsewhere")):  # fmt: skip
        right, wrong = best.get((yes, True), []), best.get((no, False), [])
        if right and wrong:
            measured = abstain.figures([(one, True) for one in right] + [(one, False) for one in wrong])
            least = np.quantile(right, 0.12)
            yield f"{yes} / {no}: AUROC {measured['auroc']:.3f}, answered {np.mean(np.array(wrong) >= least):.3f} at .88"


def unscaled(weights: np.ndarray, bias: float, told: np.ndarray, clip: float, shift: float) -> dict[str, float]:
    """Weights of the plain traits; of one that is mostly 0, what it was worth with its ends clipped."""
    mean, spread, least, most = told.mean(0), told.std(0) + 1e-9, told.min(0), told.max(0)
    low, high = (np.clip((end - mean) / spread, -clip, clip) for end in (least, most))
    raw = weights * (high - low) / (most - least + 1e-9)
    start = bias + float(weights @ low - raw @ least) - shift
    return {"bias": round(start, 4), **{name: round(float(weight), 4) for name, weight in zip(TRAITS, raw, strict=True)}}


def shift(pairs: Pairs, score: np.ndarray) -> float:
    """The score above which the share KEPT of the validating quiz questions lies."""
    chosen = np.flatnonzero(pairs.validates & (pairs.kinds == "quiz"))
    best = [score[pairs.of == n].max() for n in chosen]
    return float(np.quantile(best, 1 - KEPT)) if best else 0.0


def pack(net: Answers, reranker: Path, out: Path) -> None:
    """Writes the reranker's layers as they are, and the new one: matrices as one byte a weight with a scale for each row."""
    shipped: dict[str, Any] = {name: array for name, array in load_file(reranker).items() if not name.startswith("answers.")}
    for name, tensor in net.layer.state_dict().items():
        array = tensor.cpu().numpy()
        if array.ndim == 2:
            scale = np.abs(array).max(1) / 127 + 1e-12
            shipped[f"answers.{name}.scale"] = scale.astype(np.float32)
            array = np.round(array / scale[:, None]).astype(np.int8)
        shipped[f"answers.{name}"] = array
    shipped["answers.weight"] = net.head.weight.detach().cpu().numpy()
    save_file(shipped, out, {"format": FORMAT, "base": base_of(MiniLM(folder()))})


def toml(tables: dict[str, dict[str, float]]) -> str:
    parts = [(f'["{name}"]', *(f'"{key}" = {value}' for key, value in rows.items()), "") for name, rows in tables.items()]
    return "\n".join(line for part in parts for line in part)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.studies.nothing", description="Trains the layer that says no.")
    parser.add_argument("data", type=Path)
    parser.add_argument("reranker", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--pairs", type=Path, help="where what is gathered is kept")
    parser.add_argument("--few", action="store_true", help="a hundredth of all, to see that it runs")
    given = parser.parse_args(arguments)
    torch.manual_seed(SEED)
    tokens, network = MiniLM(folder()), CrossEncoder(folder())
    weights, state = trained(tokens, given.reranker), network.state_dict()
    known = {name: weights[name.removeprefix("body.")] for name in state if name.removeprefix("body.") in weights}
    network.load_state_dict(state | {name: torch.from_numpy(np.array(array, np.float32)) for name, array in known.items()})
    if given.pairs and given.pairs.exists():
        pairs = Pairs.read(given.pairs)
    else:
        pairs = paired(gathered(given.data, random.Random(SEED), given.few), tokens)
        if given.pairs:
            pairs.write(given.pairs)
    print(Counter(zip(pairs.kinds.tolist(), pairs.validates.tolist(), strict=True)), len(pairs.tokens), flush=True)
    states = states_of(pairs, network, given.device)
    alone, score = by_traits(pairs)
    mean, spread = pairs.told.mean(0), pairs.told.std(0) + 1e-9
    net = Answers(network.body.encoder.layer[LAYERS - 1], mean, spread)
    net.traits.weight.data = torch.tensor(alone[None, :-1], dtype=torch.float32)
    net.traits.bias.data = torch.tensor(alone[-1:], dtype=torch.float32)
    net.to(given.device).train()
    train(net, pairs, states, importance(pairs, score), given.device, 1 if given.few else EPOCHS)
    joint = all_scores(net, pairs, states, given.device)
    for name, scores in (("traits alone", score), ("with the layer", joint)):
        print(name, *figures(pairs, scores), sep="\n    ")
    learnt, bias = net.traits.weight.detach().cpu().numpy()[0], float(net.traits.bias.detach().cpu())
    found = {READ: 1.0, **unscaled(learnt, bias, pairs.told, CLIP, shift(pairs, joint))}
    unread = {READ: 0.0, **unscaled(alone[:-1], float(alone[-1]), pairs.told, np.inf, shift(pairs, score))}
    pack(net, given.reranker, given.out.with_suffix(".safetensors"))
    given.out.with_suffix(".toml").write_text(toml({"found": found, "found unread": unread}), encoding="utf-8")


def _aged_anew(c: Collection, search: Search, of: Sequence[int]) -> Search:
    """The search with another day from which ages are read: soon after one of the articles, or up to four years."""
    rng = random.Random(search.question)
    days = [day for n in of if (day := c.article(n).published)]
    later = rng.choice([rng.randrange(14), rng.randrange(14), rng.randrange(14, 365), rng.randrange(365, 1500)])
    return replace(search, newest=rng.choice(days) + timedelta(later) if days else None)


def _of_those_days(article: Article, day: date) -> bool:
    return bool(article.published and -24 <= (article.published - day).days <= 7)


def _in_season(n: int, rng: random.Random) -> date:
    return SEASONS[n][1] - timedelta(rng.randrange(60))


def _validates(question: str) -> bool:
    """A fifth of the questions, by their words."""
    return int(hashlib.sha1(question.encode(), usedforsecurity=False).hexdigest(), 16) % 5 == 0


if __name__ == "__main__":
    main()
