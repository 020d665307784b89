-- Statements about posts themselves. Lists are in posts_lists.sql, what readers do in posts_marks.sql.

-- name: get_facts
SELECT post_id, user_id, visibility, is_repost, original_post_id, has_poll, media_type, is_pinned, created_at,
       community_id
FROM posts WHERE post_id = :post_id

-- name: load_posts (sqlite)
-- Posts and the roots of those that are reposts, with everything a card needs, and what the viewer did with them.
SELECT p.post_id, p.user_id, p.visibility, p.is_repost, p.original_post_id, p.has_poll, p.media_type, p.is_pinned, p.created_at,
       p.community_id,
       p.content, p.media_id, p.location, p.tags, p.tagged_users, p.mentioned_users, p.category, p.repost_comment,
       p.likes_count, p.dislikes_count, p.shares_count, p.repost_count, p.comments_count, p.comments_total_count, p.updated_at, p.in_collection_count, p.scheduled_for,
       p.reaction_counts, p.reactions_count,
       l.question AS poll_question, l.options AS poll_options, l.expires_at AS poll_expires_at,
       (SELECT group_concat(v.option_index || ' ' || v.votes, ',') FROM poll_counts v WHERE v.post_id = l.post_id) AS poll_votes,
       (SELECT s.stance FROM post_stances s WHERE s.user_id = :viewer AND s.post_id = p.post_id) AS viewer_stance,
       CASE WHEN EXISTS (SELECT 1 FROM post_saves s WHERE s.user_id = :viewer AND s.post_id = p.post_id) THEN 1 ELSE 0 END AS viewer_saved,
       CASE WHEN EXISTS (SELECT 1 FROM posts s WHERE s.user_id = :viewer AND s.original_post_id = p.post_id) THEN 1 ELSE 0 END AS viewer_reposted,
       (SELECT s.option_index FROM poll_votes s WHERE s.user_id = :viewer AND s.post_id = p.post_id) AS viewer_vote
FROM posts p LEFT JOIN polls l ON l.post_id = p.post_id
WHERE p.post_id IN each(:ids) OR p.post_id IN (SELECT r.original_post_id FROM posts r WHERE r.post_id IN each(:ids))

-- name: load_posts (postgres)
SELECT p.post_id, p.user_id, p.visibility, p.is_repost, p.original_post_id, p.has_poll, p.media_type, p.is_pinned, p.created_at,
       p.community_id,
       p.content, p.media_id, p.location, p.tags, p.tagged_users, p.mentioned_users, p.category, p.repost_comment,
       p.likes_count, p.dislikes_count, p.shares_count, p.repost_count, p.comments_count, p.comments_total_count, p.updated_at, p.in_collection_count, p.scheduled_for,
       p.reaction_counts, p.reactions_count,
       l.question AS poll_question, l.options AS poll_options, l.expires_at AS poll_expires_at,
       (SELECT string_agg(v.option_index || ' ' || v.votes, ',') FROM poll_counts v WHERE v.post_id = l.post_id) AS poll_votes,
       (SELECT s.stance FROM post_stances s WHERE s.user_id = :viewer AND s.post_id = p.post_id) AS viewer_stance,
       CASE WHEN EXISTS (SELECT 1 FROM post_saves s WHERE s.user_id = :viewer AND s.post_id = p.post_id) THEN 1 ELSE 0 END AS viewer_saved,
       CASE WHEN EXISTS (SELECT 1 FROM posts s WHERE s.user_id = :viewer AND s.original_post_id = p.post_id) THEN 1 ELSE 0 END AS viewer_reposted,
       (SELECT s.option_index FROM poll_votes s WHERE s.user_id = :viewer AND s.post_id = p.post_id) AS viewer_vote
FROM posts p LEFT JOIN polls l ON l.post_id = p.post_id
WHERE p.post_id = ANY(ARRAY(SELECT unnest(:ids::text[]) UNION SELECT r.original_post_id FROM posts r WHERE r.post_id IN each(:ids)))

-- name: insert_post
INSERT INTO posts (post_id, user_id, content, media_id, media_type, location, tags, tagged_users, mentioned_users, category,
                   visibility, tags_are_explicit, has_poll, created_at, community_id, in_community,
                   scheduled_for)
VALUES (:post_id, :user_id, :content, :media_id, :media_type, :location, :tags, :tagged_users, :mentioned_users, :category,
        :visibility, :tags_are_explicit, :has_poll, :created_at, :community_id, :in_community,
        :scheduled_for)

-- name: insert_repost
-- Returns a row only if the caller has no live repost of that root.
INSERT INTO posts (post_id, user_id, is_repost, original_post_id, repost_comment, created_at)
VALUES (:post_id, :user_id, 1, :original_post_id, :repost_comment, :created_at)
ON CONFLICT (user_id, original_post_id) WHERE original_post_id IS NOT NULL DO NOTHING
RETURNING post_id

-- name: insert_mention
INSERT INTO post_mentions (user_id, post_id, created_at) VALUES (:user_id, :post_id, :created_at) ON CONFLICT DO NOTHING

-- name: delete_mentions
DELETE FROM post_mentions WHERE post_id = :post_id

-- name: get_editable
SELECT content, location, category, visibility, is_pinned, tags, tags_are_explicit, tagged_users, mentioned_users, repost_comment
FROM posts WHERE post_id = :post_id

-- name: update_post
UPDATE posts SET content = :content, location = :location, category = :category, visibility = :visibility, is_pinned = :is_pinned,
                 tags = :tags, tags_are_explicit = :tags_are_explicit, mentioned_users = :mentioned_users,
                 repost_comment = :repost_comment, updated_at = :now
WHERE post_id = :post_id

-- name: keep_tags
-- They were sent: edits of the text leave them alone from now on.
UPDATE posts SET tags_are_explicit = 1 WHERE post_id = :post_id

-- name: count_pinned
SELECT count(*) FROM posts WHERE user_id = :user_id AND is_pinned = 1 AND in_community = 0

-- name: add_comment_counts
UPDATE posts SET comments_count = comments_count + :top_level, comments_total_count = comments_total_count + :total
WHERE post_id = :post_id RETURNING comments_count

-- name: add_collection_counts
UPDATE posts SET in_collection_count = in_collection_count + :delta WHERE post_id IN each(:ids)

-- name: lock_posts (sqlite)
SELECT 1 FROM posts WHERE post_id IN each(:ids)

-- name: lock_posts (postgres)
-- In one order, so that two transactions that count the same posts do not wait for each other.
SELECT 1 FROM posts WHERE post_id IN each(:ids) ORDER BY post_id FOR NO KEY UPDATE

-- name: get_comment_counts
SELECT comments_count, comments_total_count FROM posts WHERE post_id = :post_id

-- name: add_share
UPDATE posts SET shares_count = shares_count + 1 WHERE post_id = :post_id RETURNING shares_count

-- name: add_reposts
UPDATE posts SET repost_count = repost_count + :delta WHERE post_id = :post_id RETURNING repost_count

-- name: find_repost
SELECT post_id FROM posts WHERE user_id = :user_id AND original_post_id = :original_post_id

-- name: reposts_of
SELECT post_id, user_id, repost_comment FROM posts WHERE original_post_id = :post_id

-- name: delete_post
DELETE FROM posts WHERE post_id = :post_id

-- name: some_of_community
SELECT post_id, user_id, visibility, is_repost, original_post_id, has_poll, media_type, is_pinned, created_at,
       community_id
FROM posts WHERE community_id = :community_id LIMIT :limit

-- name: pin_in_community
UPDATE posts SET is_pinned = :is_pinned WHERE post_id = :post_id AND community_id = :community_id

-- name: pinned_of_community
SELECT post_id FROM posts WHERE community_id = :community_id AND is_pinned = 1 ORDER BY created_at DESC, post_id DESC

-- name: orphan_reposts
-- What reposts with a comment show once their root is gone.
UPDATE posts SET original_post_id = NULL WHERE original_post_id = :post_id

-- name: sum_engagement
SELECT count(*) AS posts,
       COALESCE(sum(reactions_count + comments_total_count + repost_count + shares_count), 0) AS engagements
FROM posts WHERE user_id = :user_id AND in_community = 0 AND created_at >= :since

-- name: sum_received
SELECT CAST(COALESCE(sum(comments_total_count), 0) AS BIGINT) AS comments,
       CAST(COALESCE(sum(shares_count), 0) AS BIGINT) AS shares
FROM posts WHERE user_id = :user_id

-- name: authors_of
SELECT DISTINCT user_id FROM posts WHERE post_id IN each(:ids)

-- name: get_ties
-- What a post that goes is counted for elsewhere.
SELECT likes_count, in_collection_count FROM posts WHERE post_id = :post_id

-- name: get_repost_count
SELECT repost_count FROM posts WHERE post_id = :post_id

-- name: get_text
SELECT content FROM posts WHERE post_id = :post_id
