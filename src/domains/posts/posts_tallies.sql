-- Numbers and topics of posts for who ranks them (posts_tallies.hpp).

-- name: tallies_of
SELECT post_id, user_id, visibility, is_repost, community_id, likes_count, comments_total_count, repost_count, created_at
FROM posts WHERE post_id IN each(:ids)

-- name: tally_of_author
SELECT count(*) AS posts, COALESCE(sum(likes_count), 0) AS likes, COALESCE(sum(comments_total_count), 0) AS comments
FROM (SELECT likes_count, comments_total_count FROM posts
      WHERE user_id = :user_id AND created_at >= :since AND visibility = 0 AND is_repost = 0 AND in_community = 0
      ORDER BY created_at DESC LIMIT :limit) AS newest

-- name: newest_topics
SELECT post_id, user_id, original_post_id, tags, category, created_at FROM posts
WHERE visibility < 2 AND in_community = 0 AND visibility = 0
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: newest_topics_after
SELECT post_id, user_id, original_post_id, tags, category, created_at FROM posts
WHERE visibility < 2 AND in_community = 0 AND visibility = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: topics_of
SELECT post_id, user_id, original_post_id, tags, category, created_at FROM posts WHERE post_id IN each(:ids)

-- name: subjects_of
-- The index holds all that is asked; left alone, the planner takes the key of the table.
SELECT tags, category FROM posts INDEXED BY posts_with_subjects WHERE post_id IN each(:ids) AND (tags <> '[]' OR category IS NOT NULL)

-- name: marked_subjects
-- Ids sort by time, so posts made since then are one range of the reader's marks.
SELECT p.tags, p.category
FROM (SELECT * FROM (SELECT post_id FROM post_stances
                     WHERE user_id = :reader AND post_id >= :low AND stance <> '-' AND created_at >= :since
                     ORDER BY post_id DESC LIMIT :limit) AS reacted
      UNION
      SELECT * FROM (SELECT post_id FROM post_saves WHERE user_id = :reader AND post_id >= :low AND created_at >= :since
                     ORDER BY post_id DESC LIMIT :limit) AS saved) AS m
JOIN posts p INDEXED BY posts_with_subjects ON p.post_id = m.post_id AND (p.tags <> '[]' OR p.category IS NOT NULL)

-- name: also_liked
SELECT p.post_id, p.user_id, p.original_post_id, p.tags, p.category, p.created_at
FROM (SELECT user_id FROM post_stances WHERE post_id = :post_id AND stance <> '-' ORDER BY created_at DESC, user_id DESC LIMIT :readers) AS r
CROSS JOIN post_stances s CROSS JOIN posts p
WHERE s.user_id = r.user_id AND s.post_id >= :low AND s.post_id <> :post_id AND s.stance <> '-' AND p.post_id = s.post_id
      AND p.visibility = 0
LIMIT :limit
