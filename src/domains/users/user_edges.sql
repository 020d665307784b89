-- Follows, requests, blocks, mutes, and the lists of them.

-- name: lock_pair (sqlite)
SELECT 1 FROM user_counts WHERE user_id IN (:one, :other);

-- name: lock_pair (postgres)
-- What changes between two people changes one transaction after the other. Everybody locks in this order.
SELECT 1 FROM user_counts WHERE user_id IN (:one, :other) ORDER BY user_id FOR NO KEY UPDATE;

-- name: insert_follow
INSERT INTO follows (follower_id, following_id, created_at) VALUES (:follower_id, :following_id, :now)
ON CONFLICT DO NOTHING RETURNING follower_id;

-- name: delete_follow
DELETE FROM follows WHERE follower_id = :follower_id AND following_id = :following_id;

-- name: find_follow
SELECT 1 FROM follows WHERE follower_id = :follower_id AND following_id = :following_id;

-- name: insert_request
INSERT INTO follow_requests (requester_id, target_id, created_at) VALUES (:requester_id, :target_id, :now)
ON CONFLICT DO NOTHING RETURNING requester_id;

-- name: delete_request
DELETE FROM follow_requests WHERE requester_id = :requester_id AND target_id = :target_id;

-- name: find_request
SELECT 1 FROM follow_requests WHERE requester_id = :requester_id AND target_id = :target_id;

-- name: delete_requests_to
DELETE FROM follow_requests WHERE target_id = :target_id RETURNING requester_id;

-- name: insert_block
INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (:blocker_id, :blocked_id, :now)
ON CONFLICT DO NOTHING RETURNING blocker_id;

-- name: delete_block
DELETE FROM blocks WHERE blocker_id = :blocker_id AND blocked_id = :blocked_id;

-- name: find_block
SELECT 1 FROM blocks WHERE blocker_id = :blocker_id AND blocked_id = :blocked_id;

-- name: cut_off
SELECT blocked_id FROM blocks WHERE blocker_id = :user_id
UNION SELECT blocker_id FROM blocks WHERE blocked_id = :user_id;

-- name: mutes_of_pair
SELECT scope, until FROM mutes WHERE muter_id = :muter_id AND muted_id = :muted_id AND (until IS NULL OR until > :now);

-- name: upsert_mute
INSERT INTO mutes (muter_id, muted_id, scope, until, created_at) VALUES (:muter_id, :muted_id, :scope, :until, :now)
ON CONFLICT (muter_id, muted_id, scope) DO UPDATE SET until = excluded.until;

-- name: delete_mute
DELETE FROM mutes WHERE muter_id = :muter_id AND muted_id = :muted_id AND scope = :scope;

-- name: delete_mutes
DELETE FROM mutes WHERE muter_id = :muter_id AND muted_id = :muted_id;

-- name: muted_stories
SELECT muted_id FROM mutes WHERE muter_id = :muter_id AND scope IN ('all', 'stories')
    AND (until IS NULL OR until > :now);

-- name: mutes_notifications
SELECT 1 FROM mutes WHERE muter_id = :muter_id AND muted_id = :muted_id AND scope IN ('all', 'notifications')
    AND (until IS NULL OR until > :now);

-- name: shut_out
-- Of whom the user hears nothing: blocks of either side, which have no end, and mutes of everything or of notifications.
SELECT blocked_id AS user_id, 9223372036854775807 AS until FROM blocks WHERE blocker_id = :user_id
UNION ALL
SELECT blocker_id, 9223372036854775807 FROM blocks WHERE blocked_id = :user_id
UNION ALL
SELECT muted_id, COALESCE(until, 9223372036854775807) FROM mutes
WHERE muter_id = :user_id AND scope IN ('all', 'notifications')
LIMIT :limit;

-- name: actions_since
-- Bounded by the daily limit itself: older rows are swept.
SELECT created_at FROM daily_actions WHERE actor_id = :actor_id AND action = :action AND created_at > :since
ORDER BY created_at;

-- name: reached_since
SELECT 1 FROM daily_actions
WHERE actor_id = :actor_id AND action = :action AND created_at > :since AND target_id = :target_id LIMIT 1;

-- name: insert_action
INSERT INTO daily_actions (actor_id, action, target_id, created_at) VALUES (:actor_id, :action, :target_id, :now);

-- name: wants_follow_notices
SELECT 1 FROM notification_settings WHERE user_id = :user_id AND notify_followers = 1;

-- name: relations_of
-- Follows, blocks on either side and mutes of posts, told apart by `kind`.
SELECT 'follows' AS kind, following_id AS user_id, 0 AS until FROM follows WHERE follower_id = :user_id
UNION ALL
SELECT 'blocked', blocked_id, 0 FROM blocks WHERE blocker_id = :user_id
UNION ALL
SELECT 'blocked_by', blocker_id, 0 FROM blocks WHERE blocked_id = :user_id
UNION ALL
SELECT 'muted', muted_id, COALESCE(until, 9223372036854775807) FROM mutes
WHERE muter_id = :user_id AND scope IN ('all', 'posts');

-- name: list_followers
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.created_at AS followed_at,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND following_id = u.user_id) THEN 1 ELSE 0 END
        AS is_following,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = u.user_id AND following_id = :viewer) THEN 1 ELSE 0 END
        AS follows_you
FROM follows e CROSS JOIN users u
WHERE e.following_id = :user_id AND (e.created_at, e.follower_id) < (:at, :id) AND u.user_id = e.follower_id
    AND (u.username >= :low AND u.username < :high OR u.name_key >= :low AND u.name_key < :high)
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = :viewer)
ORDER BY e.created_at DESC, e.follower_id DESC LIMIT :limit OFFSET :skip;

-- name: list_following
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.created_at AS followed_at,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND following_id = u.user_id) THEN 1 ELSE 0 END
        AS is_following,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = u.user_id AND following_id = :viewer) THEN 1 ELSE 0 END
        AS follows_you
FROM follows e CROSS JOIN users u
WHERE e.follower_id = :user_id AND (e.created_at, e.following_id) < (:at, :id) AND u.user_id = e.following_id
    AND (u.username >= :low AND u.username < :high OR u.name_key >= :low AND u.name_key < :high)
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = :viewer)
ORDER BY e.created_at DESC, e.following_id DESC LIMIT :limit OFFSET :skip;

-- name: followers_after
SELECT created_at, follower_id FROM follows
WHERE following_id = :user_id AND (created_at, follower_id) > (:created_at, :follower_id)
ORDER BY created_at, follower_id LIMIT :limit;

-- name: search_followers
-- The same for an account with very many followers: from the (at most :most) people of that name to the edge.
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.created_at AS followed_at,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND following_id = u.user_id) THEN 1 ELSE 0 END
        AS is_following,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = u.user_id AND following_id = :viewer) THEN 1 ELSE 0 END
        AS follows_you
FROM (SELECT * FROM (SELECT user_id FROM users WHERE username >= :low AND username < :high ORDER BY username LIMIT :most) AS n
    UNION
    SELECT * FROM (SELECT user_id FROM users WHERE name_key >= :low AND name_key < :high ORDER BY name_key LIMIT :most) AS k)
    AS named
CROSS JOIN follows e CROSS JOIN users u
WHERE e.follower_id = named.user_id AND e.following_id = :user_id AND (e.created_at, e.follower_id) < (:at, :id)
    AND u.user_id = e.follower_id
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = :viewer)
ORDER BY e.created_at DESC, e.follower_id DESC LIMIT :limit OFFSET :skip;

-- name: list_mutual
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private
FROM follows mine CROSS JOIN follows theirs CROSS JOIN users u
WHERE mine.follower_id = :viewer AND mine.following_id > :after
    AND theirs.follower_id = mine.following_id AND theirs.following_id = :user_id
    AND u.user_id = mine.following_id
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = :viewer)
ORDER BY mine.following_id LIMIT :limit OFFSET :skip;

-- name: list_requests_in
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.created_at
FROM follow_requests e CROSS JOIN users u
WHERE e.target_id = :user_id AND (e.created_at, e.requester_id) < (:at, :id) AND u.user_id = e.requester_id
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
ORDER BY e.created_at DESC, e.requester_id DESC LIMIT :limit OFFSET :skip;

-- name: list_requests_out
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.created_at
FROM follow_requests e CROSS JOIN users u
WHERE e.requester_id = :user_id AND (e.created_at, e.target_id) < (:at, :id) AND u.user_id = e.target_id
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
ORDER BY e.created_at DESC, e.target_id DESC LIMIT :limit OFFSET :skip;

-- name: list_blocked
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.created_at
FROM blocks e CROSS JOIN users u
WHERE e.blocker_id = :user_id AND (e.created_at, e.blocked_id) < (:at, :id) AND u.user_id = e.blocked_id
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
ORDER BY e.created_at DESC, e.blocked_id DESC LIMIT :limit OFFSET :skip;

-- name: list_muted
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, e.scope, e.until, e.created_at
FROM mutes e CROSS JOIN users u
WHERE e.muter_id = :user_id AND (e.created_at, e.muted_id, e.scope) < (:at, :id, :scope) AND u.user_id = e.muted_id
    AND (e.until IS NULL OR e.until > :now)
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = :user_id)
ORDER BY e.created_at DESC, e.muted_id DESC, e.scope DESC LIMIT :limit OFFSET :skip;
