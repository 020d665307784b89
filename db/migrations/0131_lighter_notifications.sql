-- A notification is written with its cause, so each index is part of every reaction and comment, and one in another order than
-- that of time costs a page of the log. Rows are in the order of time now; one index finds whatever is asked of one user;
-- and an index leaves out the rows that another one finds.
CREATE TABLE notifications_by_time (
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
INSERT INTO notifications_by_time (notification_id, user_id, created_at, type, content, read_at, actor_id, related_id, post_id,
                                   comment_id, place_type, place_id, target_type, target_id, data)
SELECT notification_id, user_id, created_at, type, content, read_at, actor_id, related_id, post_id, comment_id, place_type,
       place_id, target_type, target_id, data
FROM notifications ORDER BY notification_id;
DROP TABLE notifications;
ALTER TABLE notifications_by_time RENAME TO notifications;

CREATE INDEX notifications_of_user ON notifications (user_id, created_at, notification_id, read_at, actor_id, post_id);
CREATE INDEX notifications_of_actor ON notifications (actor_id, user_id) WHERE in_actor_index = 1 AND actor_id IS NOT NULL;
CREATE INDEX notifications_of_post ON notifications (post_id) WHERE in_post_index = 1 AND post_id IS NOT NULL;
CREATE INDEX notifications_of_repost ON notifications (related_id) WHERE type = 'repost';
CREATE INDEX notifications_of_comment ON notifications (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX notifications_of_place ON notifications (place_id, type) WHERE place_id IS NOT NULL;
