-- What is in collections.

-- name: insert_entry
-- Returns a row only if the post was not in it.
INSERT INTO collection_posts (collection_id, post_id, added_by, added_at, position)
VALUES (:collection_id, :post_id, :added_by, :now, :position)
ON CONFLICT DO NOTHING RETURNING post_id

-- name: delete_entry
DELETE FROM collection_posts WHERE collection_id = :collection_id AND post_id = :post_id

-- name: find_entry
SELECT collection_id, post_id, added_by, added_at, position FROM collection_posts
WHERE collection_id = :collection_id AND post_id = :post_id

-- name: count_entries
SELECT count(*) FROM collection_posts WHERE collection_id = :collection_id

-- name: top_position
SELECT COALESCE(max(position), 0) FROM collection_posts WHERE collection_id = :collection_id

-- name: entries_of
SELECT collection_id, post_id, added_by, added_at, position FROM collection_posts WHERE collection_id IN each(:ids)
ORDER BY collection_id, position DESC, post_id DESC

-- name: set_position
UPDATE collection_posts SET position = :position WHERE collection_id = :collection_id AND post_id = :post_id

-- name: collections_with
-- Those of one user that hold the post.
SELECT p.collection_id FROM collection_posts p CROSS JOIN collections c
WHERE p.post_id = :post_id AND c.collection_id = p.collection_id AND c.user_id = :user_id

-- name: lock_collections_with (sqlite)
SELECT 1 FROM collection_posts WHERE post_id = :post_id

-- name: lock_collections_with (postgres)
-- In one order, so that two posts that go at once do not wait for each other.
SELECT 1 FROM collections WHERE collection_id IN (SELECT collection_id FROM collection_posts WHERE post_id = :post_id)
ORDER BY collection_id FOR NO KEY UPDATE

-- name: touch_collections_with
UPDATE collections SET updated_at = :now
WHERE collection_id IN (SELECT collection_id FROM collection_posts WHERE post_id = :post_id)

-- name: newest_in
-- Posts of the given collections, the newest addition first; one that is in several comes at its newest.
SELECT p.added_at AS created_at, p.post_id FROM collection_posts p
WHERE p.collection_id IN each(:ids) AND (p.added_at, p.post_id) < (:at, :id)
  AND NOT EXISTS (SELECT 1 FROM collection_posts q WHERE q.post_id = p.post_id AND q.collection_id IN each(:ids)
                  AND (q.added_at, q.collection_id) > (p.added_at, p.collection_id))
ORDER BY p.added_at DESC, p.post_id DESC LIMIT :limit
