"""What keeps the audit trail inside the database: where it begins, legal holds, and who may delete what."""

from services.domain.retention import EVERYTHING, RETENTION_YEARS

KEEPING = f"""
CREATE TABLE IF NOT EXISTS audit_base (
    one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL
) STRICT;
INSERT OR IGNORE INTO audit_base VALUES (1, 0, printf('%064d', 0));
CREATE INDEX IF NOT EXISTS audit_entries_purges ON audit_entries (seq)
    WHERE json_extract(event, '$.action') = 'audit_purged';
CREATE TABLE IF NOT EXISTS legal_holds (
    hold_id TEXT PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope <> ''),
    reason TEXT NOT NULL CHECK (reason <> ''),
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL,
    asked_by TEXT,
    asked_at TEXT,
    released_by TEXT,
    released_at TEXT
) STRICT;
CREATE TRIGGER IF NOT EXISTS legal_holds_never_go BEFORE DELETE ON legal_holds
BEGIN SELECT RAISE(ABORT, 'conflict: Legal holds are never deleted.'); END;
CREATE TRIGGER IF NOT EXISTS legal_holds_begin_unreleased BEFORE INSERT ON legal_holds
WHEN (NEW.asked_by IS NOT NULL OR NEW.released_by IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM legal_holds WHERE hold_id = NEW.hold_id)
BEGIN SELECT RAISE(ABORT, 'forbidden: A legal hold begins unreleased.'); END;
CREATE TRIGGER IF NOT EXISTS legal_holds_need_two BEFORE UPDATE ON legal_holds
BEGIN
SELECT RAISE(ABORT, 'conflict: This legal hold was changed by somebody else meanwhile; look again.')
    WHERE OLD.released_by IS NOT NULL
        OR (OLD.asked_by IS NOT NULL AND NEW.asked_by IS NOT OLD.asked_by)
        OR NEW.scope <> OLD.scope OR NEW.reason <> OLD.reason OR NEW.set_by <> OLD.set_by
        OR NEW.set_at <> OLD.set_at;
SELECT RAISE(ABORT, 'forbidden: Two different people have to release a legal hold.')
    WHERE NEW.released_by IS NOT NULL AND (OLD.asked_by IS NULL OR NEW.released_by = OLD.asked_by);
END;
DROP TRIGGER IF EXISTS audit_entries_never_go;
CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries
WHEN OLD.seq > (SELECT seq FROM audit_base)
    OR coalesce(julianday(json_extract(OLD.event, '$.at'), '+{RETENTION_YEARS} years') > julianday('now'), 1)
    OR EXISTS (SELECT 1 FROM legal_holds
        WHERE released_by IS NULL AND (scope = '{EVERYTHING}' OR scope = OLD.resource))
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""  # noqa: S608 - only our own constants are put in
"""SQL that may be run again: on new data folders and on those from before."""
