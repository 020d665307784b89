-- Who is in a community, asks to be, is invited, is banned.

-- name: insert_member
-- Returns a row only for somebody new.
INSERT INTO community_members (user_id, community_id, role, joined_at) VALUES (:user_id, :community_id, :role, :now)
ON CONFLICT DO NOTHING RETURNING user_id

-- name: delete_member
DELETE FROM community_members WHERE user_id = :user_id AND community_id = :community_id

-- name: get_role
SELECT role FROM community_members WHERE user_id = :user_id AND community_id = :community_id

-- name: set_role
UPDATE community_members SET role = :role WHERE user_id = :user_id AND community_id = :community_id

-- name: readers_of
-- Those of these users who may read its posts.
SELECT u.user_id FROM communities c CROSS JOIN users u
WHERE c.community_id = :community_id AND c.deleted_at IS NULL AND u.user_id IN each(:ids)
      AND NOT EXISTS (SELECT 1 FROM community_bans b WHERE b.user_id = u.user_id AND b.community_id = c.community_id)
      AND (c.is_private = 0
           OR EXISTS (SELECT 1 FROM community_members m WHERE m.user_id = u.user_id AND m.community_id = c.community_id))

-- name: count_moderators
SELECT count(*) FROM community_members WHERE community_id = :community_id AND role >= 1

-- name: count_memberships
SELECT count(*) FROM community_members WHERE user_id = :user_id

-- name: communities_of
SELECT community_id FROM community_members WHERE user_id = :user_id ORDER BY community_id LIMIT :limit

-- name: list_members
-- The owner, moderators, then members, each by time of joining; a page starts after (:role, :at, :id).
SELECT * FROM (
    SELECT role, joined_at, user_id FROM community_members
    WHERE community_id = :community_id AND role = 2 AND :only <> 0 AND :only <> 1 AND :role >= 2
          AND (joined_at, user_id) > (CASE WHEN :role = 2 THEN CAST(:at AS BIGINT) ELSE CAST(-1 AS BIGINT) END, CASE WHEN :role = 2 THEN :id ELSE '' END)
    ORDER BY joined_at, user_id LIMIT :limit) AS owners
UNION ALL SELECT * FROM (
    SELECT role, joined_at, user_id FROM community_members
    WHERE community_id = :community_id AND role = 1 AND :only <> 0 AND :only <> 2 AND :role >= 1
          AND (joined_at, user_id) > (CASE WHEN :role = 1 THEN CAST(:at AS BIGINT) ELSE CAST(-1 AS BIGINT) END, CASE WHEN :role = 1 THEN :id ELSE '' END)
    ORDER BY joined_at, user_id LIMIT :limit) AS moderators
UNION ALL SELECT * FROM (
    SELECT role, joined_at, user_id FROM community_members
    WHERE community_id = :community_id AND role = 0 AND :only <> 1 AND :only <> 2
          AND (joined_at, user_id) > (CASE WHEN :role = 0 THEN CAST(:at AS BIGINT) ELSE CAST(-1 AS BIGINT) END, CASE WHEN :role = 0 THEN :id ELSE '' END)
    ORDER BY joined_at, user_id LIMIT :limit) AS members

-- name: heir_of
-- Who takes over when the owner is gone: the longest-serving moderator, else the oldest member.
SELECT user_id FROM community_members WHERE community_id = :community_id AND user_id <> :user_id
ORDER BY role DESC, joined_at, user_id LIMIT 1

-- name: delete_some_members (sqlite)
DELETE FROM community_members WHERE (user_id, community_id) IN
    (SELECT user_id, community_id FROM community_members WHERE community_id = :community_id LIMIT :limit)

-- name: delete_some_members (postgres)
DELETE FROM community_members WHERE community_id = :community_id AND user_id = ANY(ARRAY(
    SELECT user_id FROM community_members WHERE community_id = :community_id LIMIT :limit))

-- name: put_request
-- Returns a row only when it was not pending already.
INSERT INTO community_requests (community_id, user_id, message, created_at) VALUES (:community_id, :user_id, :message, :now)
ON CONFLICT (community_id, user_id) DO UPDATE SET message = excluded.message, created_at = excluded.created_at, declined_at = NULL
WHERE community_requests.declined_at IS NOT NULL RETURNING user_id

-- name: list_requests
SELECT created_at, user_id, message FROM community_requests
WHERE community_id = :community_id AND declined_at IS NULL AND (created_at, user_id) > (:at, :id)
ORDER BY created_at, user_id LIMIT :limit OFFSET :skip

-- name: decline_request
UPDATE community_requests SET declined_at = :now WHERE community_id = :community_id AND user_id = :user_id AND declined_at IS NULL

-- name: delete_request
-- Returns when it was declined. (SQLite 3.40 gets "declined_at IS NULL" wrong in the RETURNING of a DELETE.)
DELETE FROM community_requests WHERE community_id = :community_id AND user_id = :user_id RETURNING declined_at

-- name: is_pending
SELECT 1 FROM community_requests WHERE community_id = :community_id AND user_id = :user_id AND declined_at IS NULL

-- name: insert_invite
INSERT INTO community_invites (user_id, community_id, invited_by, created_at) VALUES (:user_id, :community_id, :invited_by, :now)
ON CONFLICT DO NOTHING RETURNING user_id

-- name: delete_invite
DELETE FROM community_invites WHERE user_id = :user_id AND community_id = :community_id

-- name: not_invitable
-- Of these users: members and invited ones.
SELECT user_id FROM community_members WHERE community_id = :community_id AND user_id IN each(:ids)
UNION SELECT user_id FROM community_invites WHERE community_id = :community_id AND user_id IN each(:ids)

-- name: members_among
SELECT user_id FROM community_members WHERE community_id = :community_id AND user_id IN each(:ids)

-- name: insert_ban
INSERT INTO community_bans (user_id, community_id, created_at) VALUES (:user_id, :community_id, :now) ON CONFLICT DO NOTHING

-- name: delete_ban
DELETE FROM community_bans WHERE user_id = :user_id AND community_id = :community_id

-- name: memberships_after
SELECT m.community_id, c.name, m.role, m.joined_at FROM community_members m JOIN communities c ON c.community_id = m.community_id
WHERE m.user_id = :user_id AND m.community_id > :after ORDER BY m.community_id LIMIT :limit
