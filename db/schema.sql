-- Generated from db/migrations by tools/schema.py --write. Do not edit; read it first.

CREATE TABLE auth_audit (
    audit_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE, -- null: nobody's address was tried
    event TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    session_id TEXT,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX auth_audit_by_created_at ON auth_audit (created_at);
CREATE INDEX auth_audit_of_user ON auth_audit (user_id, created_at, audit_id);

CREATE TABLE auth_devices (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_devices_by_last_seen_at ON auth_devices (last_seen_at);

CREATE TABLE auth_failures (
    failure_id TEXT NOT NULL PRIMARY KEY,
    guard_key TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    wait_us INTEGER NOT NULL -- how long the next attempt was told to wait
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_failures_by_failed_at ON auth_failures (failed_at);
CREATE INDEX auth_failures_of_key ON auth_failures (guard_key, failed_at, failure_id);

CREATE TABLE auth_identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_identities_of_user ON auth_identities (user_id, provider, linked_at);

CREATE TABLE auth_mail_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('verify_email', 'reset_password', 'change_email', 'undo_email')),
    email TEXT NOT NULL, -- to verify, to change to, or to go back to
    was_asked_for INTEGER NOT NULL CHECK (was_asked_for IN (0, 1)), -- counts against the limits
    is_dead INTEGER NOT NULL DEFAULT 0 CHECK (is_dead IN (0, 1)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_mail_tokens_by_expires_at ON auth_mail_tokens (expires_at);
CREATE INDEX auth_mail_tokens_of_user ON auth_mail_tokens (user_id, kind, created_at);

CREATE TABLE auth_oauth_states (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL, -- of the cookie that ties the state to one browser
    verifier TEXT NOT NULL,
    nonce TEXT NOT NULL,
    redirect TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_oauth_states_by_expires_at ON auth_oauth_states (expires_at);

CREATE TABLE auth_passwords (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL, -- PHC string
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE auth_refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES auth_sessions (session_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    replaced_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_refresh_tokens_by_expires_at ON auth_refresh_tokens (expires_at);
CREATE INDEX auth_refresh_tokens_of_session ON auth_refresh_tokens (session_id, created_at, token_hash);

CREATE TABLE auth_sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    cookie_hash TEXT NOT NULL, -- of the socket cookie
    method TEXT NOT NULL,
    device TEXT,
    platform TEXT NOT NULL CHECK (platform IN ('ios', 'android', 'web', 'unknown')),
    user_agent TEXT NOT NULL,
    ip TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL, -- whatever happens
    reauthenticated_until INTEGER
) STRICT;
CREATE UNIQUE INDEX auth_sessions_by_cookie_hash ON auth_sessions (cookie_hash);
CREATE INDEX auth_sessions_by_expires_at ON auth_sessions (expires_at);
CREATE UNIQUE INDEX auth_sessions_by_token_hash ON auth_sessions (token_hash);
CREATE INDEX auth_sessions_of_user ON auth_sessions (user_id, last_used_at, session_id);

CREATE TABLE auth_sign_in_ids (
    id_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    is_new_user INTEGER NOT NULL CHECK (is_new_user IN (0, 1)),
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    redeemed_ip TEXT,
    session_id TEXT -- made by redeeming; it may have ended since
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_sign_in_ids_by_expires_at ON auth_sign_in_ids (expires_at);
CREATE INDEX auth_sign_in_ids_of_user ON auth_sign_in_ids (user_id);

CREATE TABLE auth_socket_tickets (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES auth_sessions (session_id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_socket_tickets_by_expires_at ON auth_socket_tickets (expires_at);
CREATE INDEX auth_socket_tickets_of_session ON auth_socket_tickets (session_id);

CREATE TABLE blocks (
    blocker_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    blocked_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_blocked ON blocks (blocked_id, blocker_id);
CREATE INDEX blocks_of_blocker ON blocks (blocker_id, created_at, blocked_id);

CREATE TABLE category_authors (
    user_id  TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    posts    INTEGER NOT NULL DEFAULT 0,
    is_shown INTEGER NOT NULL DEFAULT 1 CHECK (is_shown IN (0, 1)),
    PRIMARY KEY (user_id, category)
) WITHOUT ROWID;
CREATE INDEX category_authors_sums ON category_authors (category, posts) WHERE is_shown = 1 AND posts > 0;

CREATE TABLE category_posts (
    category   TEXT NOT NULL,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    score      INTEGER NOT NULL DEFAULT 0,
    is_counted INTEGER NOT NULL DEFAULT 1 CHECK (is_counted IN (0, 1)),  -- it is public
    PRIMARY KEY (category, post_id)
) WITHOUT ROWID;
CREATE INDEX category_posts_newest ON category_posts (category, created_at DESC, post_id DESC);
CREATE INDEX category_posts_of_post ON category_posts (post_id, category);
CREATE INDEX category_posts_popular ON category_posts (category, score DESC, post_id DESC);

CREATE TABLE chat_groups (
    group_id    TEXT NOT NULL PRIMARY KEY REFERENCES chats (chat_id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL, -- as it is searched: folded
    description TEXT,
    photo_id    TEXT REFERENCES media (media_id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL -- of settings and members; the chat has that of messages
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_groups_of_photo ON chat_groups (photo_id) WHERE photo_id IS NOT NULL;

CREATE TABLE chat_marks (
    chat_id   TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    kind      INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    up_to     INTEGER NOT NULL, -- created_at of the newest message covered
    marked_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id, kind, up_to),
    FOREIGN KEY (chat_id, user_id) REFERENCES chat_members (chat_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_members (
    chat_id         TEXT NOT NULL REFERENCES chats (chat_id) ON DELETE CASCADE,
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    is_group        INTEGER NOT NULL CHECK (is_group IN (0, 1)),
    role            INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 2),
    folder          INTEGER NOT NULL CHECK (folder BETWEEN 0 AND 4),
    joined_at       INTEGER NOT NULL,
    seen_from       INTEGER NOT NULL, -- older messages are not theirs to see: from before they joined, or cleared
    last_message_id TEXT,             -- the newest that they see
    last_message_at INTEGER NOT NULL, -- when that was, or when the chat began for them
    unread_count    INTEGER NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    read_until      INTEGER NOT NULL DEFAULT 0,
    delivered_until INTEGER NOT NULL DEFAULT 0,
    muted_until     INTEGER,
    is_pinned       INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
    PRIMARY KEY (chat_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_members_list ON chat_members (user_id, is_group, folder, last_message_at DESC, chat_id);
CREATE INDEX chat_members_pinned ON chat_members (user_id) WHERE is_pinned = 1;

CREATE TABLE chats (
    chat_id         TEXT NOT NULL PRIMARY KEY,
    is_group        INTEGER NOT NULL CHECK (is_group IN (0, 1)),
    -- The pair of a direct chat in the order of their ids: one chat for two people. Null when the account is erased.
    low_user_id     TEXT REFERENCES users (user_id) ON DELETE RESTRICT,
    high_user_id    TEXT REFERENCES users (user_id) ON DELETE RESTRICT,
    -- A direct chat is accepted once a first message was welcome, or answered. Until then it is a request.
    is_accepted     INTEGER NOT NULL DEFAULT 0 CHECK (is_accepted IN (0, 1)),
    requested_by    TEXT,
    requests_count  INTEGER NOT NULL DEFAULT 0,
    members_count   INTEGER NOT NULL DEFAULT 0 CHECK (members_count >= 0),
    -- Times of messages of one chat all differ, in the order of their commits.
    last_message_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chats_of_high_user ON chats (high_user_id) WHERE is_group = 0;
CREATE UNIQUE INDEX chats_of_pair ON chats (low_user_id, high_user_id) WHERE is_group = 0;

CREATE TABLE collection_collaborators (
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    user_id       TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    invited_at    INTEGER NOT NULL,
    accepted_at   INTEGER,
    PRIMARY KEY (collection_id, user_id)
) WITHOUT ROWID;
CREATE INDEX collection_collaborators_of_user ON collection_collaborators (user_id);

CREATE TABLE collection_follow_notices (
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    user_id       TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, user_id)
) WITHOUT ROWID;
CREATE INDEX collection_follow_notices_of_user ON collection_follow_notices (user_id);

CREATE TABLE collection_follows (
    user_id       TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    collection_id TEXT NOT NULL REFERENCES collections (collection_id) ON DELETE CASCADE,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, collection_id)
) WITHOUT ROWID;
CREATE INDEX collection_follows_newest ON collection_follows (user_id, created_at DESC, collection_id DESC);
CREATE INDEX collection_follows_of_collection ON collection_follows (collection_id, created_at DESC, user_id DESC);

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
CREATE INDEX collections_by_cover ON collections (cover_post_id) WHERE cover_post_id IS NOT NULL;
CREATE INDEX collections_followed_most ON collections (followers_count DESC, created_at DESC, collection_id DESC) WHERE is_public = 1;
CREATE INDEX collections_newest ON collections (created_at DESC, collection_id DESC) WHERE is_public = 1;
CREATE INDEX collections_of_user ON collections (user_id, created_at DESC, collection_id DESC);
CREATE INDEX collections_public_of_user ON collections (user_id, created_at DESC, collection_id DESC) WHERE is_public = 1;

CREATE TABLE comment_likes (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    comment_id TEXT NOT NULL REFERENCES comments (comment_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, comment_id)
) WITHOUT ROWID;
CREATE INDEX comment_likes_of_comment ON comment_likes (comment_id, created_at, user_id);

CREATE TABLE comment_mentions (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,  -- of the comment
    comment_id TEXT NOT NULL REFERENCES comments (comment_id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, created_at, comment_id)
) WITHOUT ROWID;
CREATE INDEX comment_mentions_of_comment ON comment_mentions (comment_id);

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
CREATE INDEX comments_liked_of_post ON comments (post_id, likes_count, created_at, comment_id)
    WHERE depth = 0 AND likes_count > 0;
CREATE INDEX comments_of_author ON comments (user_id, comment_id, post_id) WHERE user_id IS NOT NULL;
CREATE INDEX comments_of_post ON comments (post_id, depth, created_at, comment_id);
CREATE INDEX comments_replies ON comments (parent_comment_id, created_at, comment_id) WHERE parent_comment_id IS NOT NULL;

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
, fewness INTEGER NOT NULL DEFAULT 0);
CREATE INDEX communities_by_activity ON communities (active_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_by_age ON communities (created_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_by_cover ON communities (cover_id) WHERE cover_id IS NOT NULL;
CREATE INDEX communities_by_members ON communities (fewness, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_by_name ON communities (name_key, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_activity ON communities (category_key, active_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_age ON communities (category_key, created_at DESC, community_id DESC) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_members ON communities (category_key, fewness, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_category_by_name ON communities (category_key, name_key, community_id) WHERE is_private = 0 AND deleted_at IS NULL;
CREATE INDEX communities_of_owner ON communities (owner_id);

CREATE TABLE community_bans (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, community_id)
) WITHOUT ROWID;
CREATE INDEX community_bans_of ON community_bans (community_id);

CREATE TABLE community_categories (
    category_key TEXT NOT NULL PRIMARY KEY,
    category     TEXT NOT NULL,  -- as the first one spelled it
    communities  INTEGER NOT NULL CHECK (communities >= 0)
) WITHOUT ROWID;
CREATE INDEX community_categories_by_size ON community_categories ((-communities), category_key);

CREATE TABLE community_invites (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    invited_by   TEXT REFERENCES users (user_id) ON DELETE SET NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, community_id)
) WITHOUT ROWID;
CREATE INDEX community_invites_by ON community_invites (invited_by) WHERE invited_by IS NOT NULL;
CREATE INDEX community_invites_of ON community_invites (community_id);

CREATE TABLE community_members (
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    role         INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 2),  -- member, moderator, owner
    joined_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, community_id)
) WITHOUT ROWID;
CREATE INDEX community_members_newest ON community_members (user_id, joined_at DESC, community_id);
CREATE INDEX community_members_of ON community_members (community_id, role DESC, joined_at, user_id);

CREATE TABLE community_requests (
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    message      TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    declined_at  INTEGER,
    PRIMARY KEY (community_id, user_id)
) WITHOUT ROWID;
CREATE INDEX community_requests_of_user ON community_requests (user_id);
CREATE INDEX community_requests_pending ON community_requests (community_id, created_at, user_id) WHERE declined_at IS NULL;

CREATE TABLE community_words (
    word         TEXT NOT NULL,
    community_id TEXT NOT NULL REFERENCES communities (community_id) ON DELETE CASCADE,
    PRIMARY KEY (word, community_id)
) WITHOUT ROWID;
CREATE INDEX community_words_of ON community_words (community_id);

CREATE TABLE creator_ranks (
    user_id      TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    posts        INTEGER NOT NULL,
    likes        INTEGER NOT NULL,
    comments     INTEGER NOT NULL,
    score        INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX creator_ranks_by_refreshed_at ON creator_ranks (refreshed_at);
CREATE INDEX creator_ranks_by_score ON creator_ranks (score DESC, user_id);

CREATE TABLE daily_actions (
    action_id INTEGER PRIMARY KEY AUTOINCREMENT,
    actor_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    action TEXT NOT NULL CHECK (action IN ('follow', 'block')),
    target_id TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX daily_actions_by_created_at ON daily_actions (created_at);
CREATE INDEX daily_actions_of_actor ON daily_actions (actor_id, action, created_at);

CREATE TABLE discovery_wishes (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    wish    TEXT NOT NULL CHECK (wish IN ('dismissed', 'hidden', 'more')),
    target  TEXT NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (user_id, wish, target)
) WITHOUT ROWID;
CREATE INDEX discovery_wishes_by_until ON discovery_wishes (until);

CREATE TABLE exports (
    export_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'ready', 'failed', 'expired')),
    created_at INTEGER NOT NULL,
    ready_at INTEGER,
    expires_at INTEGER,
    size_bytes INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX exports_by_expires_at ON exports (expires_at) WHERE status = 'ready';
CREATE INDEX exports_of_user ON exports (user_id, created_at, export_id);

CREATE TABLE follow_requests (
    requester_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    target_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (requester_id, target_id),
    CHECK (requester_id <> target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_requests_of_requester ON follow_requests (requester_id, created_at, target_id);
CREATE INDEX follow_requests_of_target ON follow_requests (target_id, created_at, requester_id);

CREATE TABLE follows (
    follower_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    following_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (follower_id, following_id),
    CHECK (follower_id <> following_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_of_follower ON follows (follower_id, created_at, following_id);
CREATE INDEX follows_of_following ON follows (following_id, created_at, follower_id);

CREATE TABLE former_emails (
    email TEXT NOT NULL PRIMARY KEY,
    reserved_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX former_emails_by_reserved_until ON former_emails (reserved_until);

CREATE TABLE former_usernames (
    username TEXT NOT NULL,
    user_id TEXT NOT NULL,
    freed_at INTEGER NOT NULL,
    reserved_until INTEGER NOT NULL,
    PRIMARY KEY (username, user_id, freed_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_usernames_by_reserved_until ON former_usernames (reserved_until);
CREATE INDEX former_usernames_of_user ON former_usernames (user_id, freed_at);

CREATE TABLE growth_ranks (
    user_id      TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    joined_at    INTEGER NOT NULL,
    is_new       INTEGER NOT NULL CHECK (is_new IN (0, 1)),  -- joined in the last 7 days
    followers    INTEGER NOT NULL,
    gained       INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL
, gained_in_month INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX growth_ranks_by_refreshed_at ON growth_ranks (refreshed_at);
CREATE INDEX growth_ranks_gained ON growth_ranks (gained DESC, user_id) WHERE gained > 0;
CREATE INDEX growth_ranks_gained_in_month ON growth_ranks (gained_in_month DESC, user_id) WHERE gained_in_month > 0;
CREATE INDEX growth_ranks_new ON growth_ranks (followers DESC, user_id) WHERE is_new = 1;

CREATE TABLE hidden_messages (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    message_id TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_messages_of_message ON hidden_messages (message_id);

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    running_until INTEGER NOT NULL,
    status INTEGER,
    body TEXT,
    created_at INTEGER NOT NULL, acted INTEGER NOT NULL DEFAULT 0 CHECK (acted IN (0, 1)),
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

CREATE TABLE media (
    media_id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT REFERENCES users (user_id) ON DELETE SET NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2), -- image, video, audio
    folder INTEGER NOT NULL CHECK (folder BETWEEN 0 AND 7), -- posts, stories, products, profiles, messages, groups, communities, uploads
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2), -- ready, processing, failed
    -- Least guarded of its references: open to who knows the URL, open unless the owner's account is private, signed.
    access INTEGER NOT NULL DEFAULT 2 CHECK (access BETWEEN 0 AND 2),
    provider INTEGER NOT NULL DEFAULT 0 CHECK (provider BETWEEN 0 AND 2), -- local, s3, cloudinary
    width INTEGER,
    height INTEGER,
    duration_ms INTEGER,
    is_animated INTEGER NOT NULL DEFAULT 0 CHECK (is_animated IN (0, 1)),
    alt_text TEXT,
    -- A line for each: name, format, 8 hex of the content's hash, width, height, bytes. Read and written as a whole, so
    -- that a list costs one row for each medium.
    renditions TEXT NOT NULL,
    bytes INTEGER NOT NULL, -- of all renditions
    created_at INTEGER NOT NULL,
    attached_at INTEGER, -- when something first referred to it
    deleted_at INTEGER, -- when the last reference went: 410 from now on
    files_deleted_at INTEGER
, uploaded_bytes INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE INDEX media_of_owner ON media (owner_id, created_at);
CREATE INDEX media_unattached ON media (created_at) WHERE attached_at IS NULL AND deleted_at IS NULL;
CREATE INDEX media_without_files ON media (files_deleted_at) WHERE files_deleted_at IS NOT NULL;

CREATE TABLE media_references (
    media_id TEXT NOT NULL REFERENCES media (media_id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    reference_id TEXT NOT NULL,
    access INTEGER NOT NULL CHECK (access BETWEEN 0 AND 2),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (media_id, kind, reference_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_references_by_access ON media_references (media_id, access);
CREATE INDEX media_references_of ON media_references (kind, reference_id);

CREATE TABLE message_edits (
    message_id       TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
    replaced_at      INTEGER NOT NULL,
    content          TEXT NOT NULL,
    last_modified_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, replaced_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE message_reactions (
    message_id TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
    emoji      TEXT NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_reactions_of_user ON message_reactions (user_id, message_id);

CREATE TABLE messages (
    message_id        TEXT NOT NULL PRIMARY KEY,
    chat_id           TEXT NOT NULL REFERENCES chats (chat_id) ON DELETE CASCADE,
    sender_id         TEXT REFERENCES users (user_id) ON DELETE RESTRICT, -- null: the account is erased
    type              INTEGER NOT NULL CHECK (type BETWEEN 0 AND 7),
    content           TEXT NOT NULL DEFAULT '',
    search_text       TEXT, -- the content as it is searched, where that differs
    created_at        INTEGER NOT NULL,
    delivered_at      INTEGER, -- the receiver had a live socket
    edited_at         INTEGER,
    deleted_at        INTEGER, -- for everyone: content is gone, the place stays
    media_id          TEXT,
    thumbnail_id      TEXT,
    duration          INTEGER,
    gif_url           TEXT,
    shared_post_id    TEXT,
    story_id          TEXT,
    forwarded_from    TEXT, -- the first author
    forward_comment   TEXT,
    reply_to_id       TEXT,
    album_id          TEXT,
    client_message_id TEXT,
    reactions_count   INTEGER NOT NULL DEFAULT 0 CHECK (reactions_count >= 0)
) STRICT;
CREATE UNIQUE INDEX messages_of_chat ON messages (chat_id, created_at);
CREATE INDEX messages_of_sender ON messages (sender_id, created_at) WHERE sender_id IS NOT NULL;

CREATE TABLE milestones (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    followers  INTEGER NOT NULL,
    reached_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, followers)
) STRICT, WITHOUT ROWID;

CREATE TABLE moderation_log (
    entry_id TEXT NOT NULL PRIMARY KEY,
    admin_id TEXT NOT NULL, -- stays when the administrator's account goes
    action TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    report_id TEXT,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX moderation_log_by_created_at ON moderation_log (created_at, entry_id);

CREATE TABLE mutes (
    muter_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    muted_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    scope TEXT NOT NULL CHECK (scope IN ('all', 'posts', 'stories', 'notifications')),
    until INTEGER, -- null: without end
    created_at INTEGER NOT NULL,
    PRIMARY KEY (muter_id, muted_id, scope),
    CHECK (muter_id <> muted_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mutes_by_until ON mutes (until) WHERE until IS NOT NULL;
CREATE INDEX mutes_of_muted ON mutes (muted_id, muter_id);
CREATE INDEX mutes_of_muter ON mutes (muter_id, created_at, muted_id, scope);

CREATE TABLE notification_causes (
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    cause           TEXT NOT NULL,
    notification_id TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    withdrawn       INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)),
    PRIMARY KEY (user_id, cause)
) WITHOUT ROWID;
CREATE INDEX notification_causes_by_age ON notification_causes (created_at);

CREATE TABLE notification_counts (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    type    TEXT NOT NULL,
    total   INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    unread  INTEGER NOT NULL DEFAULT 0 CHECK (unread BETWEEN 0 AND total),
    PRIMARY KEY (user_id, type)
) WITHOUT ROWID;

CREATE TABLE notification_settings (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    notify_followers INTEGER NOT NULL DEFAULT 1 CHECK (notify_followers IN (0, 1)),
    notify_likes INTEGER NOT NULL DEFAULT 1 CHECK (notify_likes IN (0, 1)),
    notify_comments INTEGER NOT NULL DEFAULT 1 CHECK (notify_comments IN (0, 1)),
    notify_messages INTEGER NOT NULL DEFAULT 1 CHECK (notify_messages IN (0, 1)),
    notify_sales INTEGER NOT NULL DEFAULT 1 CHECK (notify_sales IN (0, 1)),
    notify_mentions INTEGER NOT NULL DEFAULT 1 CHECK (notify_mentions IN (0, 1)),
    notify_reposts INTEGER NOT NULL DEFAULT 1 CHECK (notify_reposts IN (0, 1)),
    notify_super_chat INTEGER NOT NULL DEFAULT 1 CHECK (notify_super_chat IN (0, 1)),
    notify_tips INTEGER NOT NULL DEFAULT 1 CHECK (notify_tips IN (0, 1)),
    notify_stream_online INTEGER NOT NULL DEFAULT 1 CHECK (notify_stream_online IN (0, 1)),
    email_enabled INTEGER NOT NULL DEFAULT 0 CHECK (email_enabled IN (0, 1)),
    push_enabled INTEGER NOT NULL DEFAULT 1 CHECK (push_enabled IN (0, 1)),
    mute_keywords TEXT NOT NULL DEFAULT '[]', -- JSON array
    email_frequency TEXT NOT NULL DEFAULT 'daily' CHECK (email_frequency IN ('instant', 'daily', 'weekly')),
    quiet_hours_enabled INTEGER NOT NULL DEFAULT 0 CHECK (quiet_hours_enabled IN (0, 1)),
    quiet_hours_start TEXT NOT NULL DEFAULT '22:00',
    quiet_hours_end TEXT NOT NULL DEFAULT '08:00',
    timezone TEXT NOT NULL DEFAULT 'UTC',
    push_preview INTEGER NOT NULL DEFAULT 1 CHECK (push_preview IN (0, 1)),
    muted_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE "notifications" (
    notification_id TEXT NOT NULL PRIMARY KEY,
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    created_at      INTEGER NOT NULL,
    type            TEXT NOT NULL,
    content         TEXT NOT NULL,
    read_at         INTEGER,
    actor_id        TEXT,
    related_id      TEXT,
    post_id         TEXT,
    comment_id      TEXT,
    place_type      TEXT,  -- the one other id it carries: story, stream, product, conversation, group, community, collection
    place_id        TEXT,
    target_type     TEXT,
    target_id       TEXT,
    data            TEXT NOT NULL DEFAULT '{}',  -- JSON object
    in_actor_index  INTEGER NOT NULL DEFAULT 1 CHECK (in_actor_index IN (0, 1)),  -- 0: its comment finds it
    in_post_index   INTEGER NOT NULL DEFAULT 1 CHECK (in_post_index IN (0, 1)),  -- 0: the post is the recipient's
    CHECK ((place_type IS NULL) = (place_id IS NULL)),
    CHECK ((target_type IS NULL) = (target_id IS NULL)),
    CHECK (in_actor_index = 1 OR comment_id IS NOT NULL)
);
CREATE INDEX notifications_of_actor ON notifications (actor_id, user_id) WHERE in_actor_index = 1 AND actor_id IS NOT NULL;
CREATE INDEX notifications_of_comment ON notifications (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX notifications_of_place ON notifications (place_id, type) WHERE place_id IS NOT NULL;
CREATE INDEX notifications_of_post ON notifications (post_id) WHERE in_post_index = 1 AND post_id IS NOT NULL;
CREATE INDEX notifications_of_repost ON notifications (related_id) WHERE type = 'repost';
CREATE INDEX notifications_of_user ON notifications (user_id, created_at, notification_id, read_at, actor_id, post_id);

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
CREATE INDEX poll_votes_of_post ON poll_votes (post_id, user_id);

CREATE TABLE polls (
    post_id    TEXT PRIMARY KEY REFERENCES posts (post_id) ON DELETE CASCADE,
    question   TEXT NOT NULL,
    options    TEXT NOT NULL,  -- JSON array
    expires_at INTEGER NOT NULL
, ended_at INTEGER);

CREATE TABLE post_mentions (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;
CREATE INDEX post_mentions_newest ON post_mentions (user_id, created_at DESC, post_id DESC);
CREATE INDEX post_mentions_of_post ON post_mentions (post_id);

CREATE TABLE post_ranks (
    post_id    TEXT PRIMARY KEY REFERENCES posts (post_id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    age        INTEGER NOT NULL CHECK (age BETWEEN 0 AND 3),
    likes      INTEGER NOT NULL,
    score      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX post_ranks_by_age ON post_ranks (age, created_at);
CREATE INDEX post_ranks_by_likes ON post_ranks (age, likes DESC, created_at DESC, post_id DESC, user_id);
CREATE INDEX post_ranks_by_score ON post_ranks (age, score DESC, created_at DESC, post_id DESC, user_id);

CREATE TABLE post_saves (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;
CREATE INDEX post_saves_newest ON post_saves (user_id, created_at DESC, post_id DESC);
CREATE INDEX post_saves_of_post ON post_saves (post_id);

CREATE TABLE post_stances (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    post_id    TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE,
    stance     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, post_id)
) WITHOUT ROWID;
CREATE INDEX post_stances_of_post ON post_stances (post_id, created_at DESC, user_id DESC, stance);

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
, in_collection_count INTEGER NOT NULL DEFAULT 0 CHECK (in_collection_count >= 0), community_id TEXT REFERENCES communities (community_id), in_community INTEGER NOT NULL DEFAULT 0 CHECK (in_community IN (0, 1)), scheduled_for INTEGER, reaction_counts TEXT NOT NULL DEFAULT '', reactions_count INTEGER NOT NULL DEFAULT 0 CHECK (reactions_count >= 0));
CREATE INDEX posts_by_media ON posts (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX posts_media_of_author ON posts (user_id, media_type, created_at DESC, post_id DESC) WHERE media_type IS NOT NULL AND in_community = 0;
CREATE INDEX posts_newest ON posts (created_at DESC, post_id DESC) WHERE visibility < 2 AND in_community = 0;
CREATE INDEX posts_of_author ON posts (user_id, in_community, created_at DESC, post_id DESC);
CREATE INDEX posts_of_community ON posts (community_id, created_at DESC, post_id DESC) WHERE community_id IS NOT NULL;
CREATE UNIQUE INDEX posts_one_repost ON posts (user_id, original_post_id) WHERE original_post_id IS NOT NULL;
CREATE INDEX posts_pinned ON posts (user_id) WHERE is_pinned = 1;
CREATE INDEX posts_pinned_in_community ON posts (community_id, created_at DESC, post_id DESC) WHERE is_pinned = 1 AND community_id IS NOT NULL;
CREATE INDEX posts_private_of_author ON posts (user_id, visibility, in_community, created_at DESC, post_id DESC) WHERE visibility = 2;
CREATE INDEX posts_reposts ON posts (original_post_id, created_at DESC, post_id DESC) WHERE original_post_id IS NOT NULL;
CREATE INDEX posts_top_of_community ON posts (community_id, likes_count DESC, post_id DESC) WHERE community_id IS NOT NULL;
CREATE INDEX posts_with_subjects ON posts (post_id, tags, category) WHERE tags <> '[]' OR category IS NOT NULL;

CREATE TABLE presence (
    user_id      TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    last_seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE privacy_settings (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    allow_messages TEXT NOT NULL DEFAULT 'everyone' CHECK (allow_messages IN ('everyone', 'followers', 'following', 'none')),
    allow_tags TEXT NOT NULL DEFAULT 'everyone' CHECK (allow_tags IN ('everyone', 'followers', 'following', 'none')),
    allow_mentions TEXT NOT NULL DEFAULT 'everyone' CHECK (allow_mentions IN ('everyone', 'followers', 'following', 'none')),
    allow_story_replies TEXT NOT NULL DEFAULT 'everyone' CHECK (allow_story_replies IN ('everyone', 'followers', 'following', 'none')),
    allow_calls TEXT NOT NULL DEFAULT 'everyone' CHECK (allow_calls IN ('everyone', 'followers', 'following', 'none')),
    allow_group_adds TEXT NOT NULL DEFAULT 'everyone' CHECK (allow_group_adds IN ('everyone', 'followers', 'following', 'none')),
    show_online INTEGER NOT NULL DEFAULT 1 CHECK (show_online IN (0, 1)),
    show_read_receipts INTEGER NOT NULL DEFAULT 1 CHECK (show_read_receipts IN (0, 1)),
    auto_archive INTEGER NOT NULL DEFAULT 1 CHECK (auto_archive IN (0, 1)),
    show_in_leaderboards INTEGER NOT NULL DEFAULT 1 CHECK (show_in_leaderboards IN (0, 1)),
    allow_analytics INTEGER NOT NULL DEFAULT 1 CHECK (allow_analytics IN (0, 1))
) STRICT, WITHOUT ROWID;

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
CREATE INDEX push_deliveries_of_device ON push_deliveries (device_id);
CREATE INDEX push_deliveries_open_of_device ON push_deliveries (device_id, delivery_id) WHERE state <> 'sent';
CREATE INDEX push_deliveries_receipts ON push_deliveries (receipt_at, delivery_id) WHERE receipt_at IS NOT NULL;
CREATE INDEX push_deliveries_sending ON push_deliveries (started_at) WHERE state = 'sending';
CREATE INDEX push_deliveries_waiting ON push_deliveries (provider, due_at, delivery_id) WHERE state = 'waiting';

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
CREATE INDEX push_devices_of_session ON push_devices (session_id);
CREATE INDEX push_devices_of_user ON push_devices (user_id, last_seen_at);

CREATE TABLE push_log (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL,
    push_id TEXT NOT NULL,
    type    TEXT NOT NULL,
    target  TEXT NOT NULL,
    PRIMARY KEY (user_id, sent_at, push_id)
) WITHOUT ROWID;
CREATE INDEX push_log_by_age ON push_log (sent_at);

CREATE TABLE push_queue (
    notification_id TEXT NOT NULL PRIMARY KEY,
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    type            TEXT NOT NULL,
    target          TEXT NOT NULL,  -- pushes of one type and target are merged and throttled together
    due_at          INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    held            INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1))
) WITHOUT ROWID;
CREATE INDEX push_queue_by_due_at ON push_queue (due_at) WHERE held = 0;
CREATE INDEX push_queue_of_user ON push_queue (user_id, held, type, target);

CREATE TABLE realtime_members (
    room    TEXT NOT NULL,
    user_id TEXT NOT NULL,
    node_id TEXT NOT NULL REFERENCES realtime_nodes (node_id) ON DELETE CASCADE,
    PRIMARY KEY (room, user_id, node_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX realtime_members_of_node ON realtime_members (node_id, room, user_id);

CREATE TABLE realtime_nodes (
    node_id     TEXT NOT NULL PRIMARY KEY,
    address     TEXT NOT NULL,  -- host:port for the other nodes
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reports (
    report_id TEXT NOT NULL PRIMARY KEY,
    reporter_id TEXT REFERENCES users (user_id) ON DELETE SET NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
    created_at INTEGER NOT NULL
, action TEXT, resolved_at INTEGER, resolved_by TEXT) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_status ON reports (status, created_at, report_id);
CREATE INDEX reports_of_target ON reports (target_type, target_id);
CREATE UNIQUE INDEX reports_open ON reports (reporter_id, target_type, target_id) WHERE status = 'open';

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
CREATE INDEX scheduled_posts_changed ON scheduled_posts (user_id, updated_at DESC, scheduled_post_id DESC);
CREATE INDEX scheduled_posts_due ON scheduled_posts (next_attempt_at) WHERE status < 2;
CREATE INDEX scheduled_posts_ended ON scheduled_posts (updated_at) WHERE status > 1;
CREATE INDEX scheduled_posts_of_user ON scheduled_posts (user_id, status, updated_at DESC, scheduled_post_id DESC);
CREATE INDEX scheduled_posts_waiting ON scheduled_posts (user_id, scheduled_time, scheduled_post_id) WHERE status < 2;

CREATE TABLE seen_posts (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    posts   TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_posts_by_seen_at ON seen_posts (seen_at);

CREATE TABLE sent_messages (
    sender_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    client_message_id TEXT NOT NULL,
    message_id        TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (sender_id, client_message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_messages_by_created_at ON sent_messages (created_at);

CREATE TABLE stories (
    story_id          TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    media_id          TEXT NOT NULL REFERENCES media (media_id),
    story_type        INTEGER NOT NULL DEFAULT 0 CHECK (story_type IN (0, 1)),  -- media, text
    caption           TEXT,
    music_url         TEXT,
    music_title       TEXT,
    music_artist      TEXT,
    music_start_ms    INTEGER NOT NULL DEFAULT 0 CHECK (music_start_ms >= 0),
    music_duration_ms INTEGER CHECK (music_duration_ms > 0),
    forwarded_from    TEXT,  -- who wrote the message that it shows
    views_count       INTEGER NOT NULL DEFAULT 0 CHECK (views_count >= 0),
    reactions_count   INTEGER NOT NULL DEFAULT 0 CHECK (reactions_count >= 0),
    replies_count     INTEGER NOT NULL DEFAULT 0 CHECK (replies_count >= 0),
    highlight_title   TEXT,
    is_swept          INTEGER NOT NULL DEFAULT 0 CHECK (is_swept IN (0, 1)),  -- what its end brings about was done
    created_at        INTEGER NOT NULL
, has_marks INTEGER NOT NULL DEFAULT 1 CHECK (has_marks IN (0, 1)), thumbnail_id TEXT);
CREATE INDEX stories_highlighted ON stories (user_id, created_at, story_id, highlight_title) WHERE highlight_title IS NOT NULL;
CREATE INDEX stories_of_media ON stories (media_id);
CREATE INDEX stories_of_user ON stories (user_id, created_at, story_id);
CREATE INDEX stories_unswept ON stories (created_at) WHERE is_swept = 0;
CREATE INDEX stories_with_marks ON stories (created_at) WHERE has_marks = 1 AND highlight_title IS NULL;

CREATE TABLE story_archives (
    archive_id        TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    story_id          TEXT NOT NULL UNIQUE,
    media_id          TEXT NOT NULL REFERENCES media (media_id),
    story_type        INTEGER NOT NULL,
    caption           TEXT,
    music_url         TEXT,
    music_title       TEXT,
    music_artist      TEXT,
    music_start_ms    INTEGER NOT NULL,
    music_duration_ms INTEGER,
    forwarded_from    TEXT,
    views_count       INTEGER NOT NULL,
    reactions_count   INTEGER NOT NULL,
    replies_count     INTEGER NOT NULL,
    story_created_at  INTEGER NOT NULL,
    archived_at       INTEGER NOT NULL
, thumbnail_id TEXT);
CREATE INDEX story_archives_of_media ON story_archives (media_id);
CREATE INDEX story_archives_of_user ON story_archives (user_id, archived_at, archive_id);

CREATE TABLE story_reactions (
    story_id   TEXT NOT NULL REFERENCES stories (story_id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    reaction   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (story_id, user_id)
) WITHOUT ROWID;
CREATE INDEX story_reactions_of_user ON story_reactions (user_id, story_id);

CREATE TABLE story_views (
    story_id  TEXT NOT NULL REFERENCES stories (story_id) ON DELETE CASCADE,
    user_id   TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    viewed_at INTEGER NOT NULL,
    PRIMARY KEY (story_id, user_id)
) WITHOUT ROWID;
CREATE INDEX story_views_newest ON story_views (story_id, viewed_at, user_id);
CREATE INDEX story_views_of_user ON story_views (user_id, story_id);

CREATE TABLE user_counts (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    followers_count INTEGER NOT NULL DEFAULT 0 CHECK (followers_count >= 0),
    following_count INTEGER NOT NULL DEFAULT 0 CHECK (following_count >= 0),
    posts_count INTEGER NOT NULL DEFAULT 0 CHECK (posts_count >= 0),
    likes_count INTEGER NOT NULL DEFAULT 0 CHECK (likes_count >= 0),
    streams_count INTEGER NOT NULL DEFAULT 0 CHECK (streams_count >= 0),
    total_earnings INTEGER NOT NULL DEFAULT 0, -- cents
    total_spent INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    user_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    picture TEXT, -- an https URL, or the key of a medium
    is_premium INTEGER NOT NULL DEFAULT 0 CHECK (is_premium IN (0, 1)),
    is_private INTEGER NOT NULL DEFAULT 0 CHECK (is_private IN (0, 1)),
    is_discoverable INTEGER NOT NULL DEFAULT 1 CHECK (is_discoverable IN (0, 1)),
    suspended_at INTEGER,
    deactivated_at INTEGER,
    deletion_scheduled_at INTEGER, -- when it will be erased
    bio TEXT NOT NULL DEFAULT '',
    website TEXT,
    twitter TEXT,
    instagram TEXT,
    linkedin TEXT,
    monetization TEXT NOT NULL DEFAULT 'default' CHECK (monetization IN ('default', 'on', 'off')),
    email TEXT NOT NULL, -- lower case
    email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
    paypal_email TEXT,
    has_password INTEGER NOT NULL DEFAULT 0 CHECK (has_password IN (0, 1)),
    mfa_enabled INTEGER NOT NULL DEFAULT 0 CHECK (mfa_enabled IN (0, 1)),
    name_key TEXT NOT NULL, -- the name as it is searched: folded
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_by_deletion_scheduled_at ON users (deletion_scheduled_at) WHERE deletion_scheduled_at IS NOT NULL;
CREATE UNIQUE INDEX users_by_email ON users (email);
CREATE INDEX users_by_name_key ON users (name_key);
CREATE UNIQUE INDEX users_by_username ON users (username);
