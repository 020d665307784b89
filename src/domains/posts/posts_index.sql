-- Posts as a search index takes them in.

-- name: indexed_posts
SELECT p.post_id, p.user_id, p.visibility, p.is_repost, p.community_id,
       p.content, p.repost_comment, p.location, p.tags, p.category, p.media_type, l.question AS poll_question,
       l.options AS poll_options, p.likes_count, p.comments_count, p.repost_count, p.created_at,
       r.post_id AS root_id, r.user_id AS root_user_id, COALESCE(r.visibility, 0) AS root_visibility, r.community_id AS root_community_id
FROM posts p LEFT JOIN polls l ON l.post_id = p.post_id LEFT JOIN posts r ON r.post_id = p.original_post_id
WHERE p.post_id IN each(:ids)

-- name: indexed_posts_before
SELECT p.post_id, p.user_id, p.visibility, p.is_repost, p.community_id,
       p.content, p.repost_comment, p.location, p.tags, p.category, p.media_type, l.question AS poll_question,
       l.options AS poll_options, p.likes_count, p.comments_count, p.repost_count, p.created_at,
       r.post_id AS root_id, r.user_id AS root_user_id, COALESCE(r.visibility, 0) AS root_visibility, r.community_id AS root_community_id
FROM posts p LEFT JOIN polls l ON l.post_id = p.post_id LEFT JOIN posts r ON r.post_id = p.original_post_id
WHERE p.post_id < :before ORDER BY p.post_id DESC LIMIT :limit

-- name: counted_posts
SELECT post_id, likes_count, comments_count, repost_count FROM posts WHERE post_id IN each(:ids)
