import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extraction.labels import normalise, respace, scale_hint
from services.extraction.vocabulary import VOCABULARY


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("Total assets(a)", "total assets"),
        ("Cost of sales (1)", "cost of sales"),
        ("Net cash provided by/(used in) operating activities........ $", "net cash provided by used in operating activities"),
        ("Share-based compensation (Note 5)", "share based compensation"),
        ("Long-term debt (Notes 1 and 2)", "long term debt"),
        ("Goodwill (see Note 12)", "goodwill"),
        ("Revenues — net", "revenues net"),
        ("TOTAL CURRENT ASSETS", "total current assets"),
        ("Net (loss) income", "net loss income"),
        ("Total shareowners’ equity", "total shareholders equity"),
        ("Total stockholders' equity", "total shareholders equity"),
        ("Total unitholders' equity", "total shareholders equity"),
        ("Non-current liabilities", "noncurrent liabilities"),
        ("Non-controlling interests", "noncontrolling interests"),
        ("Pre-tax income", "pretax income"),
        ("Depreciation and amortisation", "depreciation and amortization"),
        ("SG&A", "selling general and administrative"),
        ("R&D expenses", "research and development expenses"),
        ("Trade receivables, less allowance: 2021—$492; 2020—$508", "trade receivables less allowance"),
        ("Long-term debt (included $66,062 and $74,934 at fair value)", "long term debt"),
        ("Short-term borrowings (included", "short term borrowings"),
        ("Weighted average shares (in thousands)", "weighted average shares"),
        ("Cash and cash equivalents . . . . .", "cash and cash equivalents"),
        ("", ""),
        ("$", ""),
    ],
)  # fmt: skip
def test_a_label_is_reduced_to_its_words(printed: str, words: str):
    assert normalise(printed) == words


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("Tot al assets", "total assets"),
        ("Net inc ome", "net income"),
        ("T o t a l  a s s e t s", "total assets"),
        ("Totalassets", "total assets"),
        ("Statem ents of cash ﬂows", "statements of cash flows"),
        ("Accoun ts pay able", "accounts payable"),
        ("Cashandcashequivalents", "cash and cash equivalents"),
        ("Costofsales", "cost of sales"),
        ("Incomebeforeincometaxes", "income before income taxes"),
        ("Retained\nearnings", "retained earnings"),
        ("Retained\u00a0earnings", "retained earnings"),
    ],
)
def test_broken_and_glued_words_are_put_right(printed: str, words: str):
    assert normalise(printed) == words


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("Bene\ufffets for income taxes", "benefits for income taxes"),
        ("Bene\ufffdts", "benefits"),
        ("Pro\ufffdt before tax", "profit before tax"),
        ("Accumulated de\ufffdcit", "accumulated deficit"),
        ("Cash \ufffdows from \ufffdnancing activities", "cash flows from financing activities"),
        ("E\ufffdect of exchange rates", "effect of exchange rates"),
        ("Pro t for the year", "profit for the year"),
        ("Goodwill and ﬁnite-lived intangible assets", "goodwill and finite lived intangible assets"),
    ],
)  # fmt: skip
def test_lost_ligatures_are_restored(printed: str, words: str):
    assert normalise(printed) == words


def test_a_name_that_is_no_statement_word_is_left_as_printed():
    assert (
        normalise("Net income attributable to Zyxwv Corp.")
        == "net income attributable to zyxwv corp"
    )


@given(st.lists(st.sampled_from(sorted(VOCABULARY)), min_size=1, max_size=6))
def test_words_of_the_vocabulary_stay_as_they_are(words: list[str]):
    assert respace(" ".join(words)) == " ".join(words)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=40))
def test_respacing_never_adds_or_loses_a_letter(text: str):
    assert respace(text).replace(" ", "") == text.replace(" ", "")


@given(st.text(max_size=60))
def test_normalising_any_text_gives_single_spaced_lower_case_words(text: str):
    words = normalise(text)

    assert words == " ".join(words.split())
    assert set(words) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("Shares used in calculation (000's)", 1_000),
        ("Basic (in thousands)", 1_000),
        ("Weighted average shares (millions)", 1_000_000),
        ("in billions", 1_000_000_000),
        ("Weighted average shares", None),
        ("10,000 authorized", None),
    ],
)
def test_a_named_scale_is_read(text: str, scale: int | None):
    assert scale_hint(text) == scale
