-- Comments, and who likes them. contract/comments.md.

CREATE TABLE comments (
    comment_id        TEXT NOT NULL PRIMARY KEY,
    post_id           TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    user_id           TEXT REFERENCES users (user_id) ON DELETE RESTRICT,  -- null: erased, kept for its replies
    content           TEXT NOT NULL,
    -- No action: a comment never goes before its replies.
    parent_comment_id TEXT REFERENCES comments (comment_id),
    root_comment_id   TEXT,  -- the parent's root, which cannot go before the parent: no key of its own
    depth             INTEGER NOT NULL DEFAULT 0 CHECK (depth BETWEEN 0 AND 20),
    likes_count       INTEGER NOT NULL DEFAULT 0 CHECK (likes_count >= 0),
    replies_count     INTEGER NOT NULL DEFAULT 0 CHECK (replies_count >= 0),
    tagged_users      TEXT NOT NULL DEFAULT '[]',  -- JSON arrays, in order
    mentioned_users   TEXT NOT NULL DEFAULT '[]',
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER,
    CHECK ((depth = 0) = (parent_comment_id IS NULL)),
    CHECK ((depth = 0) = (root_comment_id IS NULL))
);

CREATE INDEX comments_of_post ON comments (post_id, depth, created_at, comment_id);
CREATE INDEX comments_top_of_post ON comments (post_id, likes_count, created_at, comment_id) WHERE depth = 0;
CREATE INDEX comments_replies ON comments (parent_comment_id, created_at, comment_id) WHERE parent_comment_id IS NOT NULL;
CREATE INDEX comments_of_user ON comments (user_id, comment_id) WHERE user_id IS NOT NULL;

-- Edges refuse to vanish with an account, as follows do: they are removed with the counters that count them.
CREATE TABLE comment_likes (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    comment_id TEXT NOT NULL REFERENCES comments (comment_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, comment_id)
) WITHOUT ROWID;

CREATE INDEX comment_likes_of_comment ON comment_likes (comment_id, created_at, user_id);
