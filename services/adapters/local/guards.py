# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""The review rules inside the database: whoever writes, no transaction that breaks one is committed.

A sentence after ``forbidden:`` or ``conflict:`` leaves as that error.
"""

from services.domain.reviews import UNDO_SECONDS

_OPENED = (
    "(SELECT status FROM review_items WHERE id = json_extract(NEW.record, '$.review_item_id'))"
)
_BY_UPLOADER = (
    "EXISTS (SELECT 1 FROM reports WHERE id = NEW.report_id "
    "AND json_extract(record, '$.uploaded_by') = json_extract(NEW.record, '$.{who}'))"
)
_BY_PREPARER = (
    "EXISTS (SELECT 1 FROM insights i, json_each(i.record, '$.prepared_by') p "
    "WHERE i.id = NEW.insight_id AND p.value = json_extract(NEW.record, '$.{who}'))"
)
_BY_REQUESTER = (
    "EXISTS (SELECT 1 FROM review_items WHERE id = json_extract(NEW.record, '$.review_item_id') "
    "AND json_extract(record, '$.requested_by') = json_extract(NEW.record, '$.{who}'))"
)
_ASKED = "forbidden: You asked for this review, so somebody else has to decide on it."
_UPLOADED = "forbidden: You uploaded this report, so somebody else has to decide on its insights."
_STATED = "forbidden: You stated a number under this insight, so somebody else has to decide on it."
_DECIDED = "conflict: This item was already decided; reload to see the decision."
_ABOVE = """
    EXISTS (SELECT 1 FROM insights i JOIN materialities m ON m.report_id = i.report_id
        WHERE i.id = NEW.insight_id AND abs(CAST(json_extract(i.record, '$.amount') AS REAL))
            > CAST(json_extract(m.record, '$.overall') AS REAL))
"""
_FIRST = """
    EXISTS (SELECT 1 FROM review_acts a
        WHERE a.review_item_id = json_extract(NEW.record, '$.review_item_id') AND a.kind = 'approve'
            AND a.made_by <> json_extract(NEW.record, '$.decided_by')
            AND a.made_by = json_extract(NEW.record, '$.first_by')
            AND json_extract(a.record, '$.signs') = (SELECT json_extract(own.record, '$.signs')
                FROM review_acts own
                WHERE json_extract(own.record, '$.decision_id') = NEW.id
                    AND own.review_item_id = a.review_item_id)
            AND NOT EXISTS (SELECT 1 FROM review_acts u WHERE u.undoes = a.id))
"""
_STANDING = """
    EXISTS (SELECT 1 FROM decisions d
        WHERE (d.insight_id = NEW.insight_id OR d.finding_id = NEW.finding_id)
            AND json_extract(d.record, '$.review_item_id') = json_extract(NEW.record, '$.review_item_id')
            AND d.id NOT IN (SELECT json_extract(a.record, '$.decision_id') FROM review_acts a
                JOIN review_acts u ON u.undoes = a.id
                WHERE json_extract(a.record, '$.decision_id') IS NOT NULL))
"""
_IN_WORK = """
    EXISTS (SELECT 1 FROM messages WHERE session_key = NEW.report_id AND state = 'waiting'
        AND queue IN ('ingestion-queue', 'analysis-queue'))
"""

_SECOND = "julianday(json_extract({}.record, '$.made_at'))"


def _trigger(name: str, event: str, table: str, *refusals: tuple[str, str]) -> str:
    cases = "".join(
        f"SELECT RAISE(ABORT, '{sentence}') WHERE {when};\n" for when, sentence in refusals
    )
    return f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table}\nBEGIN\n{cases}END;\n"


def _append_only(table: str, what: str) -> str:
    sentence = f"conflict: {what} are never changed"
    return "".join(
        _trigger(f"{table}_never_{event.lower()}", event, table, ("1", sentence))
        for event in ("UPDATE", "DELETE")
    )


REVIEW_GUARDS = (
    _append_only("decisions", "Decisions")
    + _append_only("review_acts", "Acts on review items")
    + _trigger(
        "decisions_keep_the_rules", "INSERT", "decisions",
        (f"{_OPENED} <> 'open' OR {_STANDING}", _DECIDED),
        (_BY_UPLOADER.format(who="decided_by"), _UPLOADED),
        (_BY_PREPARER.format(who="decided_by"), _STATED),
        (
            f"json_extract(NEW.record, '$.verdict') = 'approve' AND {_ABOVE} AND NOT {_FIRST}",
            "forbidden: Above overall materiality two different people have to approve.",
        ),
    )
    + _trigger(
        "review_acts_keep_the_rules", "INSERT", "review_acts",
        (f"{_OPENED} IS NULL", "conflict: This review item does not exist any more; reload."),
        (f"NEW.kind <> 'undo' AND {_OPENED} <> 'open'", _DECIDED),
        (f"NEW.kind IN ('approve', 'reject') AND {_BY_UPLOADER.format(who='made_by')}", _UPLOADED),
        (f"NEW.kind IN ('approve', 'reject') AND {_BY_PREPARER.format(who='made_by')}", _STATED),
        (
            f"NEW.kind IN ('approve', 'reject') AND NEW.insight_id IS NOT NULL AND {_IN_WORK}",
            "conflict: The numbers of this report are being worked out again; decide when that is done.",
        ),
        (
            "NEW.kind = 'undo' AND NEW.insight_id IS NOT NULL AND EXISTS (SELECT 1 FROM review_acts a "
            f"WHERE a.id = NEW.undoes AND json_extract(a.record, '$.is_final')) AND {_IN_WORK}",
            "conflict: The numbers of this report are being worked out again; undo when that is done.",
        ),
        (
            "NEW.kind = 'undo' AND NOT EXISTS (SELECT 1 FROM review_acts a WHERE a.id = NEW.undoes "
            "AND a.made_by = NEW.made_by AND a.number = NEW.number - 1 "
            "AND a.review_item_id = NEW.review_item_id)",
            "forbidden: Only the last act can be undone, and only by who did it.",
        ),
        (
            f"NEW.kind = 'undo' AND NOT EXISTS (SELECT 1 FROM review_acts a WHERE a.id = NEW.undoes "
            f"AND 86400 * ({_SECOND.format('NEW')} - {_SECOND.format('a')}) <= {UNDO_SECONDS} + 0.001)",
            f"conflict: This can be undone for {UNDO_SECONDS} seconds; they are over.",
        ),
    )
    + _trigger(
        "decisions_are_not_by_who_asked", "INSERT", "decisions",
        (_BY_REQUESTER.format(who="decided_by"), _ASKED),
    )
    + _trigger(
        "approvals_are_not_by_who_asked", "INSERT", "review_acts",
        (f"NEW.kind IN ('approve', 'reject') AND {_BY_REQUESTER.format(who='made_by')}", _ASKED),
    )
)  # fmt: skip
"""SQL that creates the guards where they are not there; the acts are written before the decisions."""
