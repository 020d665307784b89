-- Comments and their likes.

-- name: find_facts
SELECT comment_id, post_id, user_id, parent_comment_id, root_comment_id, depth FROM comments
WHERE comment_id = :comment_id

-- name: get_text
SELECT content FROM comments WHERE comment_id = :comment_id

-- name: commented_posts
-- Ids sort by time, so comments made since then are one range of their author's.
SELECT post_id FROM comments WHERE user_id = :author AND comment_id >= :low ORDER BY comment_id DESC LIMIT :limit

-- name: lock_comment (sqlite)
SELECT 1 FROM comments WHERE comment_id = :comment_id

-- name: lock_comment (postgres)
-- The likes of one comment change one transaction after the other.
SELECT 1 FROM comments WHERE comment_id = :comment_id FOR NO KEY UPDATE

-- name: load
-- One page of a list, or one comment: `list` says which, `of` whose. The caller sorts.
WITH page (comment_id) AS (
    SELECT comment_id FROM (
        SELECT comment_id FROM comments
        WHERE :list = 'newest' AND post_id = :of AND depth = 0 AND (created_at, comment_id) < (:at, :id)
              AND NOT (COALESCE(user_id, '') IN each(:cut_off))
        ORDER BY created_at DESC, comment_id DESC LIMIT :limit OFFSET :skip) AS newest
    UNION ALL SELECT comment_id FROM (
        SELECT comment_id FROM comments
        WHERE :list = 'oldest' AND post_id = :of AND depth = 0 AND (created_at, comment_id) > (:at, :id)
              AND NOT (COALESCE(user_id, '') IN each(:cut_off))
        ORDER BY created_at, comment_id LIMIT :limit OFFSET :skip) AS oldest
    UNION ALL SELECT comment_id FROM (
        SELECT comment_id FROM (
            SELECT * FROM (
                SELECT likes_count, created_at, comment_id FROM comments
                WHERE :list = 'top' AND post_id = :of AND depth = 0 AND likes_count > 0
                      AND (likes_count, created_at, comment_id) < (:likes, :at, :id)
                      AND NOT (COALESCE(user_id, '') IN each(:cut_off))
                ORDER BY likes_count DESC, created_at DESC, comment_id DESC LIMIT :limit + :skip) AS liked
            UNION ALL SELECT * FROM (
                SELECT likes_count, created_at, comment_id FROM comments
                WHERE :list = 'top' AND post_id = :of AND depth = 0 AND likes_count = 0
                      AND (created_at, comment_id) < (:unliked_at, :unliked_id)
                      AND NOT (COALESCE(user_id, '') IN each(:cut_off))
                ORDER BY created_at DESC, comment_id DESC LIMIT :limit + :skip) AS unliked) AS merged
        ORDER BY likes_count DESC, created_at DESC, comment_id DESC LIMIT :limit OFFSET :skip) AS top
    UNION ALL SELECT comment_id FROM (
        SELECT comment_id FROM comments
        WHERE :list = 'replies' AND parent_comment_id = :of AND (created_at, comment_id) > (:at, :id)
              AND NOT (COALESCE(user_id, '') IN each(:cut_off))
        ORDER BY created_at, comment_id LIMIT :limit OFFSET :skip) AS replies
    UNION ALL SELECT comment_id FROM comments WHERE :list = 'one' AND comment_id = :of
)
SELECT c.comment_id, c.post_id, c.user_id, c.content, c.parent_comment_id, c.root_comment_id, c.depth, c.likes_count,
       c.replies_count, c.tagged_users, c.mentioned_users, c.created_at, c.updated_at,
       CASE WHEN EXISTS (SELECT 1 FROM comment_likes l WHERE l.user_id = :viewer AND l.comment_id = c.comment_id)
            THEN 1 ELSE 0 END AS liked
FROM page JOIN comments c ON c.comment_id = page.comment_id

-- name: newest_places
SELECT created_at, comment_id FROM comments WHERE post_id = :post_id AND depth = 0
ORDER BY created_at DESC, comment_id DESC LIMIT :limit

-- name: rows_of
SELECT comment_id, post_id, user_id, content, parent_comment_id, root_comment_id, depth, likes_count, replies_count, tagged_users,
       mentioned_users, created_at, updated_at, 0 AS liked
FROM comments WHERE comment_id IN each(:ids)

-- name: likes_in_range
SELECT comment_id FROM comment_likes WHERE user_id = :viewer AND comment_id BETWEEN :low AND :high LIMIT :limit

-- name: likes_of_comments
SELECT comment_id FROM comment_likes WHERE user_id = :viewer AND comment_id IN each(:ids)

-- name: insert_comment
INSERT INTO comments (comment_id, post_id, user_id, content, parent_comment_id, root_comment_id, depth, tagged_users,
                      mentioned_users, created_at)
VALUES (:comment_id, :post_id, :user_id, :content, :parent_comment_id, :root_comment_id, :depth, :tagged_users,
        :mentioned_users, :created_at)

-- name: insert_mention
INSERT INTO comment_mentions (user_id, created_at, comment_id) VALUES (:user_id, :created_at, :comment_id)
ON CONFLICT DO NOTHING

-- name: delete_mentions
DELETE FROM comment_mentions WHERE comment_id = :comment_id

-- name: mentions_of
SELECT m.created_at, m.comment_id, c.post_id FROM comment_mentions m JOIN comments c ON c.comment_id = m.comment_id
WHERE m.user_id = :user_id AND (m.created_at, m.comment_id) < (:at, :id)
      AND c.user_id IS NOT NULL AND NOT (c.user_id IN each(:cut_off))
ORDER BY m.created_at DESC, m.comment_id DESC LIMIT :limit

-- name: add_replies
UPDATE comments SET replies_count = replies_count + :delta WHERE comment_id = :comment_id

-- name: update_content
UPDATE comments SET content = :content, mentioned_users = :mentioned_users, updated_at = :now
WHERE comment_id = :comment_id

-- name: delete_subtree
-- The comment and everything below it; likes follow by their key.
WITH RECURSIVE subtree (comment_id) AS (
    SELECT comment_id FROM comments WHERE comment_id = :comment_id
    UNION ALL
    SELECT c.comment_id FROM comments c JOIN subtree s ON c.parent_comment_id = s.comment_id
)
DELETE FROM comments WHERE comment_id IN (SELECT comment_id FROM subtree) RETURNING comment_id

-- name: insert_like
-- Returns a row only if the like is new.
INSERT INTO comment_likes (user_id, comment_id, created_at) VALUES (:user_id, :comment_id, :now)
ON CONFLICT DO NOTHING RETURNING comment_id

-- name: delete_like
DELETE FROM comment_likes WHERE user_id = :user_id AND comment_id = :comment_id

-- name: add_likes
UPDATE comments SET likes_count = likes_count + :delta WHERE comment_id = :comment_id

-- name: get_likes_count
SELECT likes_count FROM comments WHERE comment_id = :comment_id

-- name: some_likes_of_user
SELECT comment_id FROM comment_likes WHERE user_id = :user_id ORDER BY comment_id LIMIT :limit

-- name: likes_of_user
SELECT comment_id, created_at FROM comment_likes
WHERE user_id = :user_id AND comment_id > :after ORDER BY comment_id LIMIT :limit

-- name: some_comments_of_user
SELECT comment_id, post_id, user_id, parent_comment_id, root_comment_id, depth FROM comments
WHERE user_id = :user_id ORDER BY comment_id DESC LIMIT :limit

-- name: has_replies
SELECT 1 FROM comments WHERE parent_comment_id = :comment_id LIMIT 1

-- name: leave_tombstone
UPDATE comments SET user_id = NULL, content = '', tagged_users = '[]', mentioned_users = '[]'
WHERE comment_id = :comment_id

-- name: texts_of_user
SELECT comment_id, post_id, content, parent_comment_id, created_at, updated_at FROM comments
WHERE user_id = :user_id AND comment_id > :after ORDER BY comment_id LIMIT :limit
