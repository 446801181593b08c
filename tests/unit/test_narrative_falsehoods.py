"""False sentences about a true insight, put with care: none may pass, and true ones still do.

``[A]`` is revenue of 2024 (USD 100 m), ``[B]`` of 2025 (USD 120 m); both are tried as placeholders and as prose.
"""

import pytest

from services.narrative.guard import judge
from tests.unit.test_narrative_guard import GIVEN, A, B

FALSE = (
    "Revenue was [B] in 2025 and net income was [B] too.",
    "Revenue and net income were [B] in 2025.",
    "Cost of revenue was [B] in 2025.",
    "Revenue growth was [B] in 2025.",
    "Revenue margin was [B] in 2025.",
    "Revenue per employee was [B] in 2025.",
    "Revenue was [B] for the quarter to Dec 31, 2025.",
    "Quarterly revenue was [B] in 2025.",
    "Revenue did not rise from [A] in 2024 to [B] in 2025.",
    "Revenue failed to reach [B] in 2025.",
    "Revenue plunged from [A] in 2024 to [B] in 2025.",
    "Revenue contracted from [A] in 2024 to [B] in 2025.",
    "Revenue was flat at [B] in 2025.",
    "Revenue was unchanged from [A] in 2024 to [B] in 2025.",
    "Revenue reached a record of [B] in 2025.",
    "Revenue was the highest ever at [B] in 2025.",
    "Revenue was [B] in 2025, a seventy percent share.",
    "Revenue rose tenfold from [A] in 2024 to [B] in 2025.",
    "Revenue was ½ of [B] in 2025.",
    "Revenue of globex was [B] in 2025.",
    "Globex had revenue of [B] in 2025.",
    "Segment revenue was [B] in 2025.",
    "Adjusted revenue was [B] in 2025.",
    "Revenue was [B] last year.",
    "Revenue may be [B] in 2025.",
    "Revenue could continue at [B] in 2025.",
    "Revenue was [B] in 2025 and the outlook is good.",
    "Revenue was [B] in 2025 amid strong demand.",
    "Revenue was [B] in 2025 as a result of new shops.",
    "Revenue was [B] in 2025, helped by prices.",
    "Revenue was [B] in 2025 after a strike.",
    "Revenue grew by [B] in 2025, from [A] in 2024.",
    "Revenue growth rose to {{calc:0}} in 2025.",
    "Revenue rose to {{calc:0}} in 2025.",
    "Revenue was [B] in 2025, a loss.",
    "Revenue was a loss of [B] in 2025.",
    "Revenue was [B] a month in 2025.",
    "Revenue was [B] per share in 2025.",
    "Revenue was [B] each quarter in 2025.",
    "Revenue was almost [B] in 2025.",
    "Revenue was over [B] in 2025.",
    "Revenue was about [B] in 2025.",
    "Revenue was -[B] in 2025.",
    "The revenue growth was -20.0 % for 2025.",
    "Revenue was minus [B] in 2025.",
    "The revenue growth was minus 20.0 % for 2025.",
    "Revenue was 2025 m in 2025.",
    "Revenue was [B] in 2025, fra\u200bud.",
    "Revenue was [B] in 2025, fr\u0430ud.",
    "Revenue fe\u200bll from [A] in 2024 to [B] in 2025.",
    'The report says "all is well".',
    "The report says «all is well».",
    "The report says “Revenue fell",
    "The report says “Revenue grew”.",
    "The report says “stores”.",
    "Revenue rose because of weather; the report says “Revenue grew because we opened stores.”",
    "Revenue was [B] in 2025 <b>",
    "Revenue was [B] in 2025, see http://x.com",
    "Revenue was down-trending at [B] in 2025.",
    "Revenue was [B] in 2025, which is alarming.",
    "Revenue was significantly [B] in 2025.",
    "Revenue was [B] in 2025 in europe.",
    "Revenue was [B] in 2025 and zero in 2024.",
    "Revenue was [B] in 2025, plus [A] in 2024.",
    "Revenue was the sum of [A] in 2024 and [B] in 2025.",
    "Revenue was [B] in 2025, audited.",
    "Revenue growth of {{calc:0}} in 2025 beat expectations.",
    "Revenue was [B] in 2025, one time [A] in 2024.",
    "Revenue missed [B] in 2025.",
    "Revenue of [B] in 2025 exceeds [A] in 2024 by +20.0 %.",
    "In 2024 and 2025, revenue was USD 120 m.",
    "Revenue was USD 120 m between 2024 and 2025.",
    "In 2024, revenue was [A], and in 2025 it was [A].",
    "Acme Stores is insolvent.",
    "Management lied.",
    "All is well.",
    "Acme Stores has no problems.",
    "From 2024 to 2025, revenue went from [B] to [A].",
    "Revenue went from [B] to [A].",
    "Revenue was [A] in 2024 after [B].",
    "Revenue swung from [B] in 2025 to [A] in 2024.",
    "Revenue was [A].",
    "Revenue for the year was [A].",
    "Revenue was [B] and [A].",
    "Revenue growth increased by {{calc:0}} in 2025.",
    "Revenue changed by {{calc:0}} from [B].",
    "Revenue rose by {{calc:0}} to [A] in 2024.",
    "Revenue rose by {{calc:0}} in 2025 from [B] in 2025.",
    "Revenue rose in 2024 and was [B] in 2025, after [A] in 2024.",
    "Revenue was [B] in 2025 as in 2024.",
    "Revenue was less in 2025: [B] after [A] in 2024.",
    "Revenue against [B] was [A] in 2024.",
    "Revenue in 2024 to 2025 was [B].",
    "Revenue fell by 20.0 % in 2025.",
    "Revenue grew 20.0 % in 2024.",
    "Revenue fell 20.0 % to USD 120 m in 2025.",
    "Revenue rose 20.0 % to USD 100 m.",
    "Revenue was 20.0 % in 2025.",
    "Revenue was +20.0 % in 2025.",
    "Revenue was up USD 120 m.",
    "Revenue was USD 100 m.",
    "In 2025, revenue was USD 100 m.",
)

TRUE = (
    "Revenue rose by {{calc:0}} to [B] in 2025.",
    "Revenue rose 20.0 % to USD 120 m in 2025.",
    "Revenue grew by 20.0 % in 2025.",
    "Revenue was [B], after [A] in 2024.",
    "Revenue of [B] compared with [A] in 2024.",
    "Acme Stores’s revenue was USD 120 m in 2025.",
    "Revenue rose from USD 100 m in 2024 to USD 120 m in 2025 (+20.0 %).",
    "Revenue, [B] in 2025, grew by {{calc:0}} from [A] in 2024.",
    "Revenue was [B].",
    "The company reported revenue of USD 120 m in 2025 against USD 100 m in 2024.",
)


def written(text: str) -> tuple[str, str]:
    """Return a text with placeholders and with the numbers themselves."""
    placed = text.replace("[A]", A).replace("[B]", B)
    prose = text.replace("[A]", "USD 100 m").replace("[B]", "USD 120 m")
    return placed, prose.replace("{{calc:0}}", "+20.0 %")


@pytest.mark.parametrize("text", FALSE)
def test_a_false_sentence_is_refused_in_either_form(text):
    for form in written(text):
        assert judge(form, GIVEN).refusals != (), form


@pytest.mark.parametrize("text", TRUE)
def test_a_true_sentence_is_accepted_in_either_form(text):
    for form in written(text):
        assert judge(form, GIVEN).refusals == (), form
