-- Stories and what their authors keep of them.

-- name: insert_story
INSERT INTO stories (story_id, user_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
                     music_duration_ms, forwarded_from, created_at, thumbnail_id)
VALUES (:story_id, :user_id, :media_id, :story_type, :caption, :music_url, :music_title, :music_artist, :music_start_ms,
        :music_duration_ms, :forwarded_from, :created_at, :thumbnail_id)

-- name: load
SELECT story_id, user_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
       music_duration_ms, forwarded_from, views_count, reactions_count, replies_count, highlight_title, created_at,
       CASE WHEN EXISTS (SELECT 1 FROM story_views v WHERE v.story_id = stories.story_id AND v.user_id = :viewer)
            THEN 1 ELSE 0 END AS viewed,
       (SELECT r.reaction FROM story_reactions r WHERE r.story_id = stories.story_id AND r.user_id = :viewer) AS my_reaction,
       thumbnail_id
FROM stories WHERE story_id IN each(:ids)

-- name: count_since
SELECT count(*) FROM stories WHERE user_id = :user_id AND created_at > :since

-- name: authors_since
SELECT user_id, max(created_at) AS latest_at FROM stories
WHERE user_id IN each(:authors) AND created_at > :since GROUP BY user_id

-- name: stories_since
SELECT story_id, user_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
       music_duration_ms, forwarded_from, views_count, reactions_count, replies_count, highlight_title, created_at,
       CASE WHEN EXISTS (SELECT 1 FROM story_views v WHERE v.story_id = stories.story_id AND v.user_id = :viewer)
            THEN 1 ELSE 0 END AS viewed,
       (SELECT r.reaction FROM story_reactions r WHERE r.story_id = stories.story_id AND r.user_id = :viewer) AS my_reaction,
       thumbnail_id
FROM stories WHERE user_id IN each(:authors) AND created_at > :since

-- name: stories_of
SELECT story_id, user_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
       music_duration_ms, forwarded_from, views_count, reactions_count, replies_count, highlight_title, created_at,
       CASE WHEN EXISTS (SELECT 1 FROM story_views v WHERE v.story_id = stories.story_id AND v.user_id = :viewer)
            THEN 1 ELSE 0 END AS viewed,
       (SELECT r.reaction FROM story_reactions r WHERE r.story_id = stories.story_id AND r.user_id = :viewer) AS my_reaction,
       thumbnail_id
FROM stories WHERE user_id = :user_id AND (created_at, story_id) < (:at, :id)
ORDER BY created_at DESC, story_id DESC LIMIT :limit OFFSET :skip

-- name: count_of
SELECT count(*) FROM stories WHERE user_id = :user_id

-- name: highlights_of
SELECT story_id, user_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
       music_duration_ms, forwarded_from, views_count, reactions_count, replies_count, highlight_title, created_at,
       CASE WHEN EXISTS (SELECT 1 FROM story_views v WHERE v.story_id = stories.story_id AND v.user_id = :viewer)
            THEN 1 ELSE 0 END AS viewed,
       (SELECT r.reaction FROM story_reactions r WHERE r.story_id = stories.story_id AND r.user_id = :viewer) AS my_reaction,
       thumbnail_id
FROM stories WHERE user_id = :user_id AND highlight_title IS NOT NULL
ORDER BY created_at DESC, story_id DESC LIMIT :limit

-- name: count_highlights
SELECT highlight_title, count(*) FROM stories WHERE user_id = :user_id AND highlight_title IS NOT NULL
GROUP BY highlight_title

-- name: set_highlight
UPDATE stories SET highlight_title = :title, has_marks = 1 WHERE story_id = :story_id

-- name: add_counts
UPDATE stories SET views_count = views_count + :views, reactions_count = reactions_count + :reactions,
                   replies_count = replies_count + :replies
WHERE story_id = :story_id
RETURNING views_count, reactions_count, replies_count

-- name: counts_of
SELECT views_count, reactions_count, replies_count FROM stories WHERE story_id = :story_id

-- name: delete_story
DELETE FROM stories WHERE story_id = :story_id RETURNING views_count, reactions_count, replies_count

-- name: lock_story (sqlite)
SELECT 1 FROM stories WHERE story_id = :story_id

-- name: lock_story (postgres)
-- Nobody deletes it before the end of the transaction.
SELECT 1 FROM stories WHERE story_id = :story_id FOR KEY SHARE

-- name: over
-- What ended and was not swept.
SELECT story_id, user_id, highlight_title, created_at FROM stories
WHERE is_swept = 0 AND created_at <= :before ORDER BY created_at, story_id LIMIT :limit

-- name: note_swept
-- A row that another server swept meanwhile is not returned to this one.
UPDATE stories SET is_swept = 1 WHERE is_swept = 0 AND story_id IN each(:ids)
RETURNING story_id, user_id, highlight_title, created_at

-- name: with_old_marks
SELECT story_id FROM stories WHERE has_marks = 1 AND highlight_title IS NULL AND created_at <= :before
ORDER BY created_at, story_id LIMIT :limit

-- name: note_without_marks
UPDATE stories SET has_marks = 0
WHERE highlight_title IS NULL AND story_id IN each(:ids)
      AND NOT EXISTS (SELECT 1 FROM story_views v WHERE v.story_id = stories.story_id)
      AND NOT EXISTS (SELECT 1 FROM story_reactions r WHERE r.story_id = stories.story_id)

-- name: archive
INSERT INTO story_archives (archive_id, user_id, story_id, media_id, story_type, caption, music_url, music_title,
                            music_artist, music_start_ms, music_duration_ms, forwarded_from, views_count, reactions_count,
                            replies_count, story_created_at, archived_at, thumbnail_id)
SELECT :archive_id, user_id, story_id, media_id, story_type, caption, music_url, music_title,
       music_artist, music_start_ms, music_duration_ms, forwarded_from, views_count, reactions_count, replies_count,
       created_at, :now, thumbnail_id
FROM stories WHERE story_id = :story_id
ON CONFLICT DO NOTHING RETURNING archive_id

-- name: archive_of_story
SELECT archive_id FROM story_archives WHERE story_id = :story_id

-- name: keep_counts
-- Of a story that is gone.
UPDATE story_archives SET views_count = :views, reactions_count = :reactions, replies_count = :replies WHERE story_id = :story_id

-- name: list_archives
SELECT a.archive_id, a.user_id, a.story_id, a.media_id, a.story_type, a.caption, a.music_url, a.music_title, a.music_artist,
       a.music_start_ms, a.music_duration_ms, a.forwarded_from, COALESCE(s.views_count, a.views_count) AS views_count,
       COALESCE(s.reactions_count, a.reactions_count) AS reactions_count,
       COALESCE(s.replies_count, a.replies_count) AS replies_count, a.story_created_at, a.archived_at,
       a.thumbnail_id
FROM story_archives a LEFT JOIN stories s ON s.story_id = a.story_id
WHERE a.user_id = :user_id AND (a.archived_at, a.archive_id) < (:at, :id) AND a.archived_at >= :since
      AND a.archived_at <= :until
ORDER BY a.archived_at DESC, a.archive_id DESC LIMIT :limit OFFSET :skip

-- name: count_archives
SELECT count(*) FROM story_archives WHERE user_id = :user_id AND archived_at >= :since AND archived_at <= :until

-- name: archive_of (sqlite)
SELECT archive_id, user_id, story_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
       music_duration_ms, forwarded_from, views_count, reactions_count, replies_count, story_created_at, archived_at,
       thumbnail_id
FROM story_archives WHERE archive_id = :archive_id

-- name: archive_of (postgres)
-- Nobody deletes it before the end of the transaction.
SELECT archive_id, user_id, story_id, media_id, story_type, caption, music_url, music_title, music_artist, music_start_ms,
       music_duration_ms, forwarded_from, views_count, reactions_count, replies_count, story_created_at, archived_at,
       thumbnail_id
FROM story_archives WHERE archive_id = :archive_id FOR UPDATE

-- name: delete_archive
DELETE FROM story_archives WHERE archive_id = :archive_id

-- name: some_stories_of
SELECT story_id FROM stories WHERE user_id = :user_id LIMIT :limit

-- name: exported
SELECT story_id, media_id, caption, highlight_title, views_count, created_at FROM stories
WHERE user_id = :user_id AND (created_at, story_id) > (:at, :id) ORDER BY created_at, story_id LIMIT :limit

-- name: exported_archives
SELECT archive_id, story_id, media_id, caption, views_count, story_created_at, archived_at FROM story_archives
WHERE user_id = :user_id AND (archived_at, archive_id) > (:at, :id) ORDER BY archived_at, archive_id LIMIT :limit

-- name: some_archives_of
SELECT archive_id FROM story_archives WHERE user_id = :user_id LIMIT :limit
