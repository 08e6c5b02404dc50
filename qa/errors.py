"""Every error that onrecord raises on purpose.

    OnRecordError
    ├── UsageError                 the caller's mistake: exit code 2 (vectorstore/errors.py)
    │   ├── QuestionError          empty, too long, not text
    │   └── SettingError           a setting has a value we do not know
    ├── StoreError                 (vectorstore/errors.py)
    │   ├── NoIndex                nothing indexed there yet
    │   ├── IndexClosed            searched after it was closed
    │   ├── IndexDamaged           its files are not what its manifest says
    │   ├── IndexIncompatible      made by another embedder, or in another format
    │   ├── IndexLocked            somebody else is rebuilding it
    │   ├── NothingToIndex         no article in the given paths
    │   ├── NotAllRead             something could not be read, and --strict was given
    │   ├── EmbedderUnavailable    the embedder cannot be loaded
    │   ├── RerankerUnavailable    the reranker's weights are missing or damaged
    │   ├── OpinionUnavailable     the second opinion's weights are missing or damaged
    │   ├── VectorsUnavailable     the server that holds the vectors does not answer
    │   │   └── VectorsLost        it answers, and has not what the index was made with
    │   ├── ClusterUnavailable     no Ray cluster answers at that address, or Ray is not installed
    │   └── WorkersLost            processes that should build segments died, or did not come
    ├── CannotServe                the chat page cannot listen at that address
    ├── CannotKeep                 feedback cannot be written
    ├── Refused                    the server does not answer this request
    │   ├── NotAllowed             no user and password, or wrong ones (401)
    │   ├── NotOffered             this server was started without it (403)
    │   ├── NotFound               no such article, or no such address (404)
    │   ├── TooLarge               more than it takes (413)
    │   ├── NoRoom                 the disk has none for it (507)
    │   └── TooMany                so many wait, or so many wrong passwords came, that it must be asked later (429)
    ├── GivenUp                    whoever asked has gone, or pressed Stop
    └── ModelError                 the language model's endpoint did not give an answer
        ├── ModelUnreachable       refused, no such host, TLS
        ├── ModelTimeout           over the deadline
        ├── ModelRefusedKey        401, 403
        ├── ModelNotFound          404: no such model or no such address
        ├── ModelBusy              429, 5xx: worth another try later
        ├── PromptTooLong          the passages do not fit the model's context
        ├── ModelRejected          400 and the other 4xx
        ├── ContentFiltered        the endpoint withheld the answer
        └── BadReply               what came back is not a chat completion

Not knowing is an Answer, never an error. A message is one line: the value, then the remedy. It never holds a key.
"""

from vectorstore.errors import OnRecordError, UsageError

__all__ = [
    "BadReply",
    "CannotKeep",
    "CannotServe",
    "ContentFiltered",
    "GivenUp",
    "ModelBusy",
    "ModelError",
    "ModelNotFound",
    "ModelRefusedKey",
    "ModelRejected",
    "ModelTimeout",
    "ModelUnreachable",
    "NoRoom",
    "NotAllowed",
    "NotFound",
    "NotOffered",
    "PromptTooLong",
    "QuestionError",
    "Refused",
    "SettingError",
    "TooLarge",
    "TooMany",
    "UsageError",
]


class QuestionError(UsageError):
    """The question is empty, too long or not text."""


class SettingError(UsageError):
    """A setting has a value that we do not know."""


class CannotServe(OnRecordError):
    """The chat page cannot listen there: the port is taken, or the address is not this machine's."""


class CannotKeep(OnRecordError):
    """Feedback cannot be written: the disk is full, the folder may not be written to, or there is too much of it."""


class Refused(OnRecordError):
    """The server does not answer this request."""


class NotAllowed(Refused):
    """No user and password came with it, or wrong ones."""


class NotFound(Refused):
    """There is no such article, or no such address."""


class NotOffered(Refused):
    """This server was started without it."""


class TooLarge(Refused):
    """It has more bytes, or more files, than the server takes."""


class NoRoom(Refused):
    """The disk has no room for it."""


class TooMany(Refused):
    """It must be asked later: so many wait already, or so many wrong passwords came."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class GivenUp(OnRecordError):
    """The question was ended before its answer: whoever asked has gone, or pressed Stop."""


class ModelError(OnRecordError):
    """The language model's endpoint did not give a usable answer."""


class ModelUnreachable(ModelError):
    """Nothing answers at the endpoint's address."""


class ModelTimeout(ModelError):
    """The answer was not complete at the deadline."""


class ModelRefusedKey(ModelError):
    """The endpoint does not accept the key."""


class ModelNotFound(ModelError):
    """The endpoint has no such model, or the address is not an API."""


class ModelBusy(ModelError):
    """The endpoint is overloaded or broken for the moment."""


class PromptTooLong(ModelError):
    """The prompt is longer than the model's context."""


class ModelRejected(ModelError):
    """The endpoint did not accept the request."""


class ContentFiltered(ModelError):
    """The endpoint withheld the answer."""


class BadReply(ModelError):
    """What came back is not a chat completion."""
