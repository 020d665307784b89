-- Statements of media.

-- name: insert_medium
INSERT INTO media (media_id, owner_id, kind, folder, status, width, height, duration_ms, is_animated, renditions, bytes, uploaded_bytes,
    created_at)
VALUES (:media_id, :owner_id, :kind, :folder, :status, :width, :height, :duration_ms, :is_animated, :renditions, :bytes, :uploaded_bytes,
    :created_at)

-- name: load_media
SELECT media_id, owner_id, kind, folder, status, access, provider, width, height, duration_ms, is_animated, alt_text, renditions,
       created_at, attached_at, deleted_at
FROM media WHERE media_id IN each(:ids)

-- name: count_unattached
-- Older ones are waiting for the sweep.
SELECT count(*) FROM media
WHERE owner_id = :owner_id AND created_at >= :since AND attached_at IS NULL AND deleted_at IS NULL

-- name: uploaded_since
SELECT COALESCE(sum(uploaded_bytes), 0) FROM media WHERE owner_id = :owner_id AND created_at >= :since

-- name: put_reference
INSERT INTO media_references (media_id, kind, reference_id, access, created_at)
VALUES (:media_id, :kind, :reference_id, :access, :now)
ON CONFLICT (media_id, kind, reference_id) DO UPDATE SET access = excluded.access

-- name: media_of_reference
SELECT media_id FROM media_references WHERE kind = :kind AND reference_id = :reference_id

-- name: set_reference_access
UPDATE media_references SET access = :access WHERE kind = :kind AND reference_id = :reference_id RETURNING media_id

-- name: remove_references
DELETE FROM media_references WHERE kind = :kind AND reference_id = :reference_id RETURNING media_id

-- name: lock_medium (sqlite)
SELECT media_id FROM media WHERE media_id = :media_id

-- name: lock_medium (postgres)
-- Two that release the last two references at once must see each other's: the second waits here, and looks afterwards.
SELECT media_id FROM media WHERE media_id = :media_id FOR NO KEY UPDATE

-- name: settle
-- What the references that are left make of a medium: the least guarded one decides, and without any it is deleted.
-- Returns deleted_at.
UPDATE media SET
    attached_at = COALESCE(attached_at, :now),
    access = COALESCE((SELECT min(r.access) FROM media_references r WHERE r.media_id = media.media_id), access),
    deleted_at = CASE WHEN EXISTS (SELECT 1 FROM media_references r WHERE r.media_id = media.media_id) THEN NULL ELSE :now END
WHERE media_id = :media_id
RETURNING deleted_at

-- name: delete_unattached
UPDATE media SET deleted_at = :now WHERE media_id = :media_id AND attached_at IS NULL AND deleted_at IS NULL RETURNING media_id

-- name: old_unattached
SELECT media_id FROM media WHERE attached_at IS NULL AND deleted_at IS NULL AND created_at < :before ORDER BY created_at LIMIT :limit

-- name: unattached_of_owner
SELECT media_id FROM media WHERE owner_id = :owner_id AND attached_at IS NULL AND deleted_at IS NULL ORDER BY created_at LIMIT :limit

-- name: media_of_owner
SELECT media_id FROM media WHERE owner_id = :owner_id AND deleted_at IS NULL AND (created_at, media_id) > (:at, :id)
ORDER BY created_at, media_id LIMIT :limit

-- name: is_deleted
SELECT media_id FROM media WHERE media_id = :media_id AND deleted_at IS NOT NULL

-- name: note_files_deleted
UPDATE media SET files_deleted_at = :now, renditions = '', bytes = 0 WHERE media_id = :media_id AND deleted_at IS NOT NULL

-- name: old_tombstones
SELECT media_id FROM media WHERE files_deleted_at IS NOT NULL AND files_deleted_at < :before ORDER BY files_deleted_at LIMIT :limit

-- name: forget_medium
DELETE FROM media WHERE media_id = :media_id AND files_deleted_at IS NOT NULL

-- name: known_media
SELECT media_id FROM media WHERE media_id IN each(:ids)

-- name: page_of_media
SELECT media_id FROM media WHERE media_id > :after AND files_deleted_at IS NULL ORDER BY media_id LIMIT :limit

-- name: stored_bytes
-- scan: administrators ask, at most once a minute
SELECT COALESCE(sum(bytes), 0) FROM media
