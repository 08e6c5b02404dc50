"""An encoder whose vectors a person can predict, for tests: quick, and honest about which texts share words."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from vectorstore.encoders import Counted, Vectors


class WordHashEncoder:
    """Each word adds one to the axis that its checksum names; the sum is scaled to unit length.

    So the cosine of two texts without repeated words is shared / sqrt(words of one x words of the other). A text without
    words points along the first axis. `encoded` counts the documents that it was asked for.
    """

    def __init__(self, dimensions: int = 256, fingerprint: str = "word-hash") -> None:
        self.dimensions = dimensions
        self.fingerprint = f"{fingerprint}-{dimensions}"
        self.encoded = 0

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        self.encoded += len(texts)
        vectors = np.stack([self.encode_query(text) for text in texts]) if texts else np.zeros((0, self.dimensions), np.float32)
        if progress:
            progress(len(texts))
        return vectors

    def encode_query(self, text: str) -> Vectors:
        vector = np.zeros(self.dimensions, np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[zlib.crc32(word.encode("utf-8", "replace")) % self.dimensions] += 1
        if not vector.any():
            vector[0] = 1
        return np.asarray(vector / np.linalg.norm(vector), np.float32)
