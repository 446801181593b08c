"""The error tree: every error names who is at fault and says what to do.

AdvisorError
├── InvalidInput        the user's request cannot be served as sent (4xx)
│   ├── UnsupportedType     the bytes are no type we read
│   ├── ReportTooLarge      over 50 MB
│   └── EmptyFile           nothing in it
├── UnreadableDocument  the document is at fault: damaged, password-protected, a bomb
├── Unauthenticated     nobody is signed in, or no longer
├── NotFound            no such thing, or not for you to see
├── Conflict            somebody was faster, or it is already decided
├── Outdated            what you saw has changed since (If-Match)
├── Forbidden           your role may not do this
└── Unavailable         ours or upstream; try again later (retryable)
"""


class AdvisorError(Exception):
    """Base of all expected errors; ``sentence`` is shown to the user as it is."""

    status_code = 500
    code = "internal"
    retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidInput(AdvisorError):
    """The request cannot be served as it was sent; the user can mend it."""

    status_code = 422
    code = "invalid-input"


class UnsupportedType(InvalidInput):
    """The bytes are not of a type the product reads."""

    status_code = 415
    code = "unsupported-type"


class ReportTooLarge(InvalidInput):
    """The file is larger than 50 MB (52,428,800 bytes)."""

    status_code = 413
    code = "too-large"


class EmptyFile(InvalidInput):
    """The file holds no bytes."""

    code = "empty-file"


class UnreadableDocument(AdvisorError):
    """The document is at fault; ``code`` says how (encrypted, malformed, resource-limit, too-many-pages)."""

    status_code = 422
    code = "malformed"

    def __init__(self, sentence: str, code: str = "malformed") -> None:
        super().__init__(sentence)
        self.code = code


class Unauthenticated(AdvisorError):
    """Nobody is signed in, or the session or the token is not valid any more."""

    status_code = 401
    code = "unauthenticated"


class NotFound(AdvisorError):
    """There is no such thing, or the caller may not know of it."""

    status_code = 404
    code = "not-found"


class Conflict(AdvisorError):
    """The state has moved on since the caller looked."""

    status_code = 409
    code = "conflict"


class Outdated(AdvisorError):
    """What the caller saw has changed since; read it again and decide anew. ``tag`` names how it is now."""

    status_code = 412
    code = "outdated"

    def __init__(self, sentence: str, tag: str) -> None:
        super().__init__(sentence)
        self.tag = tag


class Forbidden(AdvisorError):
    """The caller's role, or the four-eyes rule, does not allow this."""

    status_code = 403
    code = "forbidden"


class Unavailable(AdvisorError):
    """A part of ours or upstream is not answering; trying again later can help."""

    status_code = 503
    code = "unavailable"
    retryable = True
