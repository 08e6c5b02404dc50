"""What can go wrong with an index. The whole family tree is drawn in qa/errors.py.

Every message is one line that names the value and then the remedy: it is shown to users as it stands.
"""

__all__ = [
    "ClusterUnavailable",
    "EmbedderUnavailable",
    "IndexClosed",
    "IndexDamaged",
    "IndexIncompatible",
    "IndexLocked",
    "NoIndex",
    "NotAllRead",
    "NothingToIndex",
    "OnRecordError",
    "OpinionUnavailable",
    "RerankerUnavailable",
    "StoreError",
    "UsageError",
    "VectorsLost",
    "VectorsUnavailable",
    "WorkersLost",
]


class OnRecordError(Exception):
    """The root of every error that onrecord raises on purpose."""


class UsageError(OnRecordError):
    """The caller's mistake; the command exits with 2."""


class StoreError(OnRecordError):
    """Something is wrong with the index or with what should go into it."""


class NoIndex(StoreError):
    """There is no index in that folder yet."""


class IndexDamaged(StoreError):
    """Files of the index are missing or are not what the manifest says."""


class IndexIncompatible(StoreError):
    """The index was made by another embedder or in another format."""


class IndexLocked(StoreError):
    """Another process is rebuilding this index."""


class IndexClosed(StoreError):
    """The index was searched after `close()`."""


class NothingToIndex(StoreError):
    """No article could be read from the given paths."""


class NotAllRead(StoreError):
    """Something could not be read, and the caller wanted all or nothing."""


class EmbedderUnavailable(StoreError):
    """The embedder named in the settings cannot be loaded."""


class RerankerUnavailable(StoreError):
    """The reranker's weights are missing, damaged, or made for other weights than the packaged ones."""


class OpinionUnavailable(StoreError):
    """The weights of the second opinion on claims are missing, damaged, or made for other weights than the packaged ones."""


class VectorsUnavailable(StoreError):
    """The server that holds the vectors does not answer; words can still be searched. `notice` says so in an answer."""

    def __init__(self, message: str, notice: str) -> None:
        super().__init__(message)
        self.notice = notice


class VectorsLost(VectorsUnavailable):
    """The server answers, but a collection of the index is gone or is not as it was made."""


class ClusterUnavailable(StoreError):
    """There is no Ray cluster at that address, or no Ray."""


class WorkersLost(StoreError):
    """Processes that should build segments died, or did not come; what they had done is kept."""
