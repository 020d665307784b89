-- Accounts, what they set, and their relations (contract/users.md). Written by domains/users alone.

-- One row for each account. What others see of it is in the first lines; a status time that is set hides the account.
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
CREATE UNIQUE INDEX users_by_email ON users (email);
CREATE UNIQUE INDEX users_by_username ON users (username);
CREATE INDEX users_by_name_key ON users (name_key);
CREATE INDEX users_by_deletion_scheduled_at ON users (deletion_scheduled_at) WHERE deletion_scheduled_at IS NOT NULL;

-- Apart from users, because every follow, post and like writes here: the row is short and holds nothing that is cached
-- for the lists.
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

-- is_private and discoverable are in users, where the lists need them.
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

-- Edges refuse to vanish with an account: they are removed one by one with the counters of the other side.
CREATE TABLE follows (
    follower_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    following_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (follower_id, following_id),
    CHECK (follower_id <> following_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_of_follower ON follows (follower_id, created_at, following_id);
CREATE INDEX follows_of_following ON follows (following_id, created_at, follower_id);

CREATE TABLE follow_requests (
    requester_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    target_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (requester_id, target_id),
    CHECK (requester_id <> target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_requests_of_requester ON follow_requests (requester_id, created_at, target_id);
CREATE INDEX follow_requests_of_target ON follow_requests (target_id, created_at, requester_id);

CREATE TABLE blocks (
    blocker_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    blocked_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_blocker ON blocks (blocker_id, created_at, blocked_id);
CREATE INDEX blocks_of_blocked ON blocks (blocked_id, blocker_id);

CREATE TABLE mutes (
    muter_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    muted_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    scope TEXT NOT NULL CHECK (scope IN ('all', 'posts', 'stories', 'notifications')),
    until INTEGER, -- null: without end
    created_at INTEGER NOT NULL,
    PRIMARY KEY (muter_id, muted_id, scope),
    CHECK (muter_id <> muted_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mutes_of_muter ON mutes (muter_id, created_at, muted_id, scope);
CREATE INDEX mutes_of_muted ON mutes (muted_id, muter_id);
CREATE INDEX mutes_by_until ON mutes (until) WHERE until IS NOT NULL;

-- What counts against a daily limit, and whom it reached: one row for each new follow, request or block, kept 24 h.
CREATE TABLE daily_actions (
    action_id INTEGER PRIMARY KEY AUTOINCREMENT,
    actor_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    action TEXT NOT NULL CHECK (action IN ('follow', 'block')),
    target_id TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX daily_actions_of_actor ON daily_actions (actor_id, action, created_at);
CREATE INDEX daily_actions_by_created_at ON daily_actions (created_at);

-- Names and addresses that are free but not for everybody yet. They outlive the account, so user_id is no foreign key.
CREATE TABLE former_usernames (
    username TEXT NOT NULL,
    user_id TEXT NOT NULL,
    freed_at INTEGER NOT NULL,
    reserved_until INTEGER NOT NULL,
    PRIMARY KEY (username, user_id, freed_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_usernames_of_user ON former_usernames (user_id, freed_at);
CREATE INDEX former_usernames_by_reserved_until ON former_usernames (reserved_until);

CREATE TABLE former_emails (
    email TEXT NOT NULL PRIMARY KEY,
    reserved_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX former_emails_by_reserved_until ON former_emails (reserved_until);

-- Reports of any kind of thing. What was reported may be gone when somebody looks, so it is no foreign key.
CREATE TABLE reports (
    report_id TEXT NOT NULL PRIMARY KEY,
    reporter_id TEXT REFERENCES users (user_id) ON DELETE SET NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reports_open ON reports (reporter_id, target_type, target_id) WHERE status = 'open';
CREATE INDEX reports_by_status ON reports (status, created_at, report_id);
CREATE INDEX reports_of_target ON reports (target_type, target_id);

CREATE TABLE exports (
    export_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'ready', 'failed', 'expired')),
    created_at INTEGER NOT NULL,
    ready_at INTEGER,
    expires_at INTEGER,
    size_bytes INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX exports_of_user ON exports (user_id, created_at, export_id);
CREATE INDEX exports_by_expires_at ON exports (expires_at) WHERE status = 'ready';
