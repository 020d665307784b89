-- Ranks of posts, of creators, and of who grows. `:rows` is a JSON array: one statement for a whole batch (a text, because texts are sent in binary
-- and jsonb has a form of its own).

-- name: rank_posts (sqlite)
INSERT INTO post_ranks (post_id, user_id, created_at, age, likes, score)
SELECT json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'), json_extract(r.value, '$[2]'), json_extract(r.value, '$[3]'),
       json_extract(r.value, '$[4]'), json_extract(r.value, '$[5]')
FROM json_each(:rows) r WHERE true
ON CONFLICT (post_id) DO UPDATE SET age = excluded.age, likes = excluded.likes, score = excluded.score

-- name: rank_posts (postgres)
INSERT INTO post_ranks (post_id, user_id, created_at, age, likes, score)
SELECT r->>0, r->>1, (r->>2)::bigint, (r->>3)::bigint, (r->>4)::bigint, (r->>5)::bigint FROM jsonb_array_elements(:rows::text::jsonb) AS r
ON CONFLICT (post_id) DO UPDATE SET age = excluded.age, likes = excluded.likes, score = excluded.score

-- name: rank_in_categories (sqlite)
UPDATE category_posts SET score = json_extract(r.value, '$[5]') FROM json_each(:rows) r
WHERE category_posts.post_id = json_extract(r.value, '$[0]')

-- name: rank_in_categories (postgres)
UPDATE category_posts SET score = (r->>5)::bigint FROM jsonb_array_elements(:rows::text::jsonb) AS r
WHERE category_posts.post_id = r->>0

-- name: unrank_posts
DELETE FROM post_ranks WHERE post_id IN each(:ids)

-- name: top_by_likes
SELECT post_id, user_id, created_at, likes AS value FROM post_ranks
WHERE age = :age AND likes > 0 AND (likes, created_at, post_id) < (:likes, :at, :id) AND created_at >= :from
ORDER BY likes DESC, created_at DESC, post_id DESC LIMIT :limit

-- name: liked_among
SELECT post_id FROM post_ranks WHERE post_id IN each(:ids) AND likes > 0

-- name: top_by_score
SELECT post_id, user_id, created_at, score AS value FROM post_ranks WHERE age = :age
ORDER BY score DESC, created_at DESC, post_id DESC LIMIT :limit

-- name: outgrown
-- Posts of an age class that are too old for it by now.
SELECT post_id FROM post_ranks WHERE age = :age AND created_at < :before ORDER BY created_at LIMIT :limit

-- name: set_age
UPDATE post_ranks SET age = :age WHERE post_id IN each(:ids)

-- name: beyond_best
-- Of the oldest class only the best are kept.
SELECT post_id FROM post_ranks WHERE age = 3 ORDER BY score DESC, created_at DESC, post_id DESC LIMIT :limit OFFSET :kept

-- name: rank_creator
INSERT INTO creator_ranks (user_id, posts, likes, comments, score, refreshed_at)
VALUES (:user_id, :posts, :likes, :comments, :score, :now)
ON CONFLICT (user_id) DO UPDATE SET posts = excluded.posts, likes = excluded.likes, comments = excluded.comments,
    score = excluded.score, refreshed_at = excluded.refreshed_at

-- name: unrank_creator
DELETE FROM creator_ranks WHERE user_id = :user_id

-- name: top_creators
SELECT user_id, posts, likes, comments, score FROM creator_ranks
WHERE score <= :score AND (score < :score OR user_id > :id) ORDER BY score DESC, user_id LIMIT :limit

-- name: stale_creators
SELECT user_id FROM creator_ranks WHERE refreshed_at < :before ORDER BY refreshed_at LIMIT :limit

-- name: rank_growth
INSERT INTO growth_ranks (user_id, joined_at, is_new, followers, gained, gained_in_month, refreshed_at)
VALUES (:user_id, :joined_at, :is_new, :followers, :gained, :gained_in_month, :now)
ON CONFLICT (user_id) DO UPDATE SET is_new = excluded.is_new, followers = excluded.followers, gained = excluded.gained,
    gained_in_month = excluded.gained_in_month, refreshed_at = excluded.refreshed_at

-- name: unrank_growth
DELETE FROM growth_ranks WHERE user_id = :user_id

-- name: new_with_most_followers
SELECT user_id, joined_at, followers, gained, gained_in_month FROM growth_ranks WHERE is_new = 1 ORDER BY followers DESC, user_id LIMIT :limit

-- name: new_with_followers
SELECT user_id, joined_at, followers, gained, gained_in_month FROM growth_ranks
WHERE is_new = 1 AND followers > 0 AND followers <= :value AND (followers < :value OR user_id > :id)
ORDER BY followers DESC, user_id LIMIT :limit

-- name: gained_most
SELECT user_id, joined_at, followers, gained, gained_in_month FROM growth_ranks
WHERE gained > 0 AND gained <= :value AND (gained < :value OR user_id > :id) ORDER BY gained DESC, user_id LIMIT :limit

-- name: gained_most_in_month
SELECT user_id, joined_at, followers, gained, gained_in_month FROM growth_ranks
WHERE gained_in_month > 0 ORDER BY gained_in_month DESC, user_id LIMIT :limit

-- name: stale_growth
SELECT user_id FROM growth_ranks WHERE refreshed_at < :before ORDER BY refreshed_at LIMIT :limit
