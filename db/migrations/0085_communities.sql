-- Communities, who is in them, and the posts that belong to them. contract/communities.md.

CREATE TABLE communities (
    community_id TEXT NOT NULL PRIMARY KEY,
    owner_id     TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL,  -- folded, for sorting
    description  TEXT NOT NULL,
    category     TEXT NOT NULL,
    category_key TEXT NOT NULL,  -- folded
    is_private   INTEGER NOT NULL DEFAULT 0 CHECK (is_private IN (0, 1)),
    cover_id     TEXT REFERENCES media (media_id),
    rules        TEXT NOT NULL DEFAULT '[]',  -- JSON: title, description
    member_count INTEGER NOT NULL DEFAULT 0 CHECK (member_count >= 0),
    post_count   INTEGER NOT NULL DEFAULT 0 CHECK (post_count >= 0),
    created_at   INTEGER NOT NULL,
    active_at    INTEGER NOT NULL,  -- of the newest post
    deleted_at   INTEGER            -- its posts are being removed
);

-- What GET /communities/discover lists, in each of its orders, of all categories or of one.
CREATE INDEX communities_by_members ON communities ((-member_count), community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_by_age ON communities (created_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_by_activity ON communities (active_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_by_name ON communities (name_key, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_members ON communities (category_key, (-member_count), community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_age ON communities (category_key, created_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_activity ON communities (category_key, active_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_name ON communities (category_key, name_key, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_owner ON communities (owner_id);
CREATE INDEX communities_by_cover ON communities (cover_id) WHERE cover_id IS NOT NULL;

-- The words of a public community's name, for `q`.
CREATE TABLE community_words (
    word         TEXT NOT NULL,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    PRIMARY KEY (word, community_id)
) WITHOUT ROWID;
CREATE INDEX community_words_of ON community_words (community_id);

-- How many public communities each category has; one without any has no row.
CREATE TABLE community_categories (
    category_key TEXT NOT NULL PRIMARY KEY,
    category     TEXT NOT NULL,  -- as the first one spelled it
    communities  INTEGER NOT NULL CHECK (communities >= 0)
) WITHOUT ROWID;
CREATE INDEX community_categories_by_size ON community_categories ((-communities), category_key);

CREATE TABLE community_members (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    role         INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 2),  -- member, moderator, owner
    joined_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, community_id)
) WITHOUT ROWID;
CREATE INDEX community_members_of ON community_members (community_id, role DESC, joined_at, user_id);
CREATE INDEX community_members_newest ON community_members (user_id, joined_at DESC, community_id);

-- One for each user and community: pending, or declined at `decided_at`.
CREATE TABLE community_requests (
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    message      TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    declined_at  INTEGER,
    PRIMARY KEY (community_id, user_id)
) WITHOUT ROWID;
CREATE INDEX community_requests_pending ON community_requests (community_id, created_at, user_id) WHERE declined_at IS NULL;
CREATE INDEX community_requests_of_user ON community_requests (user_id);

CREATE TABLE community_invites (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    invited_by   TEXT REFERENCES users (user_id) ON DELETE SET NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, community_id)
) WITHOUT ROWID;
CREATE INDEX community_invites_of ON community_invites (community_id);
CREATE INDEX community_invites_by ON community_invites (invited_by) WHERE invited_by IS NOT NULL;

CREATE TABLE community_bans (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, community_id)
) WITHOUT ROWID;
CREATE INDEX community_bans_of ON community_bans (community_id);

-- A community's posts are posts: whatever can be done to a post can be done to them. They are in no feed, profile or
-- explore list, so each index of those lists has them apart.
ALTER TABLE posts ADD COLUMN community_id TEXT REFERENCES communities (community_id);
ALTER TABLE posts ADD COLUMN in_community INTEGER NOT NULL DEFAULT 0 CHECK (in_community IN (0, 1));
ALTER TABLE posts ADD COLUMN scheduled_for INTEGER;

DROP INDEX posts_of_author;
CREATE INDEX posts_of_author ON posts (user_id, in_community, created_at DESC, post_id DESC);
DROP INDEX posts_newest;
CREATE INDEX posts_newest ON posts (created_at DESC, post_id DESC) WHERE visibility < 2 AND in_community = 0;
DROP INDEX posts_media_of_author;
CREATE INDEX posts_media_of_author ON posts (user_id, media_type, created_at DESC, post_id DESC) WHERE media_type IS NOT NULL AND in_community = 0;
CREATE INDEX posts_of_community ON posts (community_id, created_at DESC, post_id DESC) WHERE community_id IS NOT NULL;
CREATE INDEX posts_top_of_community ON posts (community_id, likes_count DESC, post_id DESC) WHERE community_id IS NOT NULL;
CREATE INDEX posts_pinned_in_community ON posts (community_id, created_at DESC, post_id DESC) WHERE is_pinned = 1 AND community_id IS NOT NULL;

-- When the end of a poll was told.
ALTER TABLE polls ADD COLUMN ended_at INTEGER;
DROP INDEX poll_votes_of_post;
CREATE INDEX poll_votes_of_post ON poll_votes (post_id, user_id);
