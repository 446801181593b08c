"""How a language model came to the sentences of an insight, as the API tells it."""

from pydantic import BaseModel, Field

from services.domain.reasoning import Narration, Opinion, Try


class TryOut(BaseModel):
    """One question to the model and what came of it."""

    reply: str | None = Field(
        description="The answer as it came, unread; null where there was none",
        examples=['{"sentences": ["Revenue fell by {{calc:0}} in 2025."]}'],
    )
    fault: str | None = Field(description="Why there was no answer", examples=[None])
    model: str | None = Field(description="Who answered", examples=["gpt-4o-2024-08-06 (fp_1a2b)"])
    accepted: bool = Field(description="Whether the guard lets it be shown")
    refusals: list[str] = Field(description="The guard's reasons", examples=[[]])
    text: str = Field(
        description="The answer with its placeholders filled",
        examples=["Revenue fell by (12.0) % in 2025."],
    )
    input_tokens: int = Field(examples=[1200])
    output_tokens: int = Field(examples=[40])
    from_cache: bool = Field(description="Whether an earlier answer to the same question was taken")
    cost: str | None = Field(
        description="In the currency of the price list; null: not priced", examples=["0.0034"]
    )
    elapsed_ms: int = Field(examples=[900])


class NarrationOut(BaseModel):
    """What a model was asked for an insight's sentences, what it answered, and what of it is shown."""

    prompt: str = Field(examples=["trend-analysis-v2.0.0"])
    prompt_sha256: str = Field(examples=["9f86d08…"])
    asked: str = Field(description="Deployment or model of the settings", examples=["gpt-4o"])
    temperature: float = Field(examples=[0.0])
    seed: int = Field(examples=[7])
    inputs: str = Field(description="What it was given beside the prompt, as JSON")
    template: str = Field(
        description="The product's own sentence, shown where no answer is accepted",
        examples=[
            "Revenue was USD 8.8 m for the year to Dec 31, 2025, (12.0) % on a year earlier."
        ],
    )
    fallback: str | None = Field(
        description="Why the template is shown; null where it is not", examples=[None]
    )
    tries: list[TryOut]


class OpinionOut(BaseModel):
    """How a model reads a sentence that the rules read as an assertion; it decides nothing."""

    prompt: str = Field(examples=["text-cue-v1.0.0"])
    prompt_sha256: str = Field(examples=["9f86d08…"])
    asked: str = Field(description="Deployment or model of the settings", examples=["gpt-4o"])
    temperature: float = Field(examples=[0.0])
    seed: int = Field(examples=[7])
    inputs: str = Field(description="What it was given beside the prompt, as JSON")
    read_as: str = Field(description="The rules' reading", examples=["controls_not_effective"])
    label: str | None = Field(
        description="The model's, of a closed list; null without a valid answer",
        examples=["controls_not_effective"],
    )
    answer: TryOut


def opinion_out(opinion: Opinion | None) -> OpinionOut | None:
    """Return a second opinion as the API tells it, None where no model was asked for one."""
    if opinion is None:
        return None
    return OpinionOut(
        prompt=opinion.prompt,
        prompt_sha256=opinion.prompt_sha256,
        asked=opinion.asked,
        temperature=opinion.temperature,
        seed=opinion.seed,
        inputs=opinion.inputs,
        read_as=opinion.read_as,
        label=opinion.label or None,
        answer=_try(opinion.answer),
    )


def narration_out(narration: Narration | None) -> NarrationOut | None:
    """Return a narration as the API tells it, None where no model was asked."""
    if narration is None:
        return None
    return NarrationOut(
        prompt=narration.prompt,
        prompt_sha256=narration.prompt_sha256,
        asked=narration.asked,
        temperature=narration.temperature,
        seed=narration.seed,
        inputs=narration.inputs,
        template=narration.template,
        fallback=narration.fallback or None,
        tries=[_try(one) for one in narration.tries],
    )


def _try(one: Try) -> TryOut:
    reply = one.reply
    return TryOut(
        reply=None if reply is None else reply.text,
        fault=one.fault or None,
        model=None if reply is None else reply.model,
        accepted=one.accepted,
        refusals=list(one.refusals),
        text=one.text,
        input_tokens=0 if reply is None else reply.input_tokens,
        output_tokens=0 if reply is None else reply.output_tokens,
        from_cache=reply is not None and reply.from_cache,
        cost=None if reply is None or reply.cost is None else str(reply.cost),
        elapsed_ms=0 if reply is None else reply.elapsed_ms,
    )
