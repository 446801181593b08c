"""What a language model is asked, what it answers, and what became of the answer: kept with a reasoning chain."""

import hashlib
import json
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.domain.base import Amount, Real, Record


class Prompt(Record):
    """A versioned instruction to a model, with the settings it is sent with.

    ``text`` is what the model is told, ``output_schema`` the JSON schema of its answer as JSON, ``sha256``
    pins the whole file. ``max_tokens`` bounds one answer; ``seed`` makes answers alike, as far as a
    service can.
    """

    name: str
    version: str
    purpose: str
    text: str
    output_schema: str
    temperature: Real = Field(ge=0, le=2)
    seed: int
    max_tokens: int = Field(ge=1)
    sha256: str

    @property
    def reference(self) -> str:
        """Name and version in one, such as 'risk-assessment-v2.0.0'."""
        return f"{self.name}-v{self.version}"


class Turn(Record):
    """One message to or from the model."""

    role: Literal["user", "assistant"]
    text: str


class Question(Record):
    """A prompt and what is said under it, oldest first."""

    prompt: Prompt
    turns: tuple[Turn, ...]

    @property
    def sha256(self) -> str:
        """Hash of everything that is sent, the model aside."""
        said = [self.prompt.sha256, *([turn.role, turn.text] for turn in self.turns)]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class Reply(Record):
    """An answer as it came: ``text`` is unread, ``model`` is who the service says answered.

    ``finish`` is why it ended ('stop', or 'length' when it was cut off), ``cost`` what its tokens cost in
    the currency of the price list, None where no prices are set. One ``from_cache`` cost nothing again.
    """

    text: str
    model: str
    finish: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Amount | None = None
    elapsed_ms: int = 0
    from_cache: bool = False


class Try(Record):
    """One question and what came of it: no reply for the reason ``fault``, or a reply and its verdict.

    ``text`` is the answer with its placeholders filled, ``refusals`` are the guard's reasons; with none
    of them the text may be shown.
    """

    question_sha256: str
    reply: Reply | None = None
    fault: str = ""
    text: str = ""
    refusals: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether its text may be shown."""
        return self.reply is not None and not self.refusals


class Narration(Record):
    """How the sentences of an insight came about where a model was asked for them.

    ``asked`` is the deployment or model of the settings, ``inputs`` what it was given beside the prompt,
    ``template`` the sentence that stands where nothing was accepted.
    """

    prompt: str
    prompt_sha256: str
    asked: str
    temperature: Real
    seed: int
    inputs: str
    template: str
    tries: tuple[Try, ...]

    @property
    def accepted(self) -> Try | None:
        """The try whose text is shown; None where the template is."""
        return next((one for one in self.tries if one.accepted), None)

    @property
    def text(self) -> str:
        """What is shown: the accepted text, else the template."""
        return self.template if self.accepted is None else self.accepted.text

    @property
    def fallback(self) -> str:
        """Why the template is shown; empty where it is not."""
        if self.accepted is not None:
            return ""
        last = self.tries[-1]
        return last.fault or f"refused {len(self.tries)} times; {'; '.join(last.refusals)}"

    @property
    def tokens(self) -> int:
        """Tokens that all tries used, in and out."""
        replies = [one.reply for one in self.tries if one.reply and not one.reply.from_cache]
        return sum(reply.input_tokens + reply.output_tokens for reply in replies)

    @property
    def cost(self) -> Decimal:
        """What all tries cost, in the currency of the price list; 0 where no prices are set."""
        replies = [one.reply for one in self.tries if one.reply and not one.reply.from_cache]
        return sum((reply.cost or Decimal(0) for reply in replies), Decimal(0))


class Opinion(Record):
    """How a model reads a sentence of the document that the rules read as an assertion; it decides nothing.

    ``read_as`` is the rules' reading, ``label`` the model's: one of a closed list, '' where its answer
    was refused or did not come. ``answer`` is the one question about it; its ``text`` is what the model
    quotes for its reading.
    """

    prompt: str
    prompt_sha256: str
    asked: str
    temperature: Real
    seed: int
    inputs: str
    read_as: str
    answer: Try
    label: str = ""

    @property
    def sentence(self) -> str:
        """What it says, in words for a reviewer."""
        if not self.label:
            return f"none: {self.answer.fault or '; '.join(self.answer.refusals)}"
        reading = self.label.replace("_", " ")
        return f"agrees: {reading}" if self.label == self.read_as else f"reads it as: {reading}"
