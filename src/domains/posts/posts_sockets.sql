-- What sockets that watch posts are told (posts.md §6).

-- name: facts_of_posts
SELECT post_id, user_id, visibility, is_repost, original_post_id, has_poll, media_type, is_pinned, created_at,
       community_id
FROM posts WHERE post_id IN each(:ids);
