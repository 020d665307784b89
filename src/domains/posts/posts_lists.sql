-- One page of positions for each list, newest first; a page starts after (:at, :id).

-- name: facts_of
-- Of posts, and of the roots of those that are reposts.
SELECT post_id, user_id, visibility, is_repost, original_post_id, has_poll, media_type, is_pinned, created_at, community_id
FROM posts
WHERE post_id IN (SELECT p.post_id FROM posts p WHERE p.post_id IN each(:ids)
                  UNION ALL
                  SELECT r.original_post_id FROM posts r WHERE r.post_id IN each(:ids) AND r.original_post_id IS NOT NULL)

-- name: of_author
SELECT created_at, post_id FROM posts
WHERE user_id = :user_id AND in_community = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: media_of_author
SELECT created_at, post_id FROM posts
WHERE user_id = :user_id AND media_type = :media_type AND in_community = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: any_media_of_author
SELECT created_at, post_id FROM posts
WHERE user_id = :user_id AND media_type IS NOT NULL AND in_community = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: newest
SELECT created_at, post_id FROM posts
WHERE visibility < 2 AND in_community = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: private_of_author
SELECT created_at, post_id FROM posts
WHERE user_id = :user_id AND visibility = 2 AND in_community = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: saved
SELECT created_at, post_id FROM post_saves
WHERE user_id = :user_id AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: mentions
SELECT created_at, post_id FROM post_mentions
WHERE user_id = :user_id AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: reposts
SELECT created_at, post_id FROM posts
WHERE original_post_id = :post_id AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: of_community
SELECT created_at, post_id FROM posts
WHERE community_id = :community_id AND is_pinned = 0 AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: pinned_of_community
SELECT created_at, post_id FROM posts WHERE community_id = :community_id AND is_pinned = 1
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: top_of_community
-- Most liked first; the position's time is the number of likes.
SELECT likes_count AS created_at, post_id FROM posts
WHERE community_id = :community_id AND (likes_count, post_id) < (:at, :id)
ORDER BY likes_count DESC, post_id DESC LIMIT :limit

-- name: of_communities (sqlite)
SELECT p.created_at, p.post_id FROM json_each(:communities) a CROSS JOIN posts p
WHERE p.post_id IN (SELECT q.post_id FROM posts q
                    WHERE q.community_id = a.value AND (q.created_at, q.post_id) < (:at, :id)
                    ORDER BY q.created_at DESC, q.post_id DESC LIMIT :limit)
ORDER BY p.created_at DESC, p.post_id DESC LIMIT :limit

-- name: of_communities (postgres)
SELECT n.created_at, n.post_id FROM unnest(:communities::text[]) AS a (community_id)
CROSS JOIN LATERAL (SELECT created_at, post_id FROM posts
                    WHERE community_id = a.community_id AND (created_at, post_id) < (:at, :id)
                    ORDER BY created_at DESC, post_id DESC LIMIT :limit) n
ORDER BY n.created_at DESC, n.post_id DESC LIMIT :limit

-- name: feed (sqlite)
-- The cold path: every followed author's newest by index, merged by the sort. `each` is the followed and the viewer.
SELECT p.created_at, p.post_id FROM json_each(:authors) a CROSS JOIN posts p ON p.user_id = a.value AND p.in_community = 0
WHERE (p.created_at, p.post_id) < (:at, :id)
ORDER BY p.created_at DESC, p.post_id DESC LIMIT :limit

-- name: feed (postgres)
SELECT n.created_at, n.post_id FROM unnest(:authors::text[]) AS a (user_id)
CROSS JOIN LATERAL (SELECT created_at, post_id FROM posts
                    WHERE user_id = a.user_id AND in_community = 0 AND (created_at, post_id) < (:at, :id)
                    ORDER BY created_at DESC, post_id DESC LIMIT :limit) n
ORDER BY n.created_at DESC, n.post_id DESC LIMIT :limit

-- name: feed_posts (sqlite)
-- The same with what a reader's choice among them needs.
SELECT p.created_at, p.post_id, p.user_id, p.visibility, p.original_post_id
FROM (SELECT q.post_id FROM json_each(:authors) a CROSS JOIN posts q ON q.user_id = a.value AND q.in_community = 0
      WHERE (q.created_at, q.post_id) < (:at, :id)
      ORDER BY q.created_at DESC, q.post_id DESC LIMIT :limit) AS n CROSS JOIN posts p ON p.post_id = n.post_id
ORDER BY p.created_at DESC, p.post_id DESC

-- name: feed_posts (postgres)
SELECT n.created_at, n.post_id, n.user_id, n.visibility, n.original_post_id FROM unnest(:authors::text[]) AS a (user_id)
CROSS JOIN LATERAL (SELECT created_at, post_id, user_id, visibility, original_post_id FROM posts
                    WHERE user_id = a.user_id AND in_community = 0 AND (created_at, post_id) < (:at, :id)
                    ORDER BY created_at DESC, post_id DESC LIMIT :limit) n
ORDER BY n.created_at DESC, n.post_id DESC LIMIT :limit

-- name: newest_of_authors (sqlite)
-- The newest :limit posts of each author, for the lists that the feed merges.
SELECT a.value AS user_id, p.created_at, p.post_id, p.visibility, p.original_post_id FROM json_each(:authors) a CROSS JOIN posts p
WHERE p.post_id IN (SELECT q.post_id FROM posts q WHERE q.user_id = a.value AND q.in_community = 0 ORDER BY q.created_at DESC, q.post_id DESC LIMIT :limit)
ORDER BY a.value, p.created_at DESC, p.post_id DESC

-- name: newest_of_authors (postgres)
SELECT a.user_id, n.created_at, n.post_id, n.visibility, n.original_post_id FROM unnest(:authors::text[]) AS a (user_id)
CROSS JOIN LATERAL (SELECT created_at, post_id, visibility, original_post_id FROM posts WHERE user_id = a.user_id AND in_community = 0
                    ORDER BY created_at DESC, post_id DESC LIMIT :limit) n
ORDER BY a.user_id, n.created_at DESC, n.post_id DESC
