-- Collections of posts, who follows them and who may add to them. contract/collections.md.

CREATE TABLE collections (
    collection_id   TEXT PRIMARY KEY,
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    description     TEXT,
    is_public       INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
    cover_post_id   TEXT REFERENCES posts (post_id) ON DELETE SET NULL,
    followers_count INTEGER NOT NULL DEFAULT 0 CHECK (followers_count >= 0),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);

CREATE INDEX collections_of_user ON collections (user_id, created_at DESC, collection_id DESC);
CREATE INDEX collections_public_of_user ON collections (user_id, created_at DESC, collection_id DESC) WHERE is_public = 1;
CREATE INDEX collections_newest ON collections (created_at DESC, collection_id DESC) WHERE is_public = 1;
CREATE INDEX collections_followed_most ON collections (followers_count DESC, created_at DESC, collection_id DESC) WHERE is_public = 1;
CREATE INDEX collections_by_cover ON collections (cover_post_id) WHERE cover_post_id IS NOT NULL;

-- What is in a collection, the highest position first: the time of adding, until the owner puts them in another order.
CREATE TABLE collection_posts (
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    post_id       TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    added_by      TEXT NOT NULL,
    added_at      INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    PRIMARY KEY (collection_id, post_id)
) WITHOUT ROWID;

CREATE INDEX collection_posts_in_order ON collection_posts (collection_id, position DESC, post_id DESC);
CREATE INDEX collection_posts_newest ON collection_posts (collection_id, added_at DESC, post_id DESC);
CREATE INDEX collection_posts_of_post ON collection_posts (post_id, collection_id);

CREATE TABLE collection_follows (
    user_id       TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, collection_id)
) WITHOUT ROWID;

CREATE INDEX collection_follows_newest ON collection_follows (user_id, created_at DESC, collection_id DESC);
CREATE INDEX collection_follows_of_collection ON collection_follows (collection_id, created_at DESC, user_id DESC);

-- Owners hear once of each follower, however often they follow again.
CREATE TABLE collection_follow_notices (
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    user_id       TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, user_id)
) WITHOUT ROWID;

CREATE INDEX collection_follow_notices_of_user ON collection_follow_notices (user_id);

-- Who else may add; not accepted yet while accepted_at is null.
CREATE TABLE collection_collaborators (
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    user_id       TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    invited_at    INTEGER NOT NULL,
    accepted_at   INTEGER,
    PRIMARY KEY (collection_id, user_id)
) WITHOUT ROWID;

CREATE INDEX collection_collaborators_of_user ON collection_collaborators (user_id);
