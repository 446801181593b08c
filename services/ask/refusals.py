"""Why a question is not answered: a reason that programs know, and a sentence that says what to do."""

from enum import StrEnum


class Reason(StrEnum):
    """The reasons there are."""

    NOTHING_ASKED = "nothing_asked"
    NO_REPORT = "no_report"
    WHICH_COMPANY = "which_company"
    NEEDS_TEXT = "needs_text"
    NEEDS_JUDGEMENT = "needs_judgement"
    NOT_UNDERSTOOD = "not_understood"
    BAD_DEFINITION = "bad_definition"
    WHICH_PERIOD = "which_period"
    NO_SUCH_PERIOD = "no_such_period"
    NOT_READ = "not_read"
    OTHER_UNIT = "other_unit"
    NO_MEANING = "no_meaning"
    UNSURE = "unsure"


class Refused(Exception):
    """A question that is not answered; ``sentence`` is shown as it is."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
