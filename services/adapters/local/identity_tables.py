"""Accounts, sessions, failed sign-ins and tokens inside the database."""

IDENTITY = """
CREATE TABLE IF NOT EXISTS accounts (
    user_id TEXT PRIMARY KEY,
    sign_in_email TEXT UNIQUE,
    version INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS accounts_never_go BEFORE DELETE ON accounts
BEGIN SELECT RAISE(ABORT, 'conflict: Accounts are disabled, never deleted.'); END;
CREATE TRIGGER IF NOT EXISTS accounts_keep_an_administrator BEFORE UPDATE ON accounts
WHEN OLD.record ->> 'role' = 'admin' AND OLD.record ->> 'disabled_at' IS NULL
    AND OLD.record ->> 'source' <> 'demo'
    AND (
        NEW.record ->> 'disabled_at' IS NOT NULL
        OR (NEW.record ->> 'role' <> 'admin' AND NEW.record ->> 'source' <> 'entra')
    )
    AND NOT EXISTS (
        SELECT 1 FROM accounts WHERE user_id <> OLD.user_id
        AND record ->> 'role' = 'admin' AND record ->> 'disabled_at' IS NULL
    )
BEGIN SELECT RAISE(ABORT, 'conflict: This is the last administrator who may sign in; make somebody else one first.'); END;
CREATE TABLE IF NOT EXISTS sessions (
    session_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES accounts (user_id),
    account_version INTEGER NOT NULL,
    ip_address TEXT NOT NULL,
    started_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS sign_in_failures (
    key TEXT PRIMARY KEY,
    until REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS api_tokens (
    token_id TEXT PRIMARY KEY,
    record TEXT NOT NULL
) STRICT;
"""
"""SQL that may be run again: on new data folders and on those from before.

Two administrators who end each other at once leave one. What Entra ID says of a role is not held up by it.
"""
