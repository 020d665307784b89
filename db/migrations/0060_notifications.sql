-- What users are told, and the devices that hear of it. contract/notifications.md.

-- In the order in which a user reads them. `content` keeps the words of the event; the actor's name is read when shown.
CREATE TABLE notifications (
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    created_at      INTEGER NOT NULL,
    notification_id TEXT NOT NULL,
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
    PRIMARY KEY (user_id, created_at, notification_id),
    CHECK ((place_type IS NULL) = (place_id IS NULL)),
    CHECK ((target_type IS NULL) = (target_id IS NULL))
) WITHOUT ROWID;

CREATE UNIQUE INDEX notifications_by_id ON notifications (notification_id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, notification_id) WHERE read_at IS NULL;
CREATE INDEX notifications_of_actor ON notifications (actor_id, user_id) WHERE actor_id IS NOT NULL;
CREATE INDEX notifications_of_post ON notifications (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX notifications_of_repost ON notifications (related_id) WHERE type = 'repost';
CREATE INDEX notifications_of_comment ON notifications (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX notifications_of_place ON notifications (place_id) WHERE place_id IS NOT NULL;
CREATE INDEX notifications_by_age ON notifications (created_at);

-- How many rows of each type a user has.
CREATE TABLE notification_counts (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    type    TEXT NOT NULL,
    total   INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    unread  INTEGER NOT NULL DEFAULT 0 CHECK (unread BETWEEN 0 AND total),
    PRIMARY KEY (user_id, type)
) WITHOUT ROWID;

-- What a user was told about: one row for each pair of recipient and cause, so that repeating it tells nothing for 24 h and
-- undoing it finds the notification. `withdrawn`: undone while unread; doing it again brings the same row back.
CREATE TABLE notification_causes (
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    cause           TEXT NOT NULL,
    notification_id TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    withdrawn       INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)),
    PRIMARY KEY (user_id, cause)
) WITHOUT ROWID;

CREATE INDEX notification_causes_by_age ON notification_causes (created_at);
