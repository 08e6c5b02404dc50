"""Measures the scales of vectorstore/int8.safetensors on the sample articles and on odd texts, with torch.

    python -m tests.studies.int8 OUT.safetensors                    two minutes
    python -m tests.studies.int8 OUT.safetensors multilingual      the same for vectorstore/int8-e5.safetensors

For each of the packaged model's linear maps, in the order in which onrecord writes them: of some strengths of smoothing and
some shares of values that are cut off, those with which the map's output differs least from the exact one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from transformers import BertConfig, BertModel

from tests.conftest import SAMPLES
from vectorstore import articles
from vectorstore.e5 import multilingual
from vectorstore.minilm import MiniLM, folder, packaged
from vectorstore.passages import encoded_text, heading, passages
from vectorstore.types import Article

STRENGTHS = (0.5, 0.65, 0.8)  # of the smoothing: what share of a large place's size moves into the weights
CUT = (0, 1e-6, 1e-5)  # share of the values at either end that are cut off
EVERY = 3  # one value in so many is tried
# What archives hold beside prose. With the articles alone a line of one repeated word came out at a cosine of .89; now .99.
ODD = (
    "", "a", "12", "Obituaries", "Who denied it?", "今日のニュース", "a " * 100, "the the the the", "x" * 80, "no " * 254,
    "1 2 3 4 5 6 7 8 9 10 11 12", "Die Feuerwehr rückte am Sonntag dreimal aus.", "." * 50, "!!!",
    "Le conseil votera jeudi sur la ligne de tramway.", "Городской совет проголосует в четверг.", "市议会将于周四投票。",
    "Party | Votes | Seats\nGreens | 112,408 | 31",
)  # fmt: skip

Floats = NDArray[np.float32]


def texts() -> list[str]:
    """What an encoder is given of the sample articles, and the odd texts."""
    read = [article for article in articles.read([SAMPLES / "articles"]) if isinstance(article, Article)]
    return [encoded_text(heading(article), part.text) for article in read for part in passages(article)] + list(ODD)


def torch_model(tokens: MiniLM) -> BertModel:
    """The model as torch runs it; tokens are embedded outside of it."""
    if tokens is packaged():
        return BertModel.from_pretrained(folder(), attn_implementation="eager")
    config = BertConfig(
        vocab_size=2, hidden_size=384, num_hidden_layers=tokens.layers, num_attention_heads=12, intermediate_size=1536,
        max_position_embeddings=tokens.most, attn_implementation="eager",  # type: ignore[call-arg] # theirs
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    table = {name: torch.tensor(np.array(array)) for name, array in tokens.weights.items() if "word_embeddings" not in name}
    model.load_state_dict(table, strict=False)
    return model


def maps(found: list[str], tokens: MiniLM) -> list[tuple[Floats, Floats]]:
    """Of each map, what went into it (values, places) and its weights (places, outputs)."""
    model = torch_model(tokens)
    model.train(False)
    names = ("attention.self.query", "attention.output.dense", "intermediate.dense", "output.dense")
    written = [f"encoder.layer.{n}.{name}" for n in range(model.config.num_hidden_layers) for name in names]
    seen: dict[str, list[Floats]] = {name: [] for name in written}
    parts = dict(model.named_modules())
    for name in written:
        parts[name].register_forward_hook(lambda _, given, __, name=name: seen[name].append(given[0][0].numpy()))
    with torch.inference_mode():
        for row in tokens.tokens([f"{tokens.tells}{text}" for text in found]):
            ids = [tokens.marks[0], *row[:254], tokens.marks[1]]
            model(inputs_embeds=torch.tensor(np.array(tokens.weights["embeddings.word_embeddings.weight"][ids]))[None])
    weights = tokens.weights
    pairs = []
    for name in written:
        kinds = [name.replace("query", kind) for kind in ("query", "key", "value")] if name.endswith("query") else [name]
        pairs.append((np.concatenate(seen[name]), np.concatenate([weights[f"{kind}.weight"] for kind in kinds]).T))
    return pairs


def scales(values: Floats, weights: Floats) -> tuple[Floats, np.float32, np.uint8]:
    """The factors, the scale and the byte for zero, with the least error."""
    exact = values @ weights
    largest, met = np.abs(values).max(0), np.abs(weights).max(1)
    best: tuple[float, Any] = (np.inf, None)
    for strength in STRENGTHS:
        factors = np.maximum(largest**strength / met ** (1 - strength), 1e-3).astype(np.float16).astype(np.float32)
        smooth, moved = values / factors, weights * factors[:, None]
        columns = np.abs(moved).max(0) / 127
        moved = np.round(moved / columns) * columns
        for cut in CUT:
            low, high = np.quantile(smooth, [cut, 1 - cut])
            step = np.float32((high - min(low, 0)) / 255)
            zero = np.uint8(round(-min(low, 0) / step))
            rounded = (np.clip(np.round(smooth / step) + zero, 0, 255) - zero) * step
            error = float(np.square(rounded @ moved - exact).sum())
            if error < best[0]:
                best = error, (factors, step, zero)
    return best[1]  # type: ignore[no-any-return]


def main() -> None:
    model = multilingual() if sys.argv[2:] == ["multilingual"] else packaged()
    found = [scales(values[::EVERY], weights) for values, weights in maps(texts(), model)]
    arrays: dict[str, NDArray[Any]] = {f"{n}.factors": factors.astype(np.float16) for n, (factors, _, _) in enumerate(found)}
    arrays["steps"] = np.array([step for _, step, _ in found], np.float32)
    arrays["zeros"] = np.array([zero for _, _, zero in found], np.uint8)
    save_file(arrays, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
