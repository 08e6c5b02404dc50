"""A packaged model in 8 bits, for documents, where the processor multiplies bytes faster than floats.

Weights become one signed byte each, with a scale for each output; what goes into a map becomes one unsigned byte, with a scale
that was measured once (tests/studies/int8.py), so a text's vector does not depend on the texts beside it. Some places of a vector
are ten times as large as the others; each is divided by a factor before it is rounded, and the weights that meet it are
multiplied by the same (SmoothQuant: Xiao et al. 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import EmbedderUnavailable
from vectorstore.minilm import MICROSOFT, Floats, Graph, read_weights

Scales = Mapping[str, NDArray[Any]]

_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8"}  # as Linux spells them
_GROUPS = {"AVX512_CLX", "AVX512_ICL", "AVX512_SPR"}  # as numpy groups the processors that have the first of them


def multiplies_bytes(cpuinfo: str | None = None) -> bool:
    """Whether the processor has instructions for products of bytes (VNNI or AMX), by Linux's account of it if there is one."""
    if cpuinfo is None:
        try:
            cpuinfo = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
        except OSError:  # not Linux
            found: Any = np.show_config(mode="dicts")
            return not _GROUPS.isdisjoint(found.get("SIMD Extensions", {}).get("found", ()))
    flags = next((line.split() for line in cpuinfo.splitlines() if line.startswith("flags")), [])
    return not _FLAGS.isdisjoint(flags)


def read_scales(file: Path) -> Scales:
    """Of each map, in the order in which a body is written: what its input is divided by, the scale, and the byte that is zero.

    Raises EmbedderUnavailable.
    """
    try:
        return read_weights(file)[0]
    except ValueError as error:
        raise EmbedderUnavailable(f"The embedder's scales cannot be read: {error} Reinstall onrecord.") from error


class Int8Graph(Graph):
    """A graph whose linear maps are products of bytes, those that have scales; everything else stays in floats."""

    def __init__(self, scales: Scales) -> None:
        super().__init__()
        self._scales = scales
        self._maps = 0

    def linear(self, x: str, weight: Floats, bias: Floats | None = None) -> str:
        number, self._maps = self._maps, self._maps + 1
        if f"{number}.factors" not in self._scales:
            return super().linear(x, weight, bias)
        factors = self._scales[f"{number}.factors"].astype(np.float32)
        step, zero = (self.constant(self._scales[name][number]) for name in ("steps", "zeros"))
        met = weight.T * factors[:, None]
        scale = np.abs(met).max(0) / np.float32(127)
        whole = np.round(met / scale).astype(np.int8)
        rounded = self.node("QuantizeLinear", self.node("Mul", x, self.constant(1 / factors)), step, zero)
        inputs = [rounded, self.constant(whole), step, self.constant(scale), zero, self.constant(np.zeros_like(whole[0]))]
        if bias is not None:
            inputs.append(self.constant(bias))
        return str(self.node("MatMulIntegerToFloat", *inputs, domain=MICROSOFT))
