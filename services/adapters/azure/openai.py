"""A language model over OpenAI's API: a deployment of Azure OpenAI, or any server that speaks it.

Whatever goes wrong is a reason in words, never an exception of the SDK: an analysis goes on without it.
"""

import asyncio
import json
import logging
import ssl
import threading
import time
import weakref
from collections.abc import Coroutine
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from anyio import to_thread
from azure.core.exceptions import AzureError
from httpx2 import Timeout
from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncAzureOpenAI,
    AsyncOpenAI,
    DefaultAsyncHttpxClient,
    OpenAIError,
)
from pydantic import BaseModel, ValidationError

from services.adapters.azure.breaker import Breaker
from services.adapters.azure.credentials import identity
from services.adapters.azure.loop_thread import LoopThread
from services.config import Settings
from services.domain.errors import Unavailable
from services.domain.reasoning import Prompt, Question, Reply, Turn
from services.ports import Cache

RETRIES = 3
"""Of the SDK, the one layer of them: 408, 409, 429 (as long as Retry-After says) and 5xx, from half a second on."""
ANSWER_SECONDS, CONNECT_SECONDS = 20.0, 5.0
KEPT_SECONDS = 86_400
"""How long an answer to the same question is good for: re-reading a document costs nothing on that day."""
_CHECK_SECONDS = 15.0
_SCOPE = "https://cognitiveservices.azure.com/.default"
_MILLION = 1_000_000
_SETTING = "ADVISOR_OPENAI_ENDPOINT or ADVISOR_OPENAI_BASE_URL"
_SENTENCES = {
    401: "The language model refuses this installation: check ADVISOR_OPENAI_KEY, or give the managed identity the "
    "role Cognitive Services OpenAI User.",
    404: f"There is no such model or deployment: check {_SETTING}, the deployment and the API version.",
    408: "The language model did not answer in time.",
    429: "The language model has more to do than its quota allows.",
}
_SENTENCES[403] = _SENTENCES[401]
_log = logging.getLogger(__name__)
# The SDK and its client write every request at INFO, which would be most of the log.
logging.getLogger("openai").setLevel(logging.WARNING)
logging.getLogger("httpx2").setLevel(logging.WARNING)
Answer = TypeVar("Answer")


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = _Message()
    finish_reason: str = ""


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What is read of an answer; the SDK's own record of it checks nothing."""

    model: str
    choices: list[_Choice]
    usage: _Usage = _Usage()
    system_fingerprint: str | None = None


class OpenAIReasoner:
    """Asks the model of the settings; one client and one event loop for all threads."""

    def __init__(self, settings: Settings, cache: Cache, breaker: Breaker) -> None:
        self._settings = settings
        self._cache = cache
        self._breaker = breaker
        self._starting = threading.Lock()
        self._free = asyncio.Semaphore(settings.openai_calls)

    @property
    def asked(self) -> str:
        """The deployment, or the model."""
        return self._settings.openai_deployment or self._settings.openai_model

    def reply(self, question: Question, seconds: float) -> Reply:
        """Return the answer, an earlier one to the same question where it is kept; raises Unavailable."""
        return self._run(self._replied(question), seconds)

    def check(self) -> str:
        """Ask the model for a word; raises Unavailable when it does not answer."""
        prompt = Prompt(
            name="check", version="1.0.0", purpose="", text="Answer with the word ok.", output_schema="",
            temperature=0, seed=0, max_tokens=16, sha256="",
        )  # fmt: skip
        question = Question(prompt=prompt, turns=(Turn(role="user", text="Are you there?"),))
        reply = self._run(self._asked(question), _CHECK_SECONDS)
        return f"Answers; it is {reply.model}."

    async def _replied(self, question: Question) -> Reply:
        key = f"reply:{self._settings.openai_endpoint or self._settings.openai_base_url}:{self.asked}:{question.sha256}"
        kept = await self._cache.get(key)
        if kept is not None:
            try:
                return Reply.model_validate_json(kept).model_copy(update={"from_cache": True})
            except ValidationError:
                _log.info("an answer of another release is in the cache; the model is asked again")
        self._breaker.pass_or_raise()
        reply = await self._asked(question)
        await self._cache.put(key, reply.model_dump_json().encode(), KEPT_SECONDS)
        return reply

    async def _asked(self, question: Question) -> Reply:
        async with self._free:
            started = time.monotonic()
            try:
                answer = await self._client.chat.completions.with_raw_response.create(
                    **_request(question, self.asked)
                )
                completion = _Completion.model_validate_json(answer.content)
            except APIStatusError as error:
                if error.status_code not in {400, 422}:
                    self._breaker.failed()
                raise Unavailable(_refused(error)) from error
            except APIConnectionError as error:
                self._breaker.failed()
                raise Unavailable(_silent(error)) from error
            except AzureError as error:
                raise Unavailable(_SENTENCES[401]) from error
            except (OpenAIError, ValueError) as error:
                raise Unavailable(
                    "What the language model answered is not of OpenAI's API."
                ) from error
        self._breaker.worked()
        elapsed = round(1000 * (time.monotonic() - started))
        return _read(completion, elapsed, self._cost(completion.usage))

    def _cost(self, used: "_Usage") -> Decimal | None:
        prices = (self._settings.openai_input_price, self._settings.openai_output_price)
        if not any(prices):
            return None
        return (used.prompt_tokens * prices[0] + used.completion_tokens * prices[1]) / _MILLION

    def _run(self, work: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
        """Do something on the loop; what is not done in time is given up, however slowly it drips."""
        with self._starting:
            thread = self._thread
        try:
            return thread.result(work, seconds)
        except TimeoutError as error:
            self._breaker.failed()
            raise Unavailable(
                f"The language model did not finish its answer in {seconds:.0f} seconds."
            ) from error

    @cached_property
    def _thread(self) -> LoopThread:
        thread = LoopThread("openai", self._client.close)
        weakref.finalize(self, thread.end)
        return thread

    @cached_property
    def _client(self) -> AsyncOpenAI:
        one = self._settings
        how: dict[str, Any] = {
            "max_retries": RETRIES,
            "timeout": Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            "http_client": DefaultAsyncHttpxClient(verify=_trusted(one)),
        }
        if one.openai_base_url:
            return AsyncOpenAI(
                base_url=one.openai_base_url, api_key=one.openai_key or "none", **how
            )
        signed: dict[str, Any] = (
            {"api_key": one.openai_key}
            if one.openai_key
            else {"azure_ad_token_provider": _token, "api_key": None}
        )
        return AsyncAzureOpenAI(
            azure_endpoint=one.openai_endpoint,
            api_version=one.openai_api_version,
            **signed,
            **how,
        )


def open_reasoner(settings: Settings, cache: Cache) -> OpenAIReasoner:
    """Return the reasoner of the settings; nothing is connected before it is asked."""
    return OpenAIReasoner(settings, cache, Breaker())


def _trusted(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.azure_ca_file or None)


async def _token() -> str:
    found = await to_thread.run_sync(identity().get_token, _SCOPE)
    return found.token


def _request(question: Question, model: str) -> dict[str, Any]:
    prompt = question.prompt
    asked: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": prompt.text},
            *({"role": turn.role, "content": turn.text} for turn in question.turns),
        ],
        "temperature": prompt.temperature,
        "seed": prompt.seed,
        "max_tokens": prompt.max_tokens,
    }
    if prompt.output_schema:
        schema = json.loads(prompt.output_schema)
        asked["response_format"] = {
            "type": "json_schema",
            "json_schema": {
                "name": prompt.name.replace("-", "_"),
                "strict": True,
                "schema": schema,
            },
        }
    return asked


def _read(completion: _Completion, elapsed: int, cost: Decimal | None) -> Reply:
    """Return an answer as a reply; raises Unavailable where it holds none."""
    choice = completion.choices[0] if completion.choices else _Choice()
    if choice.finish_reason == "content_filter":
        raise Unavailable("The content filter of the language model held its answer back.")
    if choice.message.refusal:
        raise Unavailable(f"The language model refuses to answer: {choice.message.refusal}")
    if not choice.message.content:
        raise Unavailable("The language model gave an empty answer.")
    made = f" ({completion.system_fingerprint})" if completion.system_fingerprint else ""
    return Reply(
        text=choice.message.content,
        model=f"{completion.model}{made}",
        finish=choice.finish_reason,
        input_tokens=completion.usage.prompt_tokens,
        output_tokens=completion.usage.completion_tokens,
        cost=cost,
        elapsed_ms=elapsed,
    )


def _refused(error: APIStatusError) -> str:
    if error.code == "content_filter":
        return "The content filter of the language model refuses the question."
    known = _SENTENCES.get(error.status_code)
    if known is not None:
        return known
    return f"The language model could not answer ({error.code or f'status {error.status_code}'})."


def _silent(error: APIConnectionError) -> str:
    if isinstance(error, APITimeoutError):
        return _SENTENCES[408]
    return f"The language model cannot be reached: check {_SETTING} and the network."
