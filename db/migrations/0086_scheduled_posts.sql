-- Posts that are published later, exactly once. contract/scheduled-posts.md.

CREATE TABLE scheduled_posts (
    scheduled_post_id TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    post_id           TEXT NOT NULL UNIQUE,            -- the id the post will have
    draft             TEXT NOT NULL,                   -- JSON: what will be published
    tagged_users      TEXT NOT NULL DEFAULT '[]',      -- JSON: as they resolved when it was scheduled
    thumbnail         TEXT,                            -- base64 of the JPEG, for the scheduling screen
    scheduled_time    INTEGER NOT NULL,
    timezone          TEXT,
    status            INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 4),  -- scheduled, publishing, published, failed, cancelled
    next_attempt_at   INTEGER NOT NULL,                -- due; while status is 1, the end of the lease
    attempts          INTEGER NOT NULL DEFAULT 0,
    last_error_code   TEXT,
    last_error        TEXT,
    revision          INTEGER NOT NULL DEFAULT 1,
    published_at      INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
);
CREATE INDEX scheduled_posts_waiting ON scheduled_posts (user_id, scheduled_time, scheduled_post_id) WHERE status < 2;
CREATE INDEX scheduled_posts_due ON scheduled_posts (next_attempt_at) WHERE status < 2;
CREATE INDEX scheduled_posts_of_user ON scheduled_posts (user_id, status, updated_at DESC, scheduled_post_id DESC);
CREATE INDEX scheduled_posts_changed ON scheduled_posts (user_id, updated_at DESC, scheduled_post_id DESC);
CREATE INDEX scheduled_posts_ended ON scheduled_posts (updated_at) WHERE status > 1;

CREATE TABLE scheduled_post_history (
    scheduled_post_id TEXT NOT NULL REFERENCES scheduled_posts (scheduled_post_id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,  -- from 1
    event             TEXT NOT NULL,     -- created, attempt_failed, published, failed, cancelled
    at                INTEGER NOT NULL,
    attempt           INTEGER NOT NULL,
    error_code        TEXT,
    error             TEXT,
    scheduled_time    INTEGER NOT NULL,
    PRIMARY KEY (scheduled_post_id, number)
) WITHOUT ROWID;
