-- What becomes of a user's posts and marks when the account ends, and what an export holds of them.

-- name: some_stances
SELECT post_id, stance FROM post_stances WHERE user_id = :user_id AND post_id > :after ORDER BY post_id LIMIT :limit

-- name: some_votes
SELECT post_id, option_index FROM poll_votes WHERE user_id = :user_id ORDER BY post_id LIMIT :limit

-- name: delete_vote
DELETE FROM poll_votes WHERE user_id = :user_id AND post_id = :post_id

-- name: some_saves
SELECT post_id FROM post_saves WHERE user_id = :user_id AND post_id > :after ORDER BY post_id LIMIT :limit

-- name: some_posts
SELECT post_id, user_id, visibility, is_repost, original_post_id, has_poll, media_type, is_pinned, created_at,
       community_id
FROM posts WHERE user_id = :user_id LIMIT :limit

-- name: own_posts_before
SELECT p.post_id, p.content, p.location, p.tags, p.visibility, p.is_repost, p.original_post_id, p.repost_comment, p.likes_count,
       p.comments_total_count, p.repost_count, p.shares_count, p.created_at, p.updated_at, p.community_id, p.media_id,
       p.tagged_users, p.category, p.is_pinned, l.question, l.options, l.expires_at
FROM posts p LEFT JOIN polls l ON l.post_id = p.post_id
WHERE p.user_id = :user_id AND p.in_community = :in_community AND (p.created_at, p.post_id) < (:at, :id)
ORDER BY p.created_at DESC, p.post_id DESC LIMIT :limit
