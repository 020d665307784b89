-- Which posts are in which category.

-- name: categories_of_post
SELECT category FROM category_posts WHERE post_id = :post_id

-- name: put_in
INSERT INTO category_posts (category, post_id, created_at, is_counted) VALUES (:category, :post_id, :created_at, :is_counted)
ON CONFLICT (category, post_id) DO UPDATE SET is_counted = excluded.is_counted

-- name: is_counted
SELECT is_counted FROM category_posts WHERE category = :category AND post_id = :post_id

-- name: take_out
DELETE FROM category_posts WHERE category = :category AND post_id = :post_id

-- name: count_for_author
INSERT INTO category_authors (user_id, category, posts, is_shown) VALUES (:user_id, :category, :delta, :is_shown)
ON CONFLICT (user_id, category) DO UPDATE SET posts = category_authors.posts + :delta

-- name: show_author
UPDATE category_authors SET is_shown = :is_shown WHERE user_id = :user_id

-- name: sums
-- scan: a few rows of each author, from the index alone, once in a while
SELECT category, sum(posts) AS posts FROM category_authors WHERE is_shown = 1 AND posts > 0 GROUP BY category

-- name: newest
SELECT created_at, post_id FROM category_posts WHERE category = :category AND (created_at, post_id) < (:at, :id)
ORDER BY created_at DESC, post_id DESC LIMIT :limit

-- name: popular
-- The position's time is the score.
SELECT score AS created_at, post_id FROM category_posts WHERE category = :category AND (score, post_id) < (:at, :id)
ORDER BY score DESC, post_id DESC LIMIT :limit
