"""A narration as a chain keeps it: one answer refused, its repair accepted."""

from decimal import Decimal

from services.domain.reasoning import Narration, Opinion, Reply, Try

REFUSED = Try(
    question_sha256="1" * 64,
    reply=Reply(
        text='{"sentences": ["Revenue <b>doubled</b> to [120](http://example.org)."]}', model="m-1 (fp)",
        finish="stop", input_tokens=1000, output_tokens=30, cost=Decimal("0.003"), elapsed_ms=900,
    ),
    text="Revenue <b>doubled</b> to [120](http://example.org).",
    refusals=("'doubled' is a number in words", "the sign '<' may not be used"),
)  # fmt: skip
ACCEPTED = Try(
    question_sha256="2" * 64,
    reply=Reply(
        text='{"sentences": ["Revenue was {{fact:f}} in 2025."]}', model="m-1 (fp)", finish="stop",
        input_tokens=1100, output_tokens=20, cost=Decimal("0.0035"), elapsed_ms=800, from_cache=False,
    ),
    text="Revenue was USD 120 m in 2025.",
)  # fmt: skip
SILENT = Try(question_sha256="3" * 64, fault="The language model did not answer in time.")


def a_narration(*tries: Try) -> Narration:
    return Narration(
        prompt="trend-analysis-v2.0.0",
        prompt_sha256="ab" * 32,
        asked="sentences",
        temperature=0.0,
        seed=7,
        inputs='{"finding": {"title": "Revenue growth"}}',
        template="Revenue was USD 120 m for the year to Dec 31, 2025.",
        tries=tries,
    )


OPINION = Opinion(
    prompt="text-cue-v1.0.0",
    prompt_sha256="cd" * 32,
    asked="sentences",
    temperature=0.0,
    seed=7,
    inputs='{"sentence": "Controls could fail."}',
    read_as="controls_not_effective",
    answer=ACCEPTED.model_copy(update={"text": "could fail"}),
    label="none",
)
