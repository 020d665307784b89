-- Groups: their names, photos and settings. Members and messages are of domains/messages.

-- name: insert_group
INSERT INTO chat_groups (group_id, name, name_key, description, photo_id, created_at, updated_at)
VALUES (:group_id, :name, :name_key, :description, :photo_id, :now, :now)

-- name: load
SELECT group_id, name, name_key, description, photo_id, created_at, updated_at FROM chat_groups
WHERE group_id IN each(:group_ids)

-- name: touch_group
UPDATE chat_groups SET updated_at = :now WHERE group_id = :group_id

-- name: delete_group
DELETE FROM chat_groups WHERE group_id = :group_id
