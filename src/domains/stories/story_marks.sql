-- Who saw stories and who reacted to them.

-- name: insert_view
-- Returns a row only if it is the first one.
INSERT INTO story_views (story_id, user_id, viewed_at) VALUES (:story_id, :user_id, :now)
ON CONFLICT DO NOTHING RETURNING story_id

-- name: viewers_of
SELECT v.user_id, v.viewed_at, r.reaction
FROM story_views v LEFT JOIN story_reactions r ON r.story_id = v.story_id AND r.user_id = v.user_id
WHERE v.story_id = :story_id AND (v.viewed_at, v.user_id) < (:at, :id)
ORDER BY v.viewed_at DESC, v.user_id DESC LIMIT :limit

-- name: insert_reaction
-- Returns a row only if it is the first one.
INSERT INTO story_reactions (story_id, user_id, reaction, created_at) VALUES (:story_id, :user_id, :reaction, :now)
ON CONFLICT DO NOTHING RETURNING story_id

-- name: change_reaction
UPDATE story_reactions SET reaction = :reaction, created_at = :now
WHERE story_id = :story_id AND user_id = :user_id AND reaction <> :reaction

-- name: some_views_of
SELECT story_id FROM story_views WHERE user_id = :user_id ORDER BY story_id LIMIT :limit

-- name: delete_view
DELETE FROM story_views WHERE story_id = :story_id AND user_id = :user_id

-- name: some_reactions_of
SELECT story_id FROM story_reactions WHERE user_id = :user_id ORDER BY story_id LIMIT :limit

-- name: exported_reactions
SELECT story_id, reaction, created_at FROM story_reactions
WHERE user_id = :user_id AND story_id > :after ORDER BY story_id LIMIT :limit

-- name: delete_reaction
DELETE FROM story_reactions WHERE story_id = :story_id AND user_id = :user_id

-- name: forget_views
-- A story may have been highlighted since it was picked; then its marks stay.
DELETE FROM story_views WHERE (story_id, user_id) IN
    (SELECT v.story_id, v.user_id FROM stories s JOIN story_views v ON v.story_id = s.story_id
     WHERE s.story_id IN each(:ids) AND s.highlight_title IS NULL LIMIT :limit)

-- name: forget_reactions
DELETE FROM story_reactions WHERE (story_id, user_id) IN
    (SELECT r.story_id, r.user_id FROM stories s JOIN story_reactions r ON r.story_id = s.story_id
     WHERE s.story_id IN each(:ids) AND s.highlight_title IS NULL LIMIT :limit)
