-- Deactivation, deletion, restoring, and data exports.

-- name: schedule_deletion
UPDATE users SET deletion_scheduled_at = :at WHERE user_id = :user_id AND deletion_scheduled_at IS NULL;

-- name: cancel_deletion
-- Not once it is due: the erasing may have begun.
UPDATE users SET deletion_scheduled_at = NULL, deactivated_at = NULL
WHERE user_id = :user_id AND deletion_scheduled_at > :now;

-- name: overdue_deletions
SELECT user_id, deletion_scheduled_at FROM users
WHERE deletion_scheduled_at IS NOT NULL AND deletion_scheduled_at <= :now ORDER BY deletion_scheduled_at LIMIT :limit;

-- name: some_follows_of
SELECT follower_id, following_id FROM follows WHERE follower_id = :user_id LIMIT :limit;

-- name: some_followers_of
SELECT follower_id, following_id FROM follows WHERE following_id = :user_id LIMIT :limit;

-- name: some_requests_of
SELECT requester_id, target_id FROM follow_requests WHERE requester_id = :user_id LIMIT :limit;

-- name: some_requests_to
SELECT requester_id, target_id FROM follow_requests WHERE target_id = :user_id LIMIT :limit;

-- name: some_blocks_of
SELECT blocker_id, blocked_id FROM blocks WHERE blocker_id = :user_id LIMIT :limit;

-- name: some_blocks_on
SELECT blocker_id, blocked_id FROM blocks WHERE blocked_id = :user_id LIMIT :limit;

-- name: delete_mutes_of
DELETE FROM mutes WHERE muter_id = :user_id;

-- name: delete_mutes_on
DELETE FROM mutes WHERE muted_id = :user_id RETURNING muter_id;

-- name: delete_reports_on
DELETE FROM reports WHERE target_type = 'user' AND target_id = :user_id;

-- name: insert_former_email
INSERT INTO former_emails (email, reserved_until) VALUES (:email, :reserved_until)
ON CONFLICT (email) DO UPDATE SET reserved_until = excluded.reserved_until;

-- name: delete_user
-- Settings, counts, tallies and exports go with it; edges would refuse.
DELETE FROM users WHERE user_id = :user_id;

-- name: sweep_actions
DELETE FROM daily_actions WHERE created_at < :before;

-- name: sweep_former_usernames
DELETE FROM former_usernames WHERE reserved_until < :now;

-- name: sweep_former_emails
DELETE FROM former_emails WHERE reserved_until < :now;

-- name: sweep_mutes
DELETE FROM mutes WHERE until IS NOT NULL AND until < :now;

-- name: insert_export
INSERT INTO exports (export_id, user_id, created_at) VALUES (:export_id, :user_id, :now);

-- name: list_exports
SELECT export_id, user_id, status, created_at, ready_at, expires_at, size_bytes FROM exports
WHERE user_id = :user_id ORDER BY created_at DESC, export_id DESC LIMIT :limit;

-- name: find_export
SELECT export_id, user_id, status, created_at, ready_at, expires_at, size_bytes FROM exports
WHERE export_id = :export_id AND user_id = :user_id;

-- name: start_export
UPDATE exports SET status = 'running' WHERE export_id = :export_id AND status IN ('queued', 'running', 'failed');

-- name: finish_export
UPDATE exports SET status = 'ready', ready_at = :now, expires_at = :expires_at, size_bytes = :size_bytes
WHERE export_id = :export_id;

-- name: fail_export
UPDATE exports SET status = 'failed' WHERE export_id = :export_id;

-- name: expire_exports
UPDATE exports SET status = 'expired' WHERE status = 'ready' AND expires_at <= :now RETURNING export_id;

-- name: all_follows
SELECT following_id, created_at FROM follows WHERE follower_id = :user_id AND following_id > :after
ORDER BY following_id LIMIT :limit;

-- name: all_followers
SELECT follower_id, created_at FROM follows WHERE following_id = :user_id AND (created_at, follower_id) > (:at, :after)
ORDER BY created_at, follower_id LIMIT :limit;

-- name: all_requests
SELECT target_id, created_at FROM follow_requests WHERE requester_id = :user_id ORDER BY target_id;

-- name: all_blocks
SELECT blocked_id, created_at FROM blocks WHERE blocker_id = :user_id ORDER BY blocked_id;

-- name: all_mutes
SELECT muted_id, scope, until, created_at FROM mutes WHERE muter_id = :user_id ORDER BY muted_id, scope;
