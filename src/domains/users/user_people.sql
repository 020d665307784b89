-- People as those find them who do not know them yet.

-- name: profiles_of
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, u.is_discoverable, u.suspended_at, u.deactivated_at,
    u.deletion_scheduled_at, u.bio, u.created_at, c.followers_count
FROM users u JOIN user_counts c ON c.user_id = u.user_id WHERE u.user_id IN each(:ids);

-- name: growth_of
-- Edges are counted up to a limit: who gained more than that gained very many.
SELECT u.created_at AS joined_at, c.followers_count,
    (SELECT count(*) FROM (SELECT 1 FROM follows f WHERE f.following_id = u.user_id AND f.created_at >= :week LIMIT :most) AS recent) AS gained,
    (SELECT count(*) FROM (SELECT 1 FROM follows f WHERE f.following_id = u.user_id AND f.created_at >= :month LIMIT :most) AS older) AS gained_in_month
FROM users u JOIN user_counts c ON c.user_id = u.user_id
WHERE u.user_id = :user_id AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL;

-- name: followed_by_followed
-- From the :sources people followed last, at most :edges edges on.
SELECT e.user_id, count(*) AS mutual_followers, c.followers_count
FROM (SELECT f.following_id AS user_id
      FROM (SELECT following_id FROM follows WHERE follower_id = :viewer ORDER BY created_at DESC, following_id DESC LIMIT :sources) AS mine
      CROSS JOIN follows f WHERE f.follower_id = mine.following_id LIMIT :edges) AS e
JOIN user_counts c ON c.user_id = e.user_id
WHERE e.user_id <> :viewer
    AND NOT EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND following_id = e.user_id)
GROUP BY e.user_id, c.followers_count
ORDER BY count(*) DESC, c.followers_count DESC, e.user_id LIMIT :limit;

-- name: requested_by
SELECT target_id FROM follow_requests WHERE requester_id = :user_id ORDER BY created_at DESC LIMIT :limit;
