-- Whom a comment tags or mentions: GET /mentions?include_comments (contract/comments.md §2).

CREATE TABLE comment_mentions (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,  -- of the comment
    comment_id TEXT NOT NULL REFERENCES comments (comment_id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, created_at, comment_id)
) WITHOUT ROWID;

CREATE INDEX comment_mentions_of_comment ON comment_mentions (comment_id);

-- engine: sqlite
INSERT INTO comment_mentions (user_id, created_at, comment_id)
SELECT DISTINCT u.user_id, c.created_at, c.comment_id
FROM comments c, json_each(c.tagged_users) t JOIN users u ON u.user_id = t.value
WHERE c.tagged_users <> '[]' AND u.user_id IS NOT c.user_id;
INSERT INTO comment_mentions (user_id, created_at, comment_id)
SELECT DISTINCT u.user_id, c.created_at, c.comment_id
FROM comments c, json_each(c.mentioned_users) t JOIN users u ON u.user_id = t.value
WHERE c.mentioned_users <> '[]' AND u.user_id IS NOT c.user_id ON CONFLICT DO NOTHING;

-- engine: postgres
INSERT INTO comment_mentions (user_id, created_at, comment_id)
SELECT DISTINCT u.user_id, c.created_at, c.comment_id
FROM comments c CROSS JOIN LATERAL jsonb_array_elements_text(c.tagged_users::jsonb || c.mentioned_users::jsonb) t (value)
JOIN users u ON u.user_id = t.value
WHERE (c.tagged_users <> '[]' OR c.mentioned_users <> '[]') AND u.user_id IS DISTINCT FROM c.user_id;
