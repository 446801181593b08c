"""Typed identifiers, and how a deterministic one is made."""

import uuid
from typing import NewType

ReportId = NewType("ReportId", str)
StatementId = NewType("StatementId", str)
FactId = NewType("FactId", str)
TieOutId = NewType("TieOutId", str)
FindingId = NewType("FindingId", str)
InsightId = NewType("InsightId", str)
ChainId = NewType("ChainId", str)
ReviewItemId = NewType("ReviewItemId", str)
DecisionId = NewType("DecisionId", str)
ActId = NewType("ActId", str)
NoticeId = NewType("NoticeId", str)
CorrectionId = NewType("CorrectionId", str)
ChoiceId = NewType("ChoiceId", str)
PolicyId = NewType("PolicyId", str)
ProposalId = NewType("ProposalId", str)
ScoringId = NewType("ScoringId", str)
SignOffId = NewType("SignOffId", str)
MessageId = NewType("MessageId", str)
UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
TokenId = NewType("TokenId", str)

_NAMESPACE = uuid.UUID("6f0c7f1e-52a4-5b0a-9d55-2f0b5a1c7e11")


def deterministic_id(prefix: str, *parts: object) -> str:
    """Return the same id for the same parts on every machine, so that a repeated stage overwrites itself.

    RFC 9562 UUID version 5 over the parts joined by U+001F, with a readable prefix.
    """
    return f"{prefix}-{uuid.uuid5(_NAMESPACE, chr(31).join(str(part) for part in parts))}"
