-- Followers and collaborators.

-- name: insert_follow
-- Returns a row only if the follow is new.
INSERT INTO collection_follows (user_id, collection_id, created_at) VALUES (:user_id, :collection_id, :now)
ON CONFLICT DO NOTHING RETURNING collection_id

-- name: delete_follow
DELETE FROM collection_follows WHERE user_id = :user_id AND collection_id = :collection_id

-- name: followed_of
SELECT collection_id FROM collection_follows WHERE user_id = :user_id AND collection_id IN each(:ids)

-- name: insert_notice
INSERT INTO collection_follow_notices (collection_id, user_id) VALUES (:collection_id, :user_id)
ON CONFLICT DO NOTHING RETURNING user_id

-- name: list_followers
SELECT user_id, created_at FROM collection_follows
WHERE collection_id = :collection_id AND (created_at, user_id) < (:at, :id)
ORDER BY created_at DESC, user_id DESC LIMIT :limit

-- name: some_follows_of_user
SELECT collection_id FROM collection_follows WHERE user_id = :user_id ORDER BY collection_id LIMIT :limit

-- name: insert_collaborator
INSERT INTO collection_collaborators (collection_id, user_id, invited_at) VALUES (:collection_id, :user_id, :now)
ON CONFLICT DO NOTHING RETURNING user_id

-- name: accept_invitation
UPDATE collection_collaborators SET accepted_at = :now
WHERE collection_id = :collection_id AND user_id = :user_id AND accepted_at IS NULL

-- name: delete_collaborator
DELETE FROM collection_collaborators WHERE collection_id = :collection_id AND user_id = :user_id

-- name: find_collaborator
SELECT accepted_at FROM collection_collaborators WHERE collection_id = :collection_id AND user_id = :user_id

-- name: count_collaborators
SELECT count(*) FROM collection_collaborators WHERE collection_id = :collection_id
