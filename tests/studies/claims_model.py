# ruff: noqa: E501 - patterns and rows of a study
"""Trains the second opinion on claims: `python -m tests.studies.claims_model ROWS BASE OUT [--device cuda] [--few]`.

ROWS is what tests/studies/claims_data.py wrote; BASE a folder with config.json and model.safetensors, which `--pack BASE` writes from
the packaged weights. Needs torch, transformers, safetensors and numpy alone; four minutes on a GPU, a day on two processors.

The first layers read [CLS] claim [SEP] text [SEP]. Each token of the claim gets the log odds that the text lacks it, the first
token those that the text carries the claim; the worst of the former count against the latter, as much as is learnt. First all rows
that were made are learnt, then those that people wrote, with some of the former: once for each of four parts that are left out and
measured, and once with all. Runs of one shape are averaged (model soups: Wortsman et al. 2022), part by part.
OUT/*.safetensors are differences to BASE, one byte a weight; OUT/scores.npz has the scores of all measured rows, left out where they
are of a part.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import nn
from transformers import BertConfig, BertModel

FOLDS = 4
LACKS, UNKNOWN = 1, 2
BATCH = 30_000  # tokens, padding included
TOKEN_LOSS, LACKING = 0.5, 3.0  # the tokens' loss beside the claim's; the weight of one that is lacked
SHARP = 4.0  # the worst tokens, by a mean of exponentials
WARM, DECAY = 0.06, 0.05
AGAIN = 0.35  # of the rows that were made, learnt again among those that people wrote
State = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Run:
    name: str
    layers: int = 6
    rate: float = 1.5e-4
    later: float = 8e-5  # the rate for what people wrote
    made: float = 2.0  # passes
    told: float = 3.0
    seed: int = 1
    dropout: float = 0.1
    tokens: float = TOKEN_LOSS
    without: str = ""  # sources left out, by how they begin


RUNS = (
    Run("six"),
    Run("four", layers=4),
    Run("six-b", seed=2),
    Run("faster", rate=3e-4, later=1.5e-4, seed=3),
    Run("long", made=4, seed=4),
    Run("four-b", layers=4, seed=2),
    Run("no-tokens", tokens=0.0),
    Run("told-more", told=6, seed=5),
    Run("none-made", made=0, told=6),
    Run("no-quiz", without="quiz reading headline"),
)
SOUPS = {"soup-six": ("six", "six-b", "long", "faster"), "soup-four": ("four", "four-b")}
SHIPPED = ("soup-six", "soup-four", "six")


class Rows:
    """The prepared rows, on a device."""

    def __init__(self, file: Path, device: str, few: bool) -> None:
        held = dict(np.load(io.BytesIO(lzma.decompress(file.read_bytes()))))
        self.device = device
        self.ends = held["ends"]
        self.starts = np.concatenate([[0], self.ends[:-1]])
        self.lengths = self.ends - self.starts
        self.asked = held["asked"].astype(np.int64)
        self.carried, self.part = held["carried"], held["part"]
        self.weight = held["weight"].astype(np.float32)
        self.source = held["sources"][held["source"]]
        self.sets = held["sets"][held["measures"]]
        self.trains = np.flatnonzero(self.sets == "")
        self.ids = torch.from_numpy(held["ids"].astype(np.int32)).to(device)
        marks = np.full(len(held["ids"]), UNKNOWN, np.uint8)
        firsts = np.concatenate([[0], np.cumsum(self.asked - 2)[:-1]])
        for start, asked, first in zip(self.starts, self.asked, firsts, strict=True):
            marks[start + 1 : start + asked - 1] = held["marks"][first : first + asked - 2]
        self.marks = torch.from_numpy(marks).to(device)
        if few:
            self.trains = self.trains[::1_000]

    def batch(self, numbers: np.ndarray) -> tuple[torch.Tensor, ...]:
        longest = int(self.lengths[numbers].max())
        starts, lengths, asked = (torch.from_numpy(a[numbers]).to(self.device) for a in (self.starts, self.lengths, self.asked))
        place = torch.arange(longest, device=self.device)[None]
        there = place < lengths[:, None]
        at = torch.where(there, starts[:, None] + place, 0)
        kinds = ((place >= asked[:, None]) & there).long()
        mine = (place > 0) & (place < asked[:, None] - 1)
        return self.ids[at].long() * there, there, kinds, mine, torch.where(mine, self.marks[at], UNKNOWN)

    def batches(self, numbers: np.ndarray, rng: np.random.Generator | None) -> list[np.ndarray]:
        noise = rng.random(len(numbers)) * 12 if rng else np.zeros(len(numbers))
        order = numbers[np.argsort(self.lengths[numbers] + noise, kind="stable")]
        found, start = [], 0
        while start < len(order):
            size = max(8, BATCH // int(self.lengths[order[start : start + 400]].max()))
            found.append(order[start : start + size])
            start += size
        if rng:
            rng.shuffle(found)
        return found


class Reader(nn.Module):
    def __init__(self, base: Path, layers: int, dropout: float) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(str(base), num_hidden_layers=layers)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
        self.body = BertModel(config, add_pooling_layer=False)
        known = weights_of(base)
        self.body.load_state_dict({name: known.get(name, old) for name, old in self.body.state_dict().items()})
        self.body.embeddings.requires_grad_(False)
        width = config.hidden_size
        self.whole, self.token = nn.Linear(width, 1), nn.Linear(width, 1)
        self.against = nn.Parameter(torch.tensor(0.5))
        for head in (self.whole, self.token):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, ids: Any, there: Any, kinds: Any, mine: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """The log odds that each text carries its claim, and for each token that the text lacks it."""
        states = self.body(input_ids=ids, attention_mask=there.long(), token_type_ids=kinds).last_hidden_state
        lacks = self.token(states)[..., 0].float()
        count = mine.sum(1).clamp(min=1).log()
        worst = ((lacks * SHARP).masked_fill(~mine, -1e4).logsumexp(1) - count) / SHARP
        return self.whole(states[:, 0])[..., 0].float() - self.against * worst, lacks


def weights_of(base: Path) -> State:
    held = load_file(base / "model.safetensors")
    found = {}
    for name, array in held.items():
        if not name.endswith(".scale"):
            scale = held.get(f"{name}.scale")
            value = array.astype(np.float32)
            found[name] = torch.from_numpy(value if scale is None else value * scale[:, None].astype(np.float32))
    return found


def learn(model: Reader, rows: Rows, numbers: np.ndarray, rate: float, passes: float, run: Run) -> None:
    rng = np.random.default_rng(run.seed)
    batches: list[np.ndarray] = []
    for n in range(int(np.ceil(passes))):
        some = rows.batches(numbers, rng)
        batches += some[: max(1, int(len(some) * min(1.0, passes - n)))]
    if not batches:
        return
    heads = [*model.whole.parameters(), *model.token.parameters(), model.against]
    body = [p for p in model.body.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": heads, "lr": rate * 5}], weight_decay=DECAY,
                                  fused=rows.device == "cuda")  # fmt: skip
    warm = max(1, int(len(batches) * WARM))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm, max(0.02, (len(batches) - n) / (len(batches) - warm + 1)))
    )
    model.train()
    for batch in batches:
        ids, there, kinds, mine, marks = rows.batch(batch)
        carried, weight = (torch.from_numpy(a[batch]).float().to(rows.device) for a in (rows.carried, rows.weight))
        with torch.autocast(rows.device, torch.bfloat16):
            score, lacks = model(ids, there, kinds, mine)
        loss = (nn.functional.binary_cross_entropy_with_logits(score, carried * 0.96 + 0.02, reduction="none") * weight).mean()
        known = marks != UNKNOWN
        if run.tokens and bool(known.any()):
            each = nn.functional.binary_cross_entropy_with_logits(
                lacks, (marks == LACKS).float(), reduction="none", pos_weight=torch.tensor(LACKING, device=rows.device)
            )
            loss = loss + run.tokens * (each * known * weight[:, None]).sum() / known.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


@torch.inference_mode()
def scored(model: Reader, rows: Rows, numbers: np.ndarray) -> np.ndarray:
    """(rows, 2): the log odds, and those of the claim's worst token."""
    model.eval()
    found = np.zeros((len(rows.ends), 2), np.float32)
    for batch in rows.batches(numbers, None):
        ids, there, kinds, mine, _ = rows.batch(batch)
        with torch.autocast(rows.device, torch.bfloat16):
            score, lacks = model(ids, there, kinds, mine)
        found[batch, 0] = score.cpu().numpy()
        found[batch, 1] = lacks.masked_fill(~mine, -50).max(1).values.cpu().numpy()
    picked: np.ndarray = found[numbers]
    return picked


def auroc(scores: np.ndarray, right: np.ndarray) -> float:
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    yes, no = int(right.sum()), int((~right).sum())
    return float((ranks[right].sum() - yes * (yes + 1) / 2) / max(1, yes * no))


def balanced(scores: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """The best balanced accuracy, and its threshold."""
    if not len(scores):
        return 0.0, 0.0
    order = np.argsort(-scores, kind="stable")
    yes, no = np.cumsum(right[order]) / max(1, right.sum()), np.cumsum(~right[order]) / max(1, (~right).sum())
    both: np.ndarray = (yes + 1 - no) / 2
    best = int(both.argmax())
    return float(both[best]), float(scores[order[best]])


def figures(rows: Rows, numbers: np.ndarray, score: np.ndarray) -> Iterator[str]:
    sets, right, parts = rows.sets[numbers], rows.carried[numbers].astype(bool), rows.part[numbers]
    for name in ("wice", "fm2", "fm2 titled"):
        mine = sets == name
        held: list[tuple[bool, bool]] = []
        for k in range(FOLDS):  # a threshold set on the others
            rest, these = mine & (parts != k), mine & (parts == k)
            _, least = balanced(score[rest], right[rest])
            held += [(bool(r), bool(s >= least)) for r, s in zip(right[these], score[these], strict=True)]
        yes, no = ([s for r, s in held if r is kind] or [False] for kind in (True, False))
        yield f"{name} {auroc(score[mine], right[mine]):.3f}/{(np.mean(yes) + 1 - np.mean(no)) / 2:.3f}"
    for family in ("clapnq even human", "clapnq human", "trust"):
        mine = np.char.startswith(sets, family)
        yield f"{family} {auroc(score[mine], right[mine]):.3f}/{balanced(score[mine], right[mine])[0]:.3f}"


def trained(rows: Rows, base: Path, run: Run) -> dict[int, State]:
    """The weights with each part left out, and with none (-1)."""
    torch.manual_seed(run.seed)
    model = Reader(base, run.layers, run.dropout).to(rows.device)
    left_out = run.without.split()
    used = np.array([n for n in rows.trains if not any(rows.source[n].startswith(one) for one in left_out)])
    made, told = used[rows.part[used] < 0], used[rows.part[used] >= 0]
    learn(model, rows, made, run.rate, run.made, run)
    first = {name: value.clone() for name, value in model.state_dict().items()}
    again = np.random.default_rng(run.seed).permutation(made)[: int(AGAIN * len(made) * bool(run.made)) // max(1, int(run.told))]
    found = {}
    for k in (*range(FOLDS), -1):
        model.load_state_dict(first)
        learn(model, rows, np.concatenate([told[rows.part[told] != k], again]), run.later, run.told, run)
        found[k] = {name: value.clone() for name, value in model.state_dict().items()}
    return found


def left_out_scores(rows: Rows, base: Path, run: Run, states: dict[int, State], numbers: np.ndarray) -> np.ndarray:
    model = Reader(base, run.layers, 0.0).to(rows.device)
    found = np.zeros((len(numbers), 2), np.float32)
    for k, state in states.items():
        model.load_state_dict(state)
        these = rows.part[numbers] == k
        found[these] = scored(model, rows, numbers[these])
    return found


def pack(state: State, base: Path, out: Path) -> None:
    """Differences to the base: matrices as one byte a weight with a scale for each row."""
    known, shipped = weights_of(base), dict[str, Any]()
    for name, tensor in state.items():
        plain = name.removeprefix("body.")
        if plain.startswith("embeddings."):
            continue
        change = tensor.float().cpu().numpy()
        if plain in known:
            change = change - known[plain].numpy()
        if change.ndim == 2 and change.shape[0] > 1:
            scale = np.abs(change).max(1) / 127 + 1e-12
            shipped[f"{plain}.scale"] = scale.astype(np.float32)
            change = np.round(change / scale[:, None]).astype(np.int8)
        shipped[plain] = change
    save_file(shipped, out)


def pack_base(out: Path) -> None:
    """The packaged weights, smaller: words as one byte a weight, the rest in half precision."""
    from vectorstore.minilm import folder

    out.mkdir(parents=True, exist_ok=True)
    held = load_file(folder() / "model.safetensors")
    words = held.pop("embeddings.word_embeddings.weight")
    scale = np.abs(words).max(1) / 127 + 1e-12
    small = {
        name: array.astype(np.float16)
        for name, array in held.items()
        if not name.startswith("pooler.") and array.dtype.kind == "f"
    }
    small["embeddings.word_embeddings.weight.scale"] = scale.astype(np.float32)
    small["embeddings.word_embeddings.weight"] = np.round(words / scale[:, None]).astype(np.int8)
    save_file(small, out / "model.safetensors")
    (out / "config.json").write_text((folder() / "config.json").read_text(encoding="utf-8"), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Trains the second opinion on claims.")
    parser.add_argument("rows", type=Path, nargs="?")
    parser.add_argument("base", type=Path, nargs="?")
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=230, help="no run is begun that would end later, by the longest so far")
    parser.add_argument("--few", action="store_true", help="a thousandth of the rows, to see that it runs")
    parser.add_argument("--pack", type=Path, help="write BASE from the packaged weights, and stop")
    given = parser.parse_args(arguments)
    if given.pack:
        pack_base(given.pack)
        return
    began = time.monotonic()
    torch.set_float32_matmul_precision("high")
    rows = Rows(given.rows, given.device, given.few)
    numbers = np.flatnonzero(rows.sets != "")
    numbers = numbers[::40] if given.few else numbers
    print(f"{len(rows.trains)} rows to learn from, {len(numbers)} to measure on, {time.monotonic() - began:.0f} s", flush=True)
    states: dict[str, dict[int, State]] = {}
    scores: dict[str, Any] = {"numbers": numbers}
    longest = 0.0
    given.out.mkdir(parents=True, exist_ok=True)

    def keep(name: str) -> None:
        """Writes what there is: a machine that is taken away leaves something."""
        np.savez_compressed(given.out / "scores.npz", **scores)
        if name in SHIPPED:
            pack(states[name][-1], given.base, given.out / f"{name}.safetensors")

    for run in [replace(one, made=1.0, told=1.0) for one in RUNS[:2]] if given.few else RUNS:
        if time.monotonic() - began + longest > given.seconds:
            break
        start = time.monotonic()
        states[run.name] = trained(rows, given.base, run)
        scores[run.name] = left_out_scores(rows, given.base, run, states[run.name], numbers)
        longest = max(longest, time.monotonic() - start)
        print(
            f"{run.name} {time.monotonic() - start:.0f} s: " + ", ".join(figures(rows, numbers, scores[run.name][:, 0])),
            flush=True,
        )
        keep(run.name)
        if all(run.name not in names for names in SOUPS.values()) and run.name not in SHIPPED:
            del states[run.name]
    for name, parts in SOUPS.items():
        held = [states[part] for part in parts if part in states]
        if held:
            mean = {k: {key: torch.stack([one[k][key].float() for one in held]).mean(0) for key in held[0][k]} for k in held[0]}
            states[name] = mean
            run = next(one for one in RUNS if one.name == parts[0])
            scores[name] = left_out_scores(rows, given.base, run, mean, numbers)
            print(f"{name}: " + ", ".join(figures(rows, numbers, scores[name][:, 0])), flush=True)
            keep(name)
    print(json.dumps({"seconds": round(time.monotonic() - began)}), flush=True)


if __name__ == "__main__":
    main()
