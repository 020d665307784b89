-- What sockets that watch posts are told (posts.md §6).

-- name: facts_of_posts
-- Of all of them, of one author's or of one community's.
SELECT post_id, user_id, visibility, is_repost, original_post_id, has_poll, media_type, is_pinned, created_at,
       community_id
FROM posts
WHERE post_id IN each(:ids) AND (user_id = :author OR :author IS NULL) AND (community_id = :community OR :community IS NULL);
