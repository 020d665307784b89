-- Rows of every domain in bulk: the only statements outside a domain that know its tables.
-- SQLite takes one row at a time; PostgreSQL takes whole columns, every value as text and '' for null, because a round
-- trip for each row would be all the work.

-- name: insert_users (sqlite)
INSERT INTO users (user_id, name, name_key, username, picture, is_private, bio, email, email_verified, created_at,
                   updated_at)
VALUES (:user_id, :name, :name_key, :username, :picture, :is_private, :bio, :email, :email_verified, :created_at,
        :updated_at)

-- name: insert_users (postgres)
INSERT INTO users (user_id, name, name_key, username, picture, is_private, bio, email, email_verified, created_at,
                   updated_at)
SELECT user_id, name, name_key, username, NULLIF(picture, ''), is_private::bigint, bio, email,
       email_verified::bigint, created_at::bigint, updated_at::bigint
FROM unnest(:user_id::text[], :name::text[], :name_key::text[], :username::text[], :picture::text[],
            :is_private::text[], :bio::text[], :email::text[], :email_verified::text[], :created_at::text[],
            :updated_at::text[])
     AS r (user_id, name, name_key, username, picture, is_private, bio, email, email_verified, created_at, updated_at)

-- name: insert_user_counts (sqlite)
INSERT INTO user_counts (user_id, followers_count, following_count, posts_count, likes_count)
VALUES (:user_id, :followers_count, :following_count, :posts_count, :likes_count)

-- name: insert_user_counts (postgres)
INSERT INTO user_counts (user_id, followers_count, following_count, posts_count, likes_count)
SELECT user_id, followers_count::bigint, following_count::bigint, posts_count::bigint, likes_count::bigint
FROM unnest(:user_id::text[], :followers_count::text[], :following_count::text[], :posts_count::text[],
            :likes_count::text[])
     AS r (user_id, followers_count, following_count, posts_count, likes_count)

-- name: insert_notification_settings (sqlite)
INSERT INTO notification_settings (user_id)
VALUES (:user_id)

-- name: insert_notification_settings (postgres)
INSERT INTO notification_settings (user_id)
SELECT user_id
FROM unnest(:user_id::text[])
     AS r (user_id)

-- name: insert_privacy_settings (sqlite)
INSERT INTO privacy_settings (user_id)
VALUES (:user_id)

-- name: insert_privacy_settings (postgres)
INSERT INTO privacy_settings (user_id)
SELECT user_id
FROM unnest(:user_id::text[])
     AS r (user_id)

-- name: insert_follows (sqlite)
INSERT INTO follows (follower_id, following_id, created_at)
VALUES (:follower_id, :following_id, :created_at)

-- name: insert_follows (postgres)
INSERT INTO follows (follower_id, following_id, created_at)
SELECT follower_id, following_id, created_at::bigint
FROM unnest(:follower_id::text[], :following_id::text[], :created_at::text[])
     AS r (follower_id, following_id, created_at)

-- name: insert_posts (sqlite)
INSERT INTO posts (post_id, user_id, content, media_id, media_type, location, tags, mentioned_users, category,
                   visibility, is_repost, original_post_id, repost_comment, has_poll, likes_count, dislikes_count,
                   shares_count, repost_count, comments_count, comments_total_count, reaction_counts, reactions_count, created_at)
VALUES (:post_id, :user_id, :content, :media_id, :media_type, :location, :tags, :mentioned_users, :category,
        :visibility, :is_repost, :original_post_id, :repost_comment, :has_poll, :likes_count, :dislikes_count,
        :shares_count, :repost_count, :comments_count, :comments_total_count, :reaction_counts, :reactions_count, :created_at)

-- name: insert_posts (postgres)
INSERT INTO posts (post_id, user_id, content, media_id, media_type, location, tags, mentioned_users, category,
                   visibility, is_repost, original_post_id, repost_comment, has_poll, likes_count, dislikes_count,
                   shares_count, repost_count, comments_count, comments_total_count, reaction_counts, reactions_count, created_at)
SELECT post_id, user_id, content, NULLIF(media_id, ''), NULLIF(media_type, ''), NULLIF(location, ''), tags,
       mentioned_users, NULLIF(category, ''), visibility::bigint, is_repost::bigint, NULLIF(original_post_id, ''),
       NULLIF(repost_comment, ''), has_poll::bigint, likes_count::bigint, dislikes_count::bigint,
       shares_count::bigint, repost_count::bigint, comments_count::bigint, comments_total_count::bigint,
       reaction_counts, reactions_count::bigint, created_at::bigint
FROM unnest(:post_id::text[], :user_id::text[], :content::text[], :media_id::text[], :media_type::text[],
            :location::text[], :tags::text[], :mentioned_users::text[], :category::text[], :visibility::text[],
            :is_repost::text[], :original_post_id::text[], :repost_comment::text[], :has_poll::text[],
            :likes_count::text[], :dislikes_count::text[], :shares_count::text[], :repost_count::text[],
            :comments_count::text[], :comments_total_count::text[], :reaction_counts::text[], :reactions_count::text[],
            :created_at::text[])
     AS r (post_id, user_id, content, media_id, media_type, location, tags, mentioned_users, category, visibility,
           is_repost, original_post_id, repost_comment, has_poll, likes_count, dislikes_count, shares_count,
           repost_count, comments_count, comments_total_count, reaction_counts, reactions_count, created_at)

-- name: insert_post_mentions (sqlite)
INSERT INTO post_mentions (user_id, post_id, created_at)
VALUES (:user_id, :post_id, :created_at)

-- name: insert_post_mentions (postgres)
INSERT INTO post_mentions (user_id, post_id, created_at)
SELECT user_id, post_id, created_at::bigint
FROM unnest(:user_id::text[], :post_id::text[], :created_at::text[])
     AS r (user_id, post_id, created_at)

-- name: insert_media_references (sqlite)
INSERT INTO media_references (media_id, kind, reference_id, access, created_at)
VALUES (:media_id, :kind, :reference_id, :access, :created_at)

-- name: insert_media_references (postgres)
INSERT INTO media_references (media_id, kind, reference_id, access, created_at)
SELECT media_id, kind, reference_id, access::bigint, created_at::bigint
FROM unnest(:media_id::text[], :kind::text[], :reference_id::text[], :access::text[], :created_at::text[])
     AS r (media_id, kind, reference_id, access, created_at)

-- name: insert_post_stances (sqlite)
INSERT INTO post_stances (user_id, post_id, stance, created_at)
VALUES (:user_id, :post_id, :stance, :created_at)

-- name: insert_post_stances (postgres)
INSERT INTO post_stances (user_id, post_id, stance, created_at)
SELECT user_id, post_id, stance, created_at::bigint
FROM unnest(:user_id::text[], :post_id::text[], :stance::text[], :created_at::text[])
     AS r (user_id, post_id, stance, created_at)

-- name: insert_post_saves (sqlite)
INSERT INTO post_saves (user_id, post_id, created_at)
VALUES (:user_id, :post_id, :created_at)

-- name: insert_post_saves (postgres)
INSERT INTO post_saves (user_id, post_id, created_at)
SELECT user_id, post_id, created_at::bigint
FROM unnest(:user_id::text[], :post_id::text[], :created_at::text[])
     AS r (user_id, post_id, created_at)

-- name: insert_polls (sqlite)
INSERT INTO polls (post_id, question, options, expires_at)
VALUES (:post_id, :question, :options, :expires_at)

-- name: insert_polls (postgres)
INSERT INTO polls (post_id, question, options, expires_at)
SELECT post_id, question, options, expires_at::bigint
FROM unnest(:post_id::text[], :question::text[], :options::text[], :expires_at::text[])
     AS r (post_id, question, options, expires_at)

-- name: insert_poll_counts (sqlite)
INSERT INTO poll_counts (post_id, option_index, votes)
VALUES (:post_id, :option_index, :votes)

-- name: insert_poll_counts (postgres)
INSERT INTO poll_counts (post_id, option_index, votes)
SELECT post_id, option_index::bigint, votes::bigint
FROM unnest(:post_id::text[], :option_index::text[], :votes::text[])
     AS r (post_id, option_index, votes)

-- name: insert_poll_votes (sqlite)
INSERT INTO poll_votes (user_id, post_id, option_index, created_at)
VALUES (:user_id, :post_id, :option_index, :created_at)

-- name: insert_poll_votes (postgres)
INSERT INTO poll_votes (user_id, post_id, option_index, created_at)
SELECT user_id, post_id, option_index::bigint, created_at::bigint
FROM unnest(:user_id::text[], :post_id::text[], :option_index::text[], :created_at::text[])
     AS r (user_id, post_id, option_index, created_at)

-- name: insert_comments (sqlite)
INSERT INTO comments (comment_id, post_id, user_id, content, parent_comment_id, root_comment_id, depth, likes_count,
                      replies_count, created_at)
VALUES (:comment_id, :post_id, :user_id, :content, :parent_comment_id, :root_comment_id, :depth, :likes_count,
        :replies_count, :created_at)

-- name: insert_comments (postgres)
INSERT INTO comments (comment_id, post_id, user_id, content, parent_comment_id, root_comment_id, depth, likes_count,
                      replies_count, created_at)
SELECT comment_id, post_id, user_id, content, NULLIF(parent_comment_id, ''), NULLIF(root_comment_id, ''),
       depth::bigint, likes_count::bigint, replies_count::bigint, created_at::bigint
FROM unnest(:comment_id::text[], :post_id::text[], :user_id::text[], :content::text[], :parent_comment_id::text[],
            :root_comment_id::text[], :depth::text[], :likes_count::text[], :replies_count::text[],
            :created_at::text[])
     AS r (comment_id, post_id, user_id, content, parent_comment_id, root_comment_id, depth, likes_count,
           replies_count, created_at)

-- name: insert_comment_likes (sqlite)
INSERT INTO comment_likes (user_id, comment_id, created_at)
VALUES (:user_id, :comment_id, :created_at)

-- name: insert_comment_likes (postgres)
INSERT INTO comment_likes (user_id, comment_id, created_at)
SELECT user_id, comment_id, created_at::bigint
FROM unnest(:user_id::text[], :comment_id::text[], :created_at::text[])
     AS r (user_id, comment_id, created_at)

-- name: add_reposts (sqlite)
UPDATE posts SET repost_count = repost_count + :reposts WHERE post_id = :post_id

-- name: add_reposts (postgres)
UPDATE posts p SET repost_count = p.repost_count + r.reposts::bigint
FROM unnest(:reposts::text[], :post_id::text[]) AS r (reposts, post_id) WHERE p.post_id = r.post_id

-- name: update_user_counts (sqlite)
UPDATE user_counts SET posts_count = :posts_count, likes_count = :likes_count WHERE user_id = :user_id

-- name: update_user_counts (postgres)
UPDATE user_counts u SET posts_count = r.posts_count::bigint, likes_count = r.likes_count::bigint
FROM unnest(:posts_count::text[], :likes_count::text[], :user_id::text[]) AS r (posts_count, likes_count, user_id)
WHERE u.user_id = r.user_id

-- name: open_media
-- Referred to from now on, and open unless the owner's account is private.
UPDATE media SET attached_at = :now, access = 1 WHERE media_id = :media_id

-- name: count_users
SELECT count(*) FROM (SELECT 1 FROM users LIMIT :limit) AS found

-- name: rank_posts
-- scan: a seed fills the store once; afterwards discovery keeps its ranks from events (docs/discovery.md)
INSERT INTO post_ranks (post_id, user_id, created_at, age, likes, score)
SELECT post_id, user_id, created_at,
       CASE WHEN created_at >= :day THEN 0 WHEN created_at >= :week THEN 1 WHEN created_at >= :month THEN 2 ELSE 3 END,
       likes_count, likes_count + 2 * comments_total_count + 3 * repost_count
FROM posts
WHERE visibility = 0 AND is_repost = 0 AND likes_count + 2 * comments_total_count + 3 * repost_count > 0
      AND (created_at >= :month OR likes_count + 2 * comments_total_count + 3 * repost_count >= 40)

-- name: rank_creators
-- scan: as above
INSERT INTO creator_ranks (user_id, posts, likes, comments, score, refreshed_at)
SELECT user_id, count(*), sum(likes_count), sum(comments_total_count),
       sum(likes_count) + 2 * sum(comments_total_count) + 3 * count(*), :now
FROM posts WHERE created_at >= :week AND visibility = 0 AND is_repost = 0 GROUP BY user_id

-- name: rank_growth
-- scan: as above
INSERT INTO growth_ranks (user_id, joined_at, is_new, followers, gained, gained_in_month, refreshed_at)
SELECT u.user_id, u.created_at, CASE WHEN u.created_at >= :week THEN 1 ELSE 0 END, c.followers_count, g.gained, g.gained_in_month, :now
FROM (SELECT following_id, sum(CASE WHEN created_at >= :week THEN 1 ELSE 0 END) AS gained, count(*) AS gained_in_month
      FROM follows WHERE created_at >= :month GROUP BY following_id) AS g
JOIN users u ON u.user_id = g.following_id JOIN user_counts c ON c.user_id = u.user_id

-- name: fill_categories
-- scan: as above. Those of hashtags are left out: one post in ten has a category of its own.
INSERT INTO category_posts (category, post_id, created_at, score)
SELECT category, post_id, created_at, likes_count + 2 * comments_total_count + 3 * repost_count
FROM posts WHERE category IS NOT NULL AND visibility = 0 AND is_repost = 0

-- name: count_categories
-- scan: as above
INSERT INTO category_authors (user_id, category, posts, is_shown)
SELECT p.user_id, p.category, count(*), 1 - u.is_private FROM posts p JOIN users u ON u.user_id = p.user_id
WHERE p.category IS NOT NULL AND p.visibility = 0 AND p.is_repost = 0 GROUP BY p.user_id, p.category, u.is_private
