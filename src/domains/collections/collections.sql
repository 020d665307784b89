-- Collections. What is in them: collections_posts.sql; who follows and shares them: collections_people.sql.

-- name: lock_owner (sqlite)
SELECT 1 WHERE :user_id <> ''

-- name: lock_owner (postgres)
-- Creations of one user follow each other, so that the limit holds; SQLite has one writer.
SELECT 1 FROM (SELECT pg_advisory_xact_lock(75, hashtext(:user_id))) AS locked

-- name: lock_collection (sqlite)
SELECT 1 FROM collections WHERE collection_id = :collection_id

-- name: lock_collection (postgres)
-- Changes of one collection follow each other.
SELECT 1 FROM collections WHERE collection_id = :collection_id FOR NO KEY UPDATE

-- name: count_of_user
SELECT count(*) FROM collections WHERE user_id = :user_id

-- name: insert_collection
INSERT INTO collections (collection_id, user_id, name, description, is_public, created_at, updated_at)
VALUES (:collection_id, :user_id, :name, :description, :is_public, :now, :now)

-- name: find_collection
SELECT collection_id, user_id, name, description, is_public, cover_post_id, followers_count, created_at, updated_at, created_at AS listed_at
FROM collections WHERE collection_id = :collection_id

-- name: update_collection
UPDATE collections SET name = :name, description = :description, is_public = :is_public, cover_post_id = :cover_post_id,
                       updated_at = :now
WHERE collection_id = :collection_id

-- name: touch_collections
UPDATE collections SET updated_at = :now WHERE collection_id IN each(:ids)

-- name: delete_collection
DELETE FROM collections WHERE collection_id = :collection_id

-- name: add_followers
UPDATE collections SET followers_count = followers_count + :delta WHERE collection_id = :collection_id RETURNING followers_count

-- name: get_followers_count
SELECT followers_count FROM collections WHERE collection_id = :collection_id

-- name: list_of_user
SELECT collection_id, user_id, name, description, is_public, cover_post_id, followers_count, created_at, updated_at, created_at AS listed_at
FROM collections WHERE user_id = :user_id AND (created_at, collection_id) < (:at, :id)
ORDER BY created_at DESC, collection_id DESC LIMIT :limit

-- name: list_public_of_user
SELECT collection_id, user_id, name, description, is_public, cover_post_id, followers_count, created_at, updated_at, created_at AS listed_at
FROM collections WHERE user_id = :user_id AND is_public = 1 AND (created_at, collection_id) < (:at, :id)
ORDER BY created_at DESC, collection_id DESC LIMIT :limit

-- name: list_newest
SELECT collection_id, user_id, name, description, is_public, cover_post_id, followers_count, created_at, updated_at, created_at AS listed_at
FROM collections WHERE is_public = 1 AND (created_at, collection_id) < (:at, :id)
ORDER BY created_at DESC, collection_id DESC LIMIT :limit

-- name: list_followed_most
SELECT collection_id, user_id, name, description, is_public, cover_post_id, followers_count, created_at, updated_at, created_at AS listed_at
FROM collections WHERE is_public = 1 AND (followers_count, created_at, collection_id) < (:followers, :at, :id)
ORDER BY followers_count DESC, created_at DESC, collection_id DESC LIMIT :limit

-- name: list_followed
SELECT c.collection_id, c.user_id, c.name, c.description, c.is_public, c.cover_post_id, c.followers_count, c.created_at, c.updated_at,
       f.created_at AS listed_at
FROM collection_follows f CROSS JOIN collections c
WHERE f.user_id = :user_id AND (f.created_at, f.collection_id) < (:at, :id) AND c.collection_id = f.collection_id AND c.is_public = 1
ORDER BY f.created_at DESC, f.collection_id DESC LIMIT :limit

-- name: some_of_user
SELECT collection_id, user_id, name, description, is_public, cover_post_id, followers_count, created_at, updated_at, created_at AS listed_at
FROM collections WHERE user_id = :user_id ORDER BY created_at DESC, collection_id DESC LIMIT :limit
