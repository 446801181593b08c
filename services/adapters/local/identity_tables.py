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
"""SQL that may be run again: on new data folders and on those from before."""
