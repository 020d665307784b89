-- Communities themselves and their lists. Members, requests, invitations and bans: communities_members.sql.

-- name: load_communities (sqlite)
-- With what the viewer is to each.
SELECT c.community_id, c.owner_id, c.name, c.name_key, c.description, c.category, c.category_key, c.is_private, c.cover_id, c.rules,
       c.member_count, c.post_count, c.created_at, c.active_at,
       (SELECT group_concat(o.user_id, ',') FROM (SELECT user_id FROM community_members
                                                  WHERE community_id = c.community_id AND role >= 1
                                                  ORDER BY role DESC, joined_at, user_id) o) AS moderators,
       m.role AS viewer_role,
       CASE WHEN EXISTS (SELECT 1 FROM community_bans b WHERE b.user_id = :viewer AND b.community_id = c.community_id) THEN 1 ELSE 0 END AS is_banned,
       CASE WHEN EXISTS (SELECT 1 FROM community_invites i WHERE i.user_id = :viewer AND i.community_id = c.community_id) THEN 1 ELSE 0 END AS is_invited,
       COALESCE((SELECT CASE WHEN r.declined_at IS NULL THEN 1 ELSE 2 END FROM community_requests r
                 WHERE r.community_id = c.community_id AND r.user_id = :viewer), 0) AS request_status,
       (SELECT r.declined_at FROM community_requests r WHERE r.community_id = c.community_id AND r.user_id = :viewer) AS declined_at
FROM communities c LEFT JOIN community_members m ON m.user_id = :viewer AND m.community_id = c.community_id
WHERE c.community_id IN each(:ids) AND c.deleted_at IS NULL

-- name: load_communities (postgres)
SELECT c.community_id, c.owner_id, c.name, c.name_key, c.description, c.category, c.category_key, c.is_private, c.cover_id, c.rules,
       c.member_count, c.post_count, c.created_at, c.active_at,
       (SELECT string_agg(o.user_id, ',' ORDER BY o.role DESC, o.joined_at, o.user_id) FROM community_members o
        WHERE o.community_id = c.community_id AND o.role >= 1) AS moderators,
       m.role AS viewer_role,
       CASE WHEN EXISTS (SELECT 1 FROM community_bans b WHERE b.user_id = :viewer AND b.community_id = c.community_id) THEN 1 ELSE 0 END AS is_banned,
       CASE WHEN EXISTS (SELECT 1 FROM community_invites i WHERE i.user_id = :viewer AND i.community_id = c.community_id) THEN 1 ELSE 0 END AS is_invited,
       COALESCE((SELECT CASE WHEN r.declined_at IS NULL THEN 1 ELSE 2 END FROM community_requests r
                 WHERE r.community_id = c.community_id AND r.user_id = :viewer), 0) AS request_status,
       (SELECT r.declined_at FROM community_requests r WHERE r.community_id = c.community_id AND r.user_id = :viewer) AS declined_at
FROM communities c LEFT JOIN community_members m ON m.user_id = :viewer AND m.community_id = c.community_id
WHERE c.community_id IN each(:ids) AND c.deleted_at IS NULL

-- name: views
SELECT c.community_id, c.name, c.is_private, m.role AS viewer_role,
       CASE WHEN EXISTS (SELECT 1 FROM community_bans b WHERE b.user_id = :viewer AND b.community_id = c.community_id) THEN 1 ELSE 0 END AS is_banned
FROM communities c LEFT JOIN community_members m ON m.user_id = :viewer AND m.community_id = c.community_id
WHERE c.community_id IN each(:ids) AND c.deleted_at IS NULL

-- name: names_of
SELECT community_id, name FROM communities WHERE community_id IN each(:ids) AND deleted_at IS NULL

-- name: lock_community (sqlite)
SELECT 1 FROM communities WHERE community_id = :community_id

-- name: lock_community (postgres)
-- Whatever changes who is in a community, or how many posts it has, happens one after the other.
SELECT 1 FROM communities WHERE community_id = :community_id FOR NO KEY UPDATE

-- name: lock_owner (sqlite)
SELECT 1 WHERE :user_id <> ''

-- name: lock_owner (postgres)
SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('communities ' || :user_id, 0))

-- name: count_owned
SELECT count(*) FROM communities WHERE owner_id = :user_id AND deleted_at IS NULL

-- name: insert_community
INSERT INTO communities (community_id, owner_id, name, name_key, description, category, category_key, is_private, cover_id,
                         member_count, fewness, created_at, active_at)
VALUES (:community_id, :owner_id, :name, :name_key, :description, :category, :category_key, :is_private, :cover_id, 1, -1, :now, :now)

-- name: update_community
UPDATE communities SET name = :name, name_key = :name_key, description = :description, category = :category,
                       category_key = :category_key, is_private = :is_private, cover_id = :cover_id, rules = :rules
WHERE community_id = :community_id

-- name: set_owner
UPDATE communities SET owner_id = :owner_id WHERE community_id = :community_id

-- name: mark_deleted
UPDATE communities SET deleted_at = :now WHERE community_id = :community_id AND deleted_at IS NULL

-- name: delete_community
DELETE FROM communities WHERE community_id = :community_id AND deleted_at IS NOT NULL

-- name: add_members
UPDATE communities SET member_count = member_count + :delta, fewness = fewness - :delta WHERE community_id = :community_id RETURNING member_count

-- name: add_post
UPDATE communities SET post_count = post_count + 1, active_at = :now WHERE community_id = :community_id AND deleted_at IS NULL

-- name: remove_posts
UPDATE communities SET post_count = post_count - :count WHERE community_id = :community_id

-- name: insert_words (sqlite)
INSERT INTO community_words (word, community_id) SELECT value, :community_id FROM json_each(:words) WHERE true ON CONFLICT DO NOTHING

-- name: insert_words (postgres)
INSERT INTO community_words (word, community_id) SELECT w.word, :community_id FROM unnest(:words::text[]) AS w (word)
ON CONFLICT DO NOTHING

-- name: delete_words
DELETE FROM community_words WHERE community_id = :community_id

-- name: add_category
INSERT INTO community_categories (category_key, category, communities) VALUES (:category_key, :category, 1)
ON CONFLICT (category_key) DO UPDATE SET communities = community_categories.communities + 1

-- name: drop_category
UPDATE community_categories SET communities = communities - 1 WHERE category_key = :category_key

-- name: drop_empty_category
DELETE FROM community_categories WHERE category_key = :category_key AND communities = 0

-- name: list_categories
SELECT category, communities FROM community_categories WHERE communities > 0 ORDER BY -communities, category_key LIMIT :limit

-- name: by_members
SELECT * FROM (
    SELECT fewness AS number, name_key AS text, community_id FROM communities
    WHERE :category = '' AND is_private = 0 AND deleted_at IS NULL AND (fewness, community_id) > (:number, :id)
    ORDER BY fewness, community_id LIMIT :limit OFFSET :skip) AS everything
UNION ALL SELECT * FROM (
    SELECT fewness AS number, name_key AS text, community_id FROM communities
    WHERE :category <> '' AND category_key = :category AND is_private = 0 AND deleted_at IS NULL
          AND (fewness, community_id) > (:number, :id)
    ORDER BY fewness, community_id LIMIT :limit OFFSET :skip) AS of_category

-- name: by_age
SELECT * FROM (
    SELECT created_at AS number, name_key AS text, community_id FROM communities
    WHERE :category = '' AND is_private = 0 AND deleted_at IS NULL AND (created_at, community_id) < (:number, :id)
    ORDER BY created_at DESC, community_id DESC LIMIT :limit OFFSET :skip) AS everything
UNION ALL SELECT * FROM (
    SELECT created_at AS number, name_key AS text, community_id FROM communities
    WHERE :category <> '' AND category_key = :category AND is_private = 0 AND deleted_at IS NULL
          AND (created_at, community_id) < (:number, :id)
    ORDER BY created_at DESC, community_id DESC LIMIT :limit OFFSET :skip) AS of_category

-- name: by_activity
SELECT * FROM (
    SELECT active_at AS number, name_key AS text, community_id FROM communities
    WHERE :category = '' AND is_private = 0 AND deleted_at IS NULL AND (active_at, community_id) < (:number, :id)
    ORDER BY active_at DESC, community_id DESC LIMIT :limit OFFSET :skip) AS everything
UNION ALL SELECT * FROM (
    SELECT active_at AS number, name_key AS text, community_id FROM communities
    WHERE :category <> '' AND category_key = :category AND is_private = 0 AND deleted_at IS NULL
          AND (active_at, community_id) < (:number, :id)
    ORDER BY active_at DESC, community_id DESC LIMIT :limit OFFSET :skip) AS of_category

-- name: by_name
SELECT * FROM (
    SELECT 0 AS number, name_key AS text, community_id FROM communities
    WHERE :category = '' AND is_private = 0 AND deleted_at IS NULL AND (name_key, community_id) > (:text, :id)
    ORDER BY name_key, community_id LIMIT :limit OFFSET :skip) AS everything
UNION ALL SELECT * FROM (
    SELECT 0 AS number, name_key AS text, community_id FROM communities
    WHERE :category <> '' AND category_key = :category AND is_private = 0 AND deleted_at IS NULL
          AND (name_key, community_id) > (:text, :id)
    ORDER BY name_key, community_id LIMIT :limit OFFSET :skip) AS of_category

-- name: search
-- Public communities with a word that starts as each of up to three does; '' is no word.
SELECT DISTINCT c.community_id FROM community_words w JOIN communities c ON c.community_id = w.community_id
WHERE w.word >= :first AND w.word < :first_end AND c.is_private = 0 AND c.deleted_at IS NULL
      AND (:category = '' OR c.category_key = :category)
      AND (:second = '' OR EXISTS (SELECT 1 FROM community_words x
                                   WHERE x.community_id = c.community_id AND x.word >= :second AND x.word < :second_end))
      AND (:third = '' OR EXISTS (SELECT 1 FROM community_words x
                                  WHERE x.community_id = c.community_id AND x.word >= :third AND x.word < :third_end))
LIMIT :limit

-- name: public_of_member
SELECT c.community_id FROM community_members m JOIN communities c ON c.community_id = m.community_id
WHERE m.user_id = :user_id AND c.is_private = 0 AND c.deleted_at IS NULL
ORDER BY m.joined_at DESC, m.community_id LIMIT :limit

-- name: of_member
SELECT c.active_at AS number, c.name_key AS text, c.community_id
FROM community_members m JOIN communities c ON c.community_id = m.community_id
WHERE m.user_id = :user_id AND (:role < 0 OR m.role = :role) AND c.deleted_at IS NULL
      AND (c.active_at, c.community_id) < (:number, :id)
ORDER BY c.active_at DESC, c.community_id DESC LIMIT :limit OFFSET :skip
