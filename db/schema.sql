-- Generated from db/migrations by tools/schema.py --write. Do not edit; read it first.

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    input_hash BLOB NOT NULL,
    running_until INTEGER NOT NULL,
    status INTEGER,
    headers TEXT,
    body BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, method, path, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);

CREATE TABLE jobs (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    created_at INTEGER NOT NULL,
    parked_at INTEGER
) STRICT;
CREATE INDEX jobs_by_due_at ON jobs (due_at, job_id) WHERE parked_at IS NULL;
CREATE INDEX jobs_by_parked_at ON jobs (parked_at, job_id) WHERE parked_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_by_unique_key ON jobs (name, unique_key) WHERE unique_key IS NOT NULL AND parked_at IS NULL;

CREATE TABLE kept_values (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE listeners (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE parked_events (
    listener TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    parked_at INTEGER NOT NULL,
    PRIMARY KEY (listener, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE periodic_jobs (
    name TEXT NOT NULL PRIMARY KEY,
    interval_us INTEGER NOT NULL,
    next_run_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL DEFAULT 0,
    last_run_at INTEGER,
    last_status TEXT,
    last_error TEXT
) STRICT, WITHOUT ROWID;
