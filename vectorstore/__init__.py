"""Articles in, hits out."""

# At once, not on first use: the module has the function's name, and whichever is imported last would own `vectorstore.rebuild`.
# It is cheap: the heavy libraries are imported by the functions that need them.
from vectorstore.rebuild import rebuild

__all__ = ["rebuild"]
