"""Trains the layer of vectorstore/reranker.safetensors that tells a passage's sentences apart: which one answers?

    python -m tests.studies.reader_data DATA DATA.npz      gathers what it learns from; DATA is a folder like the shared data
    python -m tests.studies.reader base BASE.npz DATA.npz      the reranker's layers, as bytes, for a machine without the package
    python -m tests.studies.reader train DATA.npz BASE.npz OUT [--device cuda] [--seconds 200] [--only alone7,alone8] [--few]
    python -m tests.studies.reader pack OUT RERANKER.safetensors NEW.safetensors --only alone7,alone8,alone9
    python -m tests.studies.reader scales DATA.npz NEW.safetensors vectorstore/int8-reads.safetensors

Training needs torch, numpy and safetensors alone, so that a lent machine can do it: eight variants in three minutes of a GPU.

The network is the reranker's first three layers, as they are, over whole passages, and one more layer that is read at each
sentence's mean and at the first token: it attends to all tokens, so a sentence is read in its passage. The loss is that of the
reranker: of all sentences of a question's passages, those that hold the answer share what the softmax gives. In some variants the
score of the plain traits is added first ("beside"). Two of each leave out one half of the quiz questions: the weight in
qa/quoting.py is set on what a network gives that has not seen the question. What is packed is the mean of the variants named.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from torch import nn
from torch.nn import functional

HEADS, LAYERS = 12, 3
QUESTION, HEADLINE, SENTENCE, ALL = 48, 21, 80, 256  # the most tokens of each
CLS, SEP = 101, 102
QUIZ, MADE, PAGE = 0, 1, 2
VALIDATES = 0.75  # of the quiz questions, by date, come before those that validate
GROUPS = 32  # of a step
RATE, HEAD_RATE = 2e-4, 1e-3
WARM, DECAY, DROPOUT = 0.05, 0.05, 0.1
WEIGHTS = {QUIZ: 1.0, MADE: 0.6, PAGE: 0.7}
SHIPPED = Path(__file__).parents[2] / "vectorstore" / "reranker.safetensors"
UNTRIED = -90.0
PARTS = 0.5  # of the passages, of which only some sentences in a row are read
MAPS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense",
        "output.dense")  # fmt: skip
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    beside: bool = False  # the traits' score
    without: int = -1  # the half of the quiz questions that is left out
    epochs: int = 3
    seed: int = 7


VARIANTS = (
    *(Variant(f"alone{seed}", seed=seed) for seed in (7, 8, 9)),
    *(Variant(f"alone-{half}", without=half) for half in (0, 1)),
    Variant("beside7", beside=True),
    *(Variant(f"beside-{half}", beside=True, without=half) for half in (0, 1)),
)


class Groups:
    """Questions with the passages found for them."""

    def __init__(self, file: Path) -> None:
        with np.load(file) as kept:
            self.kinds, self.days, self.uses = kept["kinds"], kept["days"], kept["uses"]
            self._tokens = {
                name: np.split(kept[f"{name}_tokens"], kept[f"{name}_ends"][:-1]) for name in ("sentence", "title", "question")
            }
            sizes = self.uses[:, 2] - self.uses[:, 1]
            ends = np.cumsum(sizes)[:-1]
            self._labels, self._scores = np.split(kept["labels"], ends), np.split(kept["scores"].astype(np.float32), ends)
        starts = np.searchsorted(self.uses[:, 0], np.arange(len(self.kinds) + 1))
        self.rows = [np.arange(start, end) for start, end in pairwise(starts)]
        quiz = np.flatnonzero(self.kinds == QUIZ)
        order = quiz[np.argsort(self.days[quiz], kind="stable")]
        cut = int(len(order) * VALIDATES)
        self.halves, self.validates = (order[: cut // 2], order[cut // 2 : cut]), order[cut:]
        self.made = np.flatnonzero(self.kinds != QUIZ)

    def row(self, use: int, rng: np.random.Generator | None = None) -> tuple[list[int], int, list[int], np.ndarray, np.ndarray]:
        """Tokens, how many are the question's, each one's sentence or -1; what each sentence is, and its score by the traits.

        With `rng`, of some passages only a run of sentences is read.
        """
        group, first, end, title = self.uses[use]
        start, stop = 0, int(end - first)
        if rng is not None and stop > 3 and rng.random() < PARTS:
            start = int(rng.integers(0, stop - 2))
            stop = min(stop, start + int(rng.integers(2, 5)))
        row = [CLS, *self._tokens["question"][group][:QUESTION].tolist(), SEP]
        asked = len(row)
        row += [*self._tokens["title"][title][:HEADLINE].tolist(), SEP]
        of = [-1] * len(row)
        for place in range(start, stop):
            read = self._tokens["sentence"][first + place][: max(0, min(SENTENCE, ALL - 1 - len(row)))].tolist()
            row += read
            of += [place] * len(read)
        return [*row, SEP], asked, [*of, -1], self._labels[use], self._scores[use]


class Layer(nn.Module):
    """A layer of BERT."""

    def __init__(self, weights: Weights, name: str, trains: bool) -> None:
        super().__init__()
        self.maps, self.norms = nn.ModuleDict(), nn.ModuleDict()
        for part in MAPS:
            weight = torch.from_numpy(weights[f"{name}.{part}.weight"])
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            linear.weight.data, linear.bias.data = weight.clone(), torch.from_numpy(weights[f"{name}.{part}.bias"]).clone()
            self.maps[_key(part)] = linear.requires_grad_(trains)
        for part in ("attention.output", "output"):
            norm = nn.LayerNorm(weights[f"{name}.{part}.LayerNorm.weight"].shape[0], eps=1e-12)
            norm.weight.data = torch.from_numpy(weights[f"{name}.{part}.LayerNorm.weight"]).clone()
            norm.bias.data = torch.from_numpy(weights[f"{name}.{part}.LayerNorm.bias"]).clone()
            self.norms[_key(part)] = norm.requires_grad_(trains)

    def mapped(self, part: str, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.maps[_key(part)](x)
        return found

    def forward(self, at: torch.Tensor, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What comes out at some vectors, which attend to x."""
        query, key, value = (
            self.mapped(f"attention.self.{part}", given).reshape(*given.shape[:2], HEADS, -1).transpose(1, 2)
            for part, given in (("query", at), ("key", x), ("value", x))
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2).flatten(-2)
        inner = self.norms[_key("attention.output")](at + self.mapped("attention.output.dense", mixed))
        grown = functional.gelu(self.mapped("intermediate.dense", inner))
        found: torch.Tensor = self.norms["output"](inner + self.mapped("output.dense", grown))
        return found


class Reader(nn.Module):
    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.ids = nn.Parameter(torch.from_numpy(weights["ids"]), requires_grad=False)  # of a token in the table
        table = "embeddings.{}_embeddings.weight".format
        self.words, self.positions, self.parts = (
            nn.Parameter(torch.from_numpy(weights[table(name)]), requires_grad=False)
            for name in ("word", "position", "token_type")
        )
        width = self.words.shape[1]
        self.norm = nn.LayerNorm(width, eps=1e-12).requires_grad_(False)
        self.norm.weight.data = torch.from_numpy(weights["embeddings.LayerNorm.weight"]).clone()
        self.norm.bias.data = torch.from_numpy(weights["embeddings.LayerNorm.bias"]).clone()
        self.trunk = nn.ModuleList(Layer(weights, f"encoder.layer.{n}", False) for n in range(LAYERS))
        self.layer = Layer(weights, f"encoder.layer.{LAYERS}", True)
        self.sentence, self.whole = nn.Linear(width, 1, bias=False), nn.Linear(width, 1, bias=False)
        self.sentence.weight.data = torch.from_numpy(weights["sentence.weight"]).clone()
        self.whole.weight.data = torch.from_numpy(weights["whole.weight"]).clone()
        self.scale = nn.Parameter(torch.ones(3))  # of the traits' score, for each kind

    def forward(self, ids: torch.Tensor, kinds: torch.Tensor, mask: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
        """(rows, sentences); `shares` is each token's share in its sentence's mean."""
        x = self.norm(self.words[self.ids[ids]] + self.positions[: ids.shape[1]] + self.parts[kinds])
        mask = mask[:, None, None]
        for layer in self.trunk:
            x = layer(x, x, mask)
        first = torch.zeros_like(shares[:, :1])
        first[..., 0] = 1
        pooled = torch.cat([first, shares], 1).to(x.dtype) @ x
        read = functional.dropout(self.layer(pooled, x, mask).float(), DROPOUT, self.training)
        # By hand, for autocast would round products to 8 bits.
        found: torch.Tensor = (read[:, 1:] * self.sentence.weight[0]).sum(-1) + (read[:, :1] * self.whole.weight[0]).sum(-1)
        return found


def batched(
    groups: Groups, chosen: Sequence[int], device: str, rng: np.random.Generator | None = None
) -> tuple[torch.Tensor, ...]:
    """Inputs of the network; then by row and sentence which are read, answers, scores by the traits; each row's group."""
    rows = [(place, groups.row(use, rng)) for place, group in enumerate(chosen) for use in groups.rows[group]]
    inputs = batch_of([row[:3] for _, row in rows])
    most = max(len(row[3]) for _, row in rows)
    shares = functional.pad(inputs[3], (0, 0, 0, most - inputs[3].shape[1]))
    labels, read = np.zeros((len(rows), most), bool), shares.any(-1).numpy()
    scores = np.full((len(rows), most), UNTRIED - 1, np.float32)
    for n, (_, (*_, held, score)) in enumerate(rows):
        labels[n, : len(held)], scores[n, : len(held)] = held, score
    more = map(torch.from_numpy, (read, labels, scores, np.array([place for place, _ in rows])))
    return tuple(array.to(device, non_blocking=True) for array in (*inputs[:3], shares, *more))


def loss_of(
    net: Reader, groups: Groups, chosen: Sequence[int], batch: tuple[torch.Tensor, ...], beside: bool, device: str
) -> torch.Tensor:
    ids, kinds, mask, shares, read, labels, scores, of = batch
    with torch.autocast(device, torch.bfloat16):
        found = net(ids, kinds, mask, shares)
    kind = torch.from_numpy(groups.kinds[np.array(chosen)].astype(np.int64)).to(device)
    if beside:
        scored = (kind == QUIZ)[of][:, None]
        found = found + torch.where(scored, scores.clamp(min=-30) * net.scale[QUIZ], 0.0)
        read = read & (~scored | (scores > UNTRIED))
    labels = labels & read
    sums = []
    for there in (read, labels):
        flat = found.masked_fill(~there, -1e4)
        one = torch.full((len(chosen), len(of), flat.shape[1]), -1e4, device=device)
        one[of, torch.arange(len(of), device=device)] = flat
        sums.append(one.flatten(1).logsumexp(1))
    weights = torch.tensor([WEIGHTS[int(one)] for one in groups.kinds[np.array(chosen)]], device=device)
    weights = weights * (sums[1] > -5e3)
    return ((sums[0] - sums[1]) * weights).sum() / weights.sum().clamp(min=1e-6)


def train(groups: Groups, weights: Weights, one: Variant, device: str, seconds: float) -> Reader:
    """As many passes as there is time for; the rate falls to nothing."""
    torch.manual_seed(one.seed)
    rng = np.random.default_rng(one.seed)
    net = Reader(weights).to(device).train()
    heads = [*net.sentence.parameters(), *net.whole.parameters(), net.scale]
    parts: list[dict[str, Any]] = [{"params": [*net.layer.parameters()], "lr": RATE, "weight_decay": DECAY},
                                   {"params": heads, "lr": HEAD_RATE, "weight_decay": 0.0}]  # fmt: skip
    for part in parts:
        part["first"] = part["lr"]
    optimizer = torch.optim.AdamW(parts)
    quiz = np.concatenate([half for n, half in enumerate(groups.halves) if n != one.without])
    size = np.array([len(rows) for rows in groups.rows])
    started, done, losses = time.monotonic(), 0, list[float]()
    of_epoch = np.concatenate([np.repeat(quiz, 2), groups.made])
    steps = max(1, len(of_epoch) // GROUPS) * one.epochs
    orders = [rng.permutation(of_epoch) for _ in range(one.epochs)]
    parts_of = [order[start : start + GROUPS].tolist() for order in orders for start in range(0, len(order), GROUPS)][:steps]
    with ThreadPoolExecutor(1) as aside:
        coming = aside.submit(batched, groups, parts_of[0], device, rng)
        for chosen, following in zip(parts_of, [*parts_of[1:], parts_of[0]], strict=True):
            past = max(done / steps, (time.monotonic() - started) / seconds)
            if past >= 1:
                break
            batch, coming = coming.result(), aside.submit(batched, groups, following, device, rng)
            for part in optimizer.param_groups:
                part["lr"] = part["first"] * min(1.0, (past + 0.001) / WARM) * max(0.01, 1 - past)
            loss = loss_of(net, groups, chosen, batch, one.beside, device)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([p for p in net.parameters() if p.requires_grad], 1.0)
            optimizer.step()
            done += 1
            if done % 20 == 0:
                losses.append(float(loss.detach()))
    took = time.monotonic() - started
    print(one.name, f"{done} of {steps} steps, {took:.0f} s, {size.mean():.1f} passages,",
          "losses", [round(float(np.mean(part)), 3) for part in np.array_split(losses, 6) if len(part)],
          "scales", [round(float(x), 2) for x in net.scale.detach()], flush=True)  # fmt: skip
    return net.eval()


@torch.inference_mode()
def read_all(net: Reader, groups: Groups, chosen: Sequence[int], device: str) -> list[tuple[np.ndarray, ...]]:
    """Of each group: what the network gives its sentences, their scores by the traits, and which answer."""
    found = []
    for start in range(0, len(chosen), 16):
        part = list(chosen[start : start + 16])
        ids, kinds, mask, shares, read, labels, scores, of = batched(groups, part, device)
        with torch.autocast(device, torch.bfloat16):
            given = net(ids, kinds, mask, shares)
        for place in range(len(part)):
            rows = (of == place)[:, None] & read
            found.append(tuple(one[rows].float().cpu().numpy() for one in (given, scores, labels)))
    return found


@torch.inference_mode()
def scores_of(net: Reader, groups: Groups, device: str) -> np.ndarray:
    """What the network gives every sentence, in the order in which they are kept; of one that is not read no number."""
    found = []
    for start in range(0, len(groups.rows), 16):
        part = list(range(start, min(start + 16, len(groups.rows))))
        ids, kinds, mask, shares, read, *_ = batched(groups, part, device)
        with torch.autocast(device, torch.bfloat16):
            given = net(ids, kinds, mask, shares).masked_fill(~read, torch.nan).float().cpu().numpy()
        uses = [use for group in part for use in groups.rows[group]]
        found += [row[: len(groups._labels[use])] for row, use in zip(given, uses, strict=True)]
    return np.concatenate(found).astype(np.float32)


def figures(read: Sequence[tuple[np.ndarray, ...]]) -> Iterator[tuple[str, float, float]]:
    """How often an answer stands in the first sentence, and in one of three: by the network, by traits, by both."""
    for weight in (None, 0.0, 0.15, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0):
        first = three = total = 0
        for given, scores, labels in read:
            tried = scores > UNTRIED
            if not labels.any() or not tried.any():
                continue
            ranked = given if weight is None else np.where(tried, scores + weight * given, -1e4)
            best = np.argsort(-ranked)[:3]
            first, three, total = first + bool(labels[best[0]]), three + bool(labels[best].any()), total + 1
        yield "network alone" if weight is None else f"traits + {weight}", first / max(1, total), three / max(1, total)


def shipped(net: Reader) -> dict[str, np.ndarray]:
    """The network's own weights: the layer that reads, and the heads."""
    kept: dict[str, torch.Tensor] = {"reads.sentence.weight": net.sentence.weight, "reads.whole.weight": net.whole.weight}
    for part in MAPS:
        kept[f"reads.{part}.weight"], kept[f"reads.{part}.bias"] = (
            getattr(net.layer.maps[_key(part)], x) for x in ("weight", "bias")
        )
    for part in ("attention.output", "output"):
        for name in ("weight", "bias"):
            kept[f"reads.{part}.LayerNorm.{name}"] = getattr(net.layer.norms[_key(part)], name)
    return {name: tensor.detach().float().cpu().numpy().astype(np.float16) for name, tensor in kept.items()}


def opened(file: Path) -> Weights:
    """What `base` wrote, in floats."""
    with np.load(file) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return {
        name: array
        if name == "ids"
        else array.astype(np.float32) * (arrays[f"{name}.scale"][:, None] if f"{name}.scale" in arrays else 1)
        for name, array in arrays.items()
        if not name.endswith(".scale")
    }


def base(out: Path, used: np.ndarray | None = None) -> None:
    """Writes the reranker's weights: matrices as bytes with a scale for each row; of the words only those that are used."""
    from vectorstore.minilm import MiniLM, folder
    from vectorstore.reranker import trained

    weights = trained(MiniLM(folder()), SHIPPED)
    table = "embeddings.word_embeddings.weight"
    used = np.arange(len(weights[table])) if used is None else used
    ids = np.zeros(len(weights[table]), np.int64)
    ids[used] = np.arange(len(used))
    kept: dict[str, Any] = {"ids": ids}
    for name, array in weights.items():
        if not name.startswith(("embeddings.", "sentence", "whole", *(f"encoder.layer.{n}." for n in range(4)))):
            continue
        if name == table:
            array = array[used]
        if name.endswith("position_embeddings.weight"):
            array = array[:ALL]
        if array.ndim == 2 and len(array) > 2:
            scale = np.abs(array).max(1) / 127 + 1e-12
            kept[name], kept[f"{name}.scale"] = np.round(array / scale[:, None]).astype(np.int8), scale.astype(np.float32)
        else:
            kept[name] = np.asarray(array, np.float32)
    np.savez_compressed(out, **kept)
    print(out.stat().st_size, "bytes")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.studies.reader", description="Trains what reads single sentences.")
    parser.add_argument("step", choices=("base", "train", "pack", "scales"))
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=200.0, help="for each variant")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="other groups, whose sentences every variant scores")
    parser.add_argument("--only", default="", help="variants, by commas")
    parser.add_argument("--few", action="store_true", help="a few groups, to see that it runs")
    given = parser.parse_args(arguments)
    if given.step == "base":
        used = [np.array([0, CLS, SEP])]
        for file in given.files[1:]:
            with np.load(file) as kept:
                used += [np.unique(kept[f"{name}_tokens"]) for name in ("sentence", "title", "question")]
        base(given.files[0], np.unique(np.concatenate(used)))
        return
    out = given.files[-1]
    if given.step == "pack":
        found, reranker = given.files[:2]
        pack([load_file(found / f"{name}.safetensors") for name in given.only.split(",")], reranker, out)
        return
    if given.step == "scales":
        measure(given.files[0], given.files[1], out)
        return
    groups, weights = Groups(given.files[0]), opened(given.files[1])
    out.mkdir(parents=True, exist_ok=True)
    print({int(kind): int((groups.kinds == kind).sum()) for kind in np.unique(groups.kinds)}, len(groups.validates), "validate")
    if given.few:
        groups.halves, groups.made = (groups.halves[0][:4], groups.halves[1][:4]), groups.made[:24]
        groups.validates = groups.validates[:8]
    for one in VARIANTS:
        if one.name not in (given.only or one.name).split(","):
            continue
        net = train(groups, weights, one, given.device, given.seconds)
        told = [[name, round(a, 4), round(b, 4)]
                for name, a, b in figures(read_all(net, groups, groups.validates.tolist(), given.device))]  # fmt: skip
        for row in told:
            print("   ", one.name, *row, flush=True)
        save_file(shipped(net), out / f"{one.name}.safetensors")
        for file in given.also:
            np.save(out / f"{one.name}.{file.stem}.npy", scores_of(net, Groups(file), given.device))
        (out / f"{one.name}.json").write_text(json.dumps(told), encoding="utf-8")


def pack(found: Sequence[Weights], reranker: Path, out: Path) -> None:
    """Writes the variants' mean beside the reranker's weights: matrices as one byte a weight with a scale for each row."""
    kept: Weights = {name: array for name, array in load_file(reranker).items() if not name.startswith("reads.")}
    for name in found[0]:
        value = np.mean([one[name].astype(np.float32) for one in found], 0)
        if value.ndim == 2 and len(value) > 1:
            scale = np.abs(value).max(1) / 127 + 1e-12
            kept[f"{name}.scale"], value = scale.astype(np.float32), np.round(value / scale[:, None]).astype(np.int8)
        kept[name] = value
    with safe_open(reranker, framework="numpy") as file:
        notes = dict(file.metadata())
    save_file(kept, out, notes | {"format": "4"})


def own(weights: Mapping[str, np.ndarray]) -> Weights:
    """A reranker's weights with those that read sentences in the places from which a network takes them."""
    kept = {name: np.asarray(array, np.float32) for name, array in weights.items()}
    kept |= {name.replace("reads.", "encoder.layer.3."): array for name, array in kept.items() if name.startswith("reads.")}
    kept |= {"sentence.weight": kept["reads.sentence.weight"], "whole.weight": kept["reads.whole.weight"]}
    return kept | {"ids": np.arange(len(kept["embeddings.word_embeddings.weight"]))}


def batch_of(rows: Sequence[tuple[list[int], int, list[int]]]) -> tuple[torch.Tensor, ...]:
    """The network's input for rows of tokens, how many are the question's, and each one's sentence or -1."""
    longest, most = max(len(row) for row, *_ in rows), 1 + max(max(of) for *_, of in rows)
    ids, kinds = (np.zeros((len(rows), longest), np.int64) for _ in range(2))
    mask, shares = np.zeros((len(rows), longest), bool), np.zeros((len(rows), most, longest), np.float32)
    for n, (tokens, asked, of) in enumerate(rows):
        ids[n, : len(tokens)], kinds[n, asked : len(tokens)], mask[n, : len(tokens)] = tokens, 1, True
        places = np.array(of)
        inside = np.flatnonzero(places >= 0)
        sizes = np.bincount(places[inside], minlength=most)
        shares[n, places[inside], inside] = 1 / sizes[places[inside]]
    return tuple(map(torch.from_numpy, (ids, kinds, mask, shares)))


def measure(data: Path, reranker: Path, out: Path) -> None:
    """Writes the scales for 8 bits, measured on some of the data, of those maps that read every token."""
    from tests.studies.int8 import EVERY, scales
    from vectorstore.minilm import packaged
    from vectorstore.reranker import trained

    net = Reader(own(trained(packaged(), reranker))).eval()
    names = ("attention.self.query", "attention.output.dense", "intermediate.dense", "output.dense")
    written: list[tuple[Any, str]] = [(layer, name) for layer in net.trunk for name in names] + [
        (net.layer, "attention.self.key")
    ]
    seen: list[list[np.ndarray]] = [[] for _ in written]
    for (layer, name), kept in zip(written, seen, strict=True):
        layer.maps[_key(name)].register_forward_hook(lambda _, given, __, kept=kept: kept.append(given[0][0].numpy()))
    groups = Groups(data)
    rng = np.random.default_rng(1)
    with torch.inference_mode():
        for use in rng.choice(len(groups.uses), 160, replace=False):
            tokens, asked, *_ = groups.row(int(use))
            x = torch.tensor(tokens)[None]
            kinds = (torch.arange(len(tokens)) >= asked).long()[None]
            net(x, kinds, torch.ones_like(x).bool(), torch.zeros(1, 1, len(tokens)))
    arrays: Weights = {"steps": np.zeros(len(written), np.float32), "zeros": np.zeros(len(written), np.uint8)}
    for n, ((layer, name), kept) in enumerate(zip(written, seen, strict=True)):
        kinds_of = {"attention.self.query": ("query", "key", "value"), "attention.self.key": ("key", "value")}.get(name)
        maps = [f"attention.self.{kind}" for kind in kinds_of] if kinds_of else [name]
        met = np.concatenate([layer.maps[_key(one)].weight.detach().numpy() for one in maps]).T
        if maps[0].endswith("query"):  # as the graph has it, for dot products
            met = np.concatenate([met[:, :384] / np.sqrt(384 / HEADS), met[:, 384:]], 1)
        factors, arrays["steps"][n], arrays["zeros"][n] = scales(np.concatenate(kept)[::EVERY], met)
        arrays[f"{n}.factors"] = factors.astype(np.float16)
    save_file(arrays, out)


def _key(part: str) -> str:
    return part.replace(".", "_")


if __name__ == "__main__":
    main()
