-- Stories, who saw them and reacted, and what their authors keep of them. contract/stories.md.

-- A story ends 24 h after `created_at`.
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
);
CREATE INDEX stories_of_user ON stories (user_id, created_at, story_id);
CREATE INDEX stories_highlighted ON stories (user_id, created_at, story_id, highlight_title) WHERE highlight_title IS NOT NULL;
CREATE INDEX stories_unswept ON stories (created_at) WHERE is_swept = 0;
CREATE INDEX stories_of_media ON stories (media_id);

CREATE TABLE story_views (
    story_id  TEXT NOT NULL REFERENCES stories (story_id) ON DELETE CASCADE,
    user_id   TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    viewed_at INTEGER NOT NULL,
    PRIMARY KEY (story_id, user_id)
) WITHOUT ROWID;
CREATE INDEX story_views_newest ON story_views (story_id, viewed_at, user_id);
CREATE INDEX story_views_of_user ON story_views (user_id);
CREATE INDEX story_views_by_age ON story_views (viewed_at);

CREATE TABLE story_reactions (
    story_id   TEXT NOT NULL REFERENCES stories (story_id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    reaction   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (story_id, user_id)
) WITHOUT ROWID;
CREATE INDEX story_reactions_of_user ON story_reactions (user_id);
CREATE INDEX story_reactions_by_age ON story_reactions (created_at);

-- Outlives its story, which has the counters as long as it is there.
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
);
CREATE INDEX story_archives_of_user ON story_archives (user_id, archived_at, archive_id);
CREATE INDEX story_archives_of_media ON story_archives (media_id);
