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
SELECT post_id, content, location, tags, visibility, is_repost, original_post_id, repost_comment, likes_count, comments_total_count,
       repost_count, shares_count, created_at, updated_at, community_id
FROM posts WHERE user_id = :user_id AND in_community = :in_community AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit
