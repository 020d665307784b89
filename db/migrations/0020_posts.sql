-- Posts, what readers do with them, and their polls. contract/posts.md, polls.md.

CREATE TABLE posts (
    post_id              TEXT PRIMARY KEY,
    user_id              TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    content              TEXT NOT NULL DEFAULT '',
    media_id             TEXT REFERENCES media (media_id),
    media_type           TEXT CHECK (media_type IN ('image', 'video', 'audio')),
    location             TEXT,
    tags                 TEXT NOT NULL DEFAULT '[]',  -- JSON arrays, in order
    tagged_users         TEXT NOT NULL DEFAULT '[]',
    mentioned_users      TEXT NOT NULL DEFAULT '[]',
    category             TEXT,
    visibility           INTEGER NOT NULL DEFAULT 0 CHECK (visibility BETWEEN 0 AND 2),  -- public, followers, private
    is_pinned            INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
    tags_are_explicit    INTEGER NOT NULL DEFAULT 0 CHECK (tags_are_explicit IN (0, 1)),
    is_repost            INTEGER NOT NULL DEFAULT 0 CHECK (is_repost IN (0, 1)),
    original_post_id     TEXT REFERENCES posts (post_id) ON DELETE SET NULL,
    repost_comment       TEXT,
    has_poll             INTEGER NOT NULL DEFAULT 0 CHECK (has_poll IN (0, 1)),
    likes_count          INTEGER NOT NULL DEFAULT 0 CHECK (likes_count >= 0),
    dislikes_count       INTEGER NOT NULL DEFAULT 0 CHECK (dislikes_count >= 0),
    shares_count         INTEGER NOT NULL DEFAULT 0 CHECK (shares_count >= 0),
    repost_count         INTEGER NOT NULL DEFAULT 0 CHECK (repost_count >= 0),
    comments_count       INTEGER NOT NULL DEFAULT 0 CHECK (comments_count >= 0),
    comments_total_count INTEGER NOT NULL DEFAULT 0 CHECK (comments_total_count >= 0),
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER
);

CREATE INDEX posts_of_author ON posts (user_id, created_at DESC, post_id DESC);
CREATE INDEX posts_newest ON posts (created_at DESC, post_id DESC) WHERE visibility < 2;
CREATE INDEX posts_media_of_author ON posts (user_id, media_type, created_at DESC, post_id DESC) WHERE media_type IS NOT NULL;
CREATE UNIQUE INDEX posts_one_repost ON posts (user_id, original_post_id) WHERE original_post_id IS NOT NULL;
CREATE INDEX posts_reposts ON posts (original_post_id, created_at DESC, post_id DESC) WHERE original_post_id IS NOT NULL;
CREATE INDEX posts_pinned ON posts (user_id) WHERE is_pinned = 1;
CREATE INDEX posts_by_media ON posts (media_id) WHERE media_id IS NOT NULL;

-- At most one stance of a user on a post: a reaction, or a dislike ('-').
CREATE TABLE post_stances (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    stance     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;

CREATE INDEX post_stances_of_post ON post_stances (post_id, created_at DESC, user_id DESC, stance);

-- How many reactions of each type; a type without any has no row.
CREATE TABLE post_reaction_counts (
    post_id       TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    reaction_type TEXT NOT NULL,
    reactions     INTEGER NOT NULL CHECK (reactions >= 0),
    PRIMARY KEY (post_id, reaction_type)
) WITHOUT ROWID;

CREATE TABLE post_saves (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;

CREATE INDEX post_saves_newest ON post_saves (user_id, created_at DESC, post_id DESC);
CREATE INDEX post_saves_of_post ON post_saves (post_id);

-- Who is tagged or mentioned where, for GET /mentions.
CREATE TABLE post_mentions (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;

CREATE INDEX post_mentions_newest ON post_mentions (user_id, created_at DESC, post_id DESC);
CREATE INDEX post_mentions_of_post ON post_mentions (post_id);

CREATE TABLE polls (
    post_id    TEXT PRIMARY KEY REFERENCES posts (post_id) ON DELETE CASCADE,
    question   TEXT NOT NULL,
    options    TEXT NOT NULL,  -- JSON array
    expires_at INTEGER NOT NULL
);

CREATE TABLE poll_counts (
    post_id      TEXT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
    option_index INTEGER NOT NULL,
    votes        INTEGER NOT NULL DEFAULT 0 CHECK (votes >= 0),
    PRIMARY KEY (post_id, option_index)
) WITHOUT ROWID;

CREATE TABLE poll_votes (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id      TEXT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
    option_index INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;

CREATE INDEX poll_votes_of_post ON poll_votes (post_id);
