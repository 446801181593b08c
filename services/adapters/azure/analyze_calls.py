"""Calls of Document Intelligence: the one place that retries, waits and names what went wrong."""

import json
import threading
import time
from collections.abc import Sequence
from functools import cached_property
from itertools import count, groupby
from typing import Any

from azure.ai.formrecognizer import DocumentAnalysisClient, DocumentModelAdministrationClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
)
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import RetryPolicy
from azure.core.polling import LROPoller
from azure.core.polling.base_polling import LROBasePolling

from services.adapters.azure.credentials import identity, verification
from services.config import Settings
from services.domain.errors import AdvisorError, Unavailable, UnreadableDocument

Json = dict[str, Any]
MODEL = "prebuilt-layout"
_RETRIES = 3
_BACKOFF_SECONDS, _MOST_BACKOFF_SECONDS = 0.5, 8.0
_CONNECT_SECONDS, _ANSWER_SECONDS, _CHECK_SECONDS = 5.0, 60.0, 10.0
_POLL_SECONDS = 1.0  # where the service names no time of its own
_REFUSED_CONTENT = {
    "InvalidContent": "malformed",
    "InvalidContentDimensions": "malformed",
    "UnsupportedContent": "malformed",
    "InvalidContentLength": "resource-limit",
}
_SENTENCES = {
    "malformed": "Document Intelligence cannot read this PDF: it is damaged, protected, or no page of it is "
    "of a usual size. Print it to a new PDF and upload that one.",
    "resource-limit": "This PDF is larger than the Document Intelligence resource takes. Upload the pages that "
    "hold the report, or use a resource of the standard tier.",
}
_TOO_MANY = 429
_QUOTA = "out of call volume quota"


class Deadline:
    """Until when one reading of a document may last; giving it up wakes everything that waits under it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._given_up = threading.Event()

    def allows(self, seconds: float) -> bool:
        """Whether a wait would end before the deadline."""
        return time.monotonic() + seconds < self._ends

    def give_up(self) -> None:
        """End all waiting."""
        self._given_up.set()

    def wait(self, seconds: float) -> None:
        """Wait; raises Unavailable where the deadline comes first or the reading was given up."""
        if not self.allows(seconds) or self._given_up.wait(seconds):
            raise Unavailable(
                "Document Intelligence did not finish reading this document in time; it is tried again."
            )


class _Retry(RetryPolicy[Any, Any]):
    """The SDK's retries, waiting under the deadline that a request comes with."""

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Keep the deadline of this request with its counts of tries."""
        deadline = options.pop("deadline")
        return {**super().configure_retries(options), "deadline": deadline}

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to try again: also a refusal for too many calls, but not where the wait leads past the deadline."""
        if not settings["deadline"].allows(self.get_retry_after(response) or 0.0):
            return False
        busy = response.http_response.status_code == _TOO_MANY
        return bool(busy or super().is_retry(settings, response))

    def sleep(
        self,
        settings: dict[str, Any],
        transport: Any,
        response: PipelineResponse[Any, Any] | None = None,
    ) -> None:
        """Wait as long as the service says, else as the number of tries does."""
        del transport  # it would sleep past everything
        named = self.get_retry_after(response) if response is not None else None
        settings["deadline"].wait(named or self.get_backoff_time(settings))


class _Polling(LROBasePolling[Any, Any, Any]):
    """Asks until the answer is there or the deadline has come."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(timeout=_POLL_SECONDS, deadline=deadline)
        self._deadline = deadline

    def _sleep(self, delay: float) -> None:
        self._deadline.wait(delay)


class AnalyzeCalls:
    """One client of Document Intelligence for all documents; may be used by several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _client(self) -> DocumentAnalysisClient:
        return DocumentAnalysisClient(
            *self._who, **self._how(_RETRIES), read_timeout=_ANSWER_SECONDS
        )

    @property
    def _who(self) -> tuple[str, Any]:
        key = self._settings.document_intelligence_key
        return self._settings.document_intelligence_endpoint, (
            AzureKeyCredential(key) if key else identity()
        )

    def _how(self, retries: int) -> dict[str, Any]:
        return {
            "retry_policy": _Retry(
                retry_total=retries,
                retry_backoff_factor=_BACKOFF_SECONDS,
                retry_backoff_max=_MOST_BACKOFF_SECONDS,
            ),
            "connection_timeout": _CONNECT_SECONDS,
            "connection_verify": verification(self._settings),
        }

    def check(self) -> str:
        """Ask for the model that reads pages; raises Unavailable when there is none or nobody answers."""
        deadline = Deadline(_CHECK_SECONDS)
        client = DocumentModelAdministrationClient(
            *self._who, **self._how(retries=0), read_timeout=_CHECK_SECONDS
        )
        try:
            with client:
                found = client.get_document_model(MODEL, deadline=deadline)
        except AzureError as error:
            raise _named(error) from error
        return f"Answers; {found.model_id} reads the pages."

    def result(self, data: bytes, numbers: Sequence[int], deadline: Deadline) -> Json:
        """Return the ``analyzeResult`` of the given rising 1-based pages of a PDF, with all of them.

        Raises:
            UnreadableDocument: the service refuses the document.
            Unavailable: it does not answer in time, refuses the installation, or leaves pages out.
        """
        try:
            poller: LROPoller[Any] = self._client.begin_analyze_document(
                MODEL,
                data,
                pages=page_ranges(numbers),
                polling=_Polling(deadline),
                deadline=deadline,
                cls=_body,
            )
            result: Json = poller.result().get("analyzeResult", {})
        except AzureError as error:
            raise _named(error) from error
        found = {page["pageNumber"] for page in result.get("pages", ())}
        missing = [number for number in numbers if number not in found]
        if missing:
            raise Unavailable(
                f"Document Intelligence left out page {missing[0]} and answered for {len(found):,} of "
                f"{len(numbers):,}. A resource of the free tier reads two pages of a document only: "
                "ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT has to name one of the standard tier."
            )
        return result


def _body(response: PipelineResponse[Any, Any], *_: object) -> Json:
    body: Json = json.loads(response.http_response.body())
    return body


def page_ranges(numbers: Sequence[int]) -> str:
    """Write rising page numbers as the service takes them: '1-4,7'."""
    places = count()
    runs = [list(run) for _, run in groupby(numbers, lambda number: number - next(places))]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _named(error: AzureError) -> AdvisorError:
    """Return our error for the SDK's, with a sentence that says what to do."""
    if not isinstance(error, HttpResponseError):
        return Unavailable(
            "Document Intelligence does not answer. Check ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT and the "
            "network; reading is tried again."
        )
    codes = _codes(error)
    refused = next((_REFUSED_CONTENT[code] for code in codes if code in _REFUSED_CONTENT), None)
    if refused is not None:
        return UnreadableDocument(_SENTENCES[refused], refused)
    if _QUOTA in str(error).lower():
        return Unavailable(
            "The pages that the Document Intelligence resource reads in a month are used up; use a resource of "
            "the standard tier."
        )
    return Unavailable(_sentence(error, codes))


def _sentence(error: HttpResponseError, codes: Sequence[str]) -> str:
    status = error.status_code
    if isinstance(error, ClientAuthenticationError) or status in {401, 403}:
        return (
            "Document Intelligence refuses this installation. Set ADVISOR_DOCUMENT_INTELLIGENCE_KEY to a key "
            "of the resource, or leave it empty and give the managed identity the role Cognitive Services User."
        )
    if status == 404:
        return "There is no Document Intelligence at this address. Check ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT."
    if status == _TOO_MANY:
        return "Document Intelligence has more to do than its tier allows; reading is tried again later."
    reason = codes[-1] if codes else f"status {status}"
    return f"Document Intelligence could not read the document now ({reason}); it is tried again."


def _codes(error: HttpResponseError) -> list[str]:
    """Return the service's error codes, the outer one first."""
    codes: list[str] = []
    part: Any = error.error
    while part is not None:
        code = part.get("code") if isinstance(part, dict) else getattr(part, "code", None)
        if code:
            codes.append(str(code))
        part = (
            part.get("innererror") if isinstance(part, dict) else getattr(part, "innererror", None)
        )
    return codes
