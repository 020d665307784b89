-- What discovery keeps beside posts and people, so that no request counts anything. contract/discovery.md §3, §4; docs/discovery.md.

-- Which posts belong to which category. Written in the transaction of the post.
CREATE TABLE category_posts (
    category   TEXT NOT NULL,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    score      INTEGER NOT NULL DEFAULT 0,
    is_counted INTEGER NOT NULL DEFAULT 1 CHECK (is_counted IN (0, 1)),  -- it is public
    PRIMARY KEY (category, post_id)
) WITHOUT ROWID;

CREATE INDEX category_posts_newest ON category_posts (category, created_at DESC, post_id DESC);
CREATE INDEX category_posts_popular ON category_posts (category, score DESC, post_id DESC);
CREATE INDEX category_posts_of_post ON category_posts (post_id, category);

-- How many public posts of each author are in each category; those of private accounts are not shown in sums.
CREATE TABLE category_authors (
    user_id  TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    posts    INTEGER NOT NULL DEFAULT 0,
    is_shown INTEGER NOT NULL DEFAULT 1 CHECK (is_shown IN (0, 1)),
    PRIMARY KEY (user_id, category)
) WITHOUT ROWID;

CREATE INDEX category_authors_sums ON category_authors (category, posts) WHERE is_shown = 1 AND posts > 0;

-- Public posts that somebody liked, commented on or reposted: all of the last 30 days, and the best of all time.
-- `age` 0: of the last 24 hours, 1: 7 days, 2: 30 days, 3: older.
CREATE TABLE post_ranks (
    post_id    TEXT PRIMARY KEY REFERENCES posts (post_id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    age        INTEGER NOT NULL CHECK (age BETWEEN 0 AND 3),
    likes      INTEGER NOT NULL,
    score      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX post_ranks_by_likes ON post_ranks (age, likes DESC, created_at DESC, post_id DESC, user_id);
CREATE INDEX post_ranks_by_score ON post_ranks (age, score DESC, created_at DESC, post_id DESC, user_id);
CREATE INDEX post_ranks_by_age ON post_ranks (age, created_at);

-- Authors by what their posts of the last 7 days got.
CREATE TABLE creator_ranks (
    user_id      TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    posts        INTEGER NOT NULL,
    likes        INTEGER NOT NULL,
    comments     INTEGER NOT NULL,
    score        INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX creator_ranks_by_score ON creator_ranks (score DESC, user_id);
CREATE INDEX creator_ranks_by_refreshed_at ON creator_ranks (refreshed_at);

-- People by the followers they won in the last 7 days.
CREATE TABLE growth_ranks (
    user_id      TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    joined_at    INTEGER NOT NULL,
    is_new       INTEGER NOT NULL CHECK (is_new IN (0, 1)),  -- joined in the last 7 days
    followers    INTEGER NOT NULL,
    gained       INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX growth_ranks_new ON growth_ranks (followers DESC, user_id) WHERE is_new = 1;
CREATE INDEX growth_ranks_gained ON growth_ranks (gained DESC, user_id) WHERE gained > 0;
CREATE INDEX growth_ranks_by_refreshed_at ON growth_ranks (refreshed_at);

-- Posts that a reader was shown or opened in the last 48 hours, as pairs of a hash and a minute. One short text for each reader.
CREATE TABLE seen_posts (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    posts   TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX seen_posts_by_seen_at ON seen_posts (seen_at);

-- What a reader said about what is recommended: 'dismissed' (a suggested person), 'hidden' (a post, or a person's posts), 'more'.
CREATE TABLE discovery_wishes (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    wish    TEXT NOT NULL CHECK (wish IN ('dismissed', 'hidden', 'more')),
    target  TEXT NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (user_id, wish, target)
) WITHOUT ROWID;

CREATE INDEX discovery_wishes_by_until ON discovery_wishes (until);
