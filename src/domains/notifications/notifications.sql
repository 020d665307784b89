-- Notifications, their counters and causes.

-- name: list_notifications
SELECT notification_id, user_id, type, content, read_at, created_at, related_id, post_id, comment_id, place_type, place_id,
       target_type, target_id, actor_id, data
FROM notifications
WHERE user_id = :user_id AND (created_at, notification_id) < (:at, :id) AND (:any_type = 1 OR type IN each(:types))
ORDER BY created_at DESC, notification_id DESC LIMIT :limit OFFSET :skip

-- name: list_unread
SELECT notification_id, user_id, type, content, read_at, created_at, related_id, post_id, comment_id, place_type, place_id,
       target_type, target_id, actor_id, data
FROM notifications
WHERE user_id = :user_id AND read_at IS NULL AND (created_at, notification_id) < (:at, :id)
      AND (:any_type = 1 OR type IN each(:types))
ORDER BY created_at DESC, notification_id DESC LIMIT :limit OFFSET :skip

-- name: find_notification
SELECT notification_id, user_id, type, content, read_at, created_at, related_id, post_id, comment_id, place_type, place_id,
       target_type, target_id, actor_id, data
FROM notifications WHERE notification_id = :notification_id

-- name: counts
SELECT type, total, unread FROM notification_counts WHERE user_id = :user_id ORDER BY type

-- name: add_counts
INSERT INTO notification_counts (user_id, type, total, unread) VALUES (:user_id, :type, :total, :unread)
ON CONFLICT (user_id, type) DO UPDATE SET total = notification_counts.total + excluded.total,
                                          unread = notification_counts.unread + excluded.unread

-- name: take_counts
UPDATE notification_counts SET total = total - :total, unread = unread - :unread WHERE user_id = :user_id AND type = :type

-- name: remember_cause
-- No row: the recipient was told of it within the day. The id of the row says which: the given one is new, another one was
-- withdrawn and comes back.
INSERT INTO notification_causes (user_id, cause, notification_id, created_at)
VALUES (:user_id, :cause, :notification_id, :now)
ON CONFLICT (user_id, cause) DO UPDATE SET
    notification_id = CASE WHEN notification_causes.created_at > :a_day_ago THEN notification_causes.notification_id
                           ELSE excluded.notification_id END,
    created_at = CASE WHEN notification_causes.created_at > :a_day_ago THEN notification_causes.created_at
                      ELSE excluded.created_at END,
    withdrawn = 0
WHERE notification_causes.withdrawn = 1 OR notification_causes.created_at <= :a_day_ago
RETURNING notification_id, created_at

-- name: has_withdrawn
SELECT 1 FROM notification_causes
WHERE user_id = :user_id AND cause = :cause AND withdrawn = 1 AND created_at > :a_day_ago

-- name: replace_cause
INSERT INTO notification_causes (user_id, cause, notification_id, created_at)
VALUES (:user_id, :cause, :notification_id, :now)
ON CONFLICT (user_id, cause) DO UPDATE SET notification_id = excluded.notification_id, created_at = excluded.created_at

-- name: mark_withdrawn
UPDATE notification_causes SET withdrawn = 1 WHERE user_id = :user_id AND cause = :cause

-- name: insert_notification
INSERT INTO notifications (user_id, created_at, notification_id, type, content, actor_id, related_id, post_id, comment_id,
                           place_type, place_id, target_type, target_id, data, in_actor_index, in_post_index)
VALUES (:user_id, :created_at, :notification_id, :type, :content, :actor_id, :related_id, :post_id, :comment_id,
        :place_type, :place_id, :target_type, :target_id, :data, :in_actor_index, :in_post_index)

-- name: renew_unread
-- The unread row of the same cause, if there is one, tells the newest instead and moves to the top.
UPDATE notifications SET created_at = :now, content = :content, actor_id = :actor_id, related_id = :related_id,
                         target_type = :target_type, target_id = :target_id, data = :data
WHERE notification_id = (SELECT notification_id FROM notification_causes WHERE user_id = :user_id AND cause = :cause)
      AND read_at IS NULL
RETURNING notification_id

-- name: remove_one
DELETE FROM notifications WHERE notification_id = :notification_id AND user_id = :user_id
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_read_of_user
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE user_id = :user_id AND read_at IS NOT NULL LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: withdraw
DELETE FROM notifications
WHERE notification_id = (SELECT notification_id FROM notification_causes WHERE user_id = :user_id AND cause = :cause)
      AND read_at IS NULL
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_post
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE post_id = :post_id AND in_post_index = 1 LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_own_post
-- Walks the user's part of one index: up to 2,000 rows, or what CleanUpUser leaves until the daily job.
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications
                          WHERE user_id = :user_id AND post_id = :post_id LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_repost
DELETE FROM notifications WHERE type = 'repost' AND related_id = :post_id
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_comments
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE comment_id IN each(:comment_ids) LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_place
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE place_id = :place_id LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_message
DELETE FROM notifications
WHERE place_id = :place_id AND type = 'message' AND target_id = :message_id AND read_at IS NULL
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: told_of
-- Who has an unread row of this cause.
SELECT user_id FROM notifications
WHERE actor_id = :actor_id AND in_actor_index = 1 AND type = :type AND target_id = :target_id AND read_at IS NULL

-- name: id_of_cause
SELECT notification_id FROM notification_causes WHERE user_id = :user_id AND cause = :cause

-- name: tells_already
SELECT 1 FROM notifications
WHERE notification_id = (SELECT notification_id FROM notification_causes WHERE user_id = :user_id AND cause = :cause)
      AND target_id = :target_id

-- name: remove_between
-- Everything one user caused for another.
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE user_id = :user_id AND actor_id = :actor_id)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_of_actor
-- Those of comments go with the comments.
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE actor_id = :actor_id AND in_actor_index = 1 LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_outdated
-- Ids sort by time, and no row is older than its id; one of a chat may be newer.
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications
                          WHERE notification_id < :first_kept AND created_at < :read_before
                                AND (read_at IS NOT NULL OR created_at < :unread_before)
                          ORDER BY notification_id LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: users_above
-- scan: once a day, some rows for each user
SELECT user_id FROM notification_counts WHERE user_id > :after
GROUP BY user_id HAVING sum(total) > :most ORDER BY user_id LIMIT :limit

-- name: remove_beyond
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE user_id = :user_id
                          ORDER BY created_at DESC, notification_id DESC LIMIT :limit OFFSET :most)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: remove_old_causes
DELETE FROM notification_causes
WHERE (user_id, cause) IN (SELECT user_id, cause FROM notification_causes WHERE created_at < :before
                           ORDER BY created_at LIMIT :limit)

-- name: remove_causes_of_user
DELETE FROM notification_causes
WHERE (user_id, cause) IN (SELECT user_id, cause FROM notification_causes WHERE user_id = :user_id LIMIT :limit)

-- name: remove_some_of_user
DELETE FROM notifications
WHERE notification_id IN (SELECT notification_id FROM notifications WHERE user_id = :user_id LIMIT :limit)
RETURNING user_id, type, read_at, notification_id, actor_id, post_id

-- name: mark_read
UPDATE notifications SET read_at = :now
WHERE user_id = :user_id AND read_at IS NULL AND created_at <= :before AND (:any_type = 1 OR type IN each(:types))
RETURNING type

-- name: mark_some_read
UPDATE notifications SET read_at = :now
WHERE notification_id IN each(:ids) AND user_id = :user_id AND read_at IS NULL AND created_at <= :before
      AND (:any_type = 1 OR type IN each(:types))
RETURNING type

-- name: owner_of
SELECT user_id FROM notifications WHERE notification_id = :notification_id

-- name: reached_by
-- How many different people a new account's notifications stand with, counted up to a bound.
SELECT count(*) FROM (SELECT DISTINCT user_id FROM notifications
                      WHERE actor_id = :actor_id AND in_actor_index = 1 LIMIT :limit) AS reached

-- name: texts_of_user
SELECT notification_id, type, content, created_at FROM notifications
WHERE user_id = :user_id AND (created_at, notification_id) > (:at, :id)
ORDER BY created_at, notification_id LIMIT :limit
