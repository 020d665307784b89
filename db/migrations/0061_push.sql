-- Devices that hear of notifications, and what is on its way to them. contract/notifications.md §4.

-- Devices that want pushes. A token belongs to one user and one session; what is gone from either is deleted.
CREATE TABLE push_devices (
    device_id    TEXT NOT NULL PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    session_id   TEXT NOT NULL,
    provider     TEXT NOT NULL CHECK (provider IN ('expo', 'webpush', 'none')),
    token        TEXT NOT NULL UNIQUE,  -- of Web Push the endpoint
    p256dh       TEXT,
    auth         TEXT,
    platform     TEXT NOT NULL,
    device_name  TEXT,
    app_version  TEXT,
    locale       TEXT,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    last_error   TEXT,
    paused_until INTEGER NOT NULL DEFAULT 0,
    pause_us     INTEGER NOT NULL DEFAULT 0,  -- the last pause; the next one is twice as long
    CHECK ((provider = 'webpush') = (p256dh IS NOT NULL AND auth IS NOT NULL))
) WITHOUT ROWID;

CREATE INDEX push_devices_of_user ON push_devices (user_id, last_seen_at);
CREATE INDEX push_devices_of_session ON push_devices (session_id);

-- Notifications whose push is not decided yet, or held back for a summary (`held`). One that is read meanwhile is dropped.
CREATE TABLE push_queue (
    notification_id TEXT NOT NULL PRIMARY KEY,
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    type            TEXT NOT NULL,
    target          TEXT NOT NULL,  -- pushes of one type and target are merged and throttled together
    due_at          INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    held            INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1))
) WITHOUT ROWID;

CREATE INDEX push_queue_of_user ON push_queue (user_id, held, type, target);
CREATE INDEX push_queue_by_due_at ON push_queue (due_at) WHERE held = 0;

-- When each user was pushed: what the throttle counts. Kept for an hour.
CREATE TABLE push_log (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL,
    push_id TEXT NOT NULL,
    type    TEXT NOT NULL,
    target  TEXT NOT NULL,
    PRIMARY KEY (user_id, sent_at, push_id)
) WITHOUT ROWID;

CREATE INDEX push_log_by_age ON push_log (sent_at);

-- One push on its way to one device. `sending`: handed to the provider, outcome unknown until the row says more; such a row
-- is never sent again by another process, so that a crash pushes nothing twice.
CREATE TABLE push_deliveries (
    delivery_id      TEXT NOT NULL PRIMARY KEY,  -- ascending by creation
    push_id          TEXT NOT NULL,              -- the notification and its version, or a summary
    device_id        TEXT NOT NULL REFERENCES push_devices (device_id) ON DELETE CASCADE,
    notification_id  TEXT,                       -- null for summaries
    provider         TEXT NOT NULL,
    type             TEXT NOT NULL,
    title            TEXT NOT NULL,
    body             TEXT NOT NULL,
    data             TEXT NOT NULL,
    topic            TEXT NOT NULL,
    badge            INTEGER NOT NULL,
    state            TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent')),
    attempts         INTEGER NOT NULL DEFAULT 0,
    due_at           INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    first_attempt_at INTEGER,
    started_at       INTEGER,
    ticket_id        TEXT,
    sent_at          INTEGER,
    receipt_at       INTEGER,
    receipt_checks   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (push_id, device_id)
) WITHOUT ROWID;

CREATE INDEX push_deliveries_waiting ON push_deliveries (provider, due_at, delivery_id) WHERE state = 'waiting';
CREATE INDEX push_deliveries_open_of_device ON push_deliveries (device_id, delivery_id) WHERE state <> 'sent';
CREATE INDEX push_deliveries_of_device ON push_deliveries (device_id);
CREATE INDEX push_deliveries_sending ON push_deliveries (started_at) WHERE state = 'sending';
CREATE INDEX push_deliveries_receipts ON push_deliveries (receipt_at, delivery_id) WHERE receipt_at IS NOT NULL;
