-- What readers said about recommendations, and what they saw.

-- name: wish
INSERT INTO discovery_wishes (user_id, wish, target, until) VALUES (:user_id, :wish, :target, :until)
ON CONFLICT (user_id, wish, target) DO UPDATE SET until = excluded.until

-- name: wishes_of
SELECT wish, target, until FROM discovery_wishes WHERE user_id = :user_id LIMIT :limit

-- name: forget_past_wishes
DELETE FROM discovery_wishes WHERE until < :now

-- name: seen_of
SELECT posts FROM seen_posts WHERE user_id = :user_id

-- name: set_seen
INSERT INTO seen_posts (user_id, posts, seen_at) VALUES (:user_id, :posts, :now)
ON CONFLICT (user_id) DO UPDATE SET posts = excluded.posts, seen_at = excluded.seen_at

-- name: some_past_readers
SELECT user_id FROM seen_posts WHERE seen_at < :before ORDER BY seen_at LIMIT :limit

-- name: forget_reader
DELETE FROM seen_posts WHERE user_id = :user_id
