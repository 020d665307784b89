-- What readers do with posts: stances, saves, votes; and what one reader did with the posts of a page.

-- name: marks_in_range
-- kind: s stance, v saved, r reposted, p voted. Ids sort by time, so a page's posts lie close together.
SELECT post_id, 's' AS kind, stance AS value FROM post_stances WHERE user_id = :viewer AND post_id BETWEEN :low AND :high
UNION ALL SELECT post_id, 'v', '' FROM post_saves WHERE user_id = :viewer AND post_id BETWEEN :low AND :high
UNION ALL SELECT original_post_id, 'r', '' FROM posts WHERE user_id = :viewer AND original_post_id BETWEEN :low AND :high
UNION ALL SELECT post_id, 'p', CAST(option_index AS TEXT) FROM poll_votes WHERE user_id = :viewer AND post_id BETWEEN :low AND :high
LIMIT :limit

-- name: marks_of_posts
SELECT post_id, 's' AS kind, stance AS value FROM post_stances WHERE user_id = :viewer AND post_id IN each(:ids)
UNION ALL SELECT post_id, 'v', '' FROM post_saves WHERE user_id = :viewer AND post_id IN each(:ids)
UNION ALL SELECT original_post_id, 'r', '' FROM posts WHERE user_id = :viewer AND original_post_id IN each(:ids)
UNION ALL SELECT post_id, 'p', CAST(option_index AS TEXT) FROM poll_votes WHERE user_id = :viewer AND post_id IN each(:ids)

-- name: get_standing
SELECT likes_count, dislikes_count, reaction_counts,
       (SELECT s.stance FROM post_stances s WHERE s.user_id = :user_id AND s.post_id = p.post_id) AS stance
FROM posts p WHERE post_id = :post_id

-- name: set_stance
INSERT INTO post_stances (user_id, post_id, stance, created_at) VALUES (:user_id, :post_id, :stance, :now)
ON CONFLICT (user_id, post_id) DO UPDATE SET stance = excluded.stance, created_at = excluded.created_at

-- name: remove_stance
DELETE FROM post_stances WHERE user_id = :user_id AND post_id = :post_id

-- name: lock_post (sqlite)
SELECT 1 FROM posts WHERE post_id = :post_id

-- name: lock_post (postgres)
-- The counters of one post change one transaction after the other.
SELECT 1 FROM posts WHERE post_id = :post_id FOR NO KEY UPDATE

-- name: change_counts
-- Only after lock_post in the same transaction: the counts by type are one text, which cannot be changed in place.
UPDATE posts SET likes_count = likes_count + :likes, dislikes_count = dislikes_count + :dislikes,
                 reactions_count = reactions_count + :reactions, reaction_counts = :by_type
WHERE post_id = :post_id

-- name: list_reactions
SELECT user_id, stance, created_at FROM post_stances
WHERE post_id = :post_id AND stance <> '-' AND (created_at, user_id) < (:at, :id)
ORDER BY created_at DESC, user_id DESC LIMIT :limit

-- name: insert_save
INSERT INTO post_saves (user_id, post_id, created_at) VALUES (:user_id, :post_id, :now) ON CONFLICT DO NOTHING RETURNING post_id

-- name: delete_save
DELETE FROM post_saves WHERE user_id = :user_id AND post_id = :post_id

-- name: insert_poll
INSERT INTO polls (post_id, question, options, expires_at) VALUES (:post_id, :question, :options, :expires_at)

-- name: insert_poll_count
INSERT INTO poll_counts (post_id, option_index) VALUES (:post_id, :option_index)

-- name: get_poll
SELECT question, options, expires_at FROM polls WHERE post_id = :post_id

-- name: poll_counts
SELECT votes FROM poll_counts WHERE post_id = :post_id ORDER BY option_index

-- name: get_vote
SELECT option_index FROM poll_votes WHERE user_id = :user_id AND post_id = :post_id

-- name: set_vote
INSERT INTO poll_votes (user_id, post_id, option_index, created_at) VALUES (:user_id, :post_id, :option_index, :now)
ON CONFLICT (user_id, post_id) DO UPDATE SET option_index = excluded.option_index, created_at = excluded.created_at

-- name: remove_vote
DELETE FROM poll_votes WHERE user_id = :user_id AND post_id = :post_id RETURNING option_index

-- name: close_poll
UPDATE polls SET expires_at = :now WHERE post_id = :post_id AND expires_at > :now

-- name: add_votes
UPDATE poll_counts SET votes = votes + :delta WHERE post_id = :post_id AND option_index = :option_index

-- name: end_poll
-- Returns the author, the first time only.
UPDATE polls SET ended_at = :now WHERE post_id = :post_id AND ended_at IS NULL AND expires_at <= :now
RETURNING (SELECT user_id FROM posts p WHERE p.post_id = polls.post_id) AS user_id

-- name: voters_after
SELECT user_id FROM poll_votes WHERE post_id = :post_id AND user_id > :after ORDER BY user_id LIMIT :limit

-- name: counts_of
SELECT post_id, likes_count, dislikes_count, reaction_counts, reactions_count FROM posts WHERE post_id IN each(:ids)

-- name: poll_counts_of
SELECT post_id, option_index, votes FROM poll_counts WHERE post_id IN each(:ids)
