-- Users as a search index takes them in, and what stands beside those it found.

-- name: indexed_users
SELECT u.user_id, u.name, u.username, u.bio, u.is_private, u.is_discoverable,
       CASE WHEN u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL THEN 0 ELSE 1 END
           AS is_hidden,
       COALESCE(c.followers_count, 0) AS followers_count, u.created_at
FROM users u LEFT JOIN user_counts c ON c.user_id = u.user_id
WHERE u.user_id IN each(:ids)

-- name: indexed_users_after
SELECT u.user_id, u.name, u.username, u.bio, u.is_private, u.is_discoverable,
       CASE WHEN u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL THEN 0 ELSE 1 END
           AS is_hidden,
       COALESCE(c.followers_count, 0) AS followers_count, u.created_at
FROM users u LEFT JOIN user_counts c ON c.user_id = u.user_id
WHERE u.user_id > :after ORDER BY u.user_id LIMIT :limit

-- name: followers_among
SELECT follower_id AS user_id FROM follows WHERE following_id = :viewer AND follower_id IN each(:ids)

-- name: muters_among
-- Who muted the viewer's posts or everything of theirs.
SELECT muter_id AS user_id FROM mutes
WHERE muted_id = :viewer AND muter_id IN each(:ids) AND scope IN ('all', 'posts') AND (until IS NULL OR until > :now)

-- name: mutual_counts
SELECT e.following_id AS user_id, count(*) AS followers
FROM (SELECT theirs.following_id FROM follows mine CROSS JOIN follows theirs
      WHERE mine.follower_id = :viewer AND theirs.follower_id = mine.following_id LIMIT :most_edges) AS e
GROUP BY e.following_id
