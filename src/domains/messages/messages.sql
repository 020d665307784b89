-- Messages, what is attached to them, and reactions.

-- name: insert_message
INSERT INTO messages (message_id, chat_id, sender_id, type, content, search_text, created_at, delivered_at, media_id,
                      thumbnail_id, duration, gif_url, shared_post_id, story_id, forwarded_from, forward_comment, reply_to_id,
                      album_id, client_message_id)
VALUES (:message_id, :chat_id, :sender_id, :type, :content, :search_text, :created_at, :delivered_at, :media_id,
        :thumbnail_id, :duration, :gif_url, :shared_post_id, :story_id, :forwarded_from, :forward_comment, :reply_to_id,
        :album_id, :client_message_id)

-- name: insert_texts (sqlite)
-- Several plain ones.
INSERT INTO messages (message_id, chat_id, sender_id, type, content, search_text, created_at, delivered_at, client_message_id)
SELECT json_extract(value, '$.message_id'), json_extract(value, '$.chat_id'), json_extract(value, '$.sender_id'), 0,
       json_extract(value, '$.content'), json_extract(value, '$.search_text'), json_extract(value, '$.created_at'),
       json_extract(value, '$.delivered_at'), json_extract(value, '$.client_message_id')
FROM json_each(:rows) WHERE true

-- name: insert_texts (postgres)
INSERT INTO messages (message_id, chat_id, sender_id, type, content, search_text, created_at, delivered_at, client_message_id)
SELECT message_id, chat_id, sender_id, 0, content, search_text, created_at, delivered_at, client_message_id
FROM json_to_recordset(:rows::text::json)
    AS r (message_id text, chat_id text, sender_id text, content text, search_text text, created_at bigint,
          delivered_at bigint, client_message_id text)

-- name: load
-- Messages of one list: a page older than :before, the ones named, or those after :from; the caller sorts. What the viewer
-- hid, and what people in :cut_off wrote, is left out.
WITH page (message_id) AS (
    SELECT message_id FROM (
        SELECT m.message_id FROM messages m
        WHERE :list = 'older' AND m.chat_id = :chat_id AND m.created_at >= :from AND m.created_at < :before
          AND NOT (COALESCE(m.sender_id, '') IN each(:cut_off))
          AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :viewer AND h.message_id = m.message_id)
        ORDER BY m.created_at DESC LIMIT :limit OFFSET :skip) AS older
    UNION ALL SELECT message_id FROM (
        SELECT m.message_id FROM messages m
        WHERE :list = 'newer' AND m.chat_id = :chat_id AND m.created_at >= :from
          AND NOT (COALESCE(m.sender_id, '') IN each(:cut_off))
          AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :viewer AND h.message_id = m.message_id)
        ORDER BY m.created_at LIMIT :limit) AS newer
    UNION ALL SELECT message_id FROM messages WHERE :list = 'named' AND message_id IN each(:ids)
)
SELECT m.message_id, m.chat_id, m.sender_id, m.type, m.content, m.created_at, m.delivered_at, m.edited_at, m.deleted_at,
       m.media_id, m.thumbnail_id, m.duration, m.gif_url, m.shared_post_id, m.story_id, m.forwarded_from,
       m.forward_comment, m.reply_to_id, m.album_id, m.client_message_id, m.reactions_count,
       r.sender_id AS reply_sender_id, r.type AS reply_type, r.content AS reply_content, r.deleted_at AS reply_deleted_at
FROM page JOIN messages m ON m.message_id = page.message_id LEFT JOIN messages r ON r.message_id = m.reply_to_id

-- name: find_facts
-- What decisions about one message depend on.
SELECT message_id, chat_id, sender_id, type, content, created_at, edited_at, deleted_at, media_id, forwarded_from,
       CASE WHEN EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :viewer AND h.message_id = m.message_id)
            THEN 1 ELSE 0 END AS is_hidden
FROM messages m WHERE message_id = :message_id

-- name: hold_senders (sqlite)
SELECT 1 WHERE :sender_ids IS NOT NULL

-- name: hold_senders (postgres)
-- Of one sender one message is counted after the other.
SELECT pg_advisory_xact_lock(lock) FROM (
    SELECT hashtextextended('messages ' || id, 0) AS lock FROM unnest(:sender_ids::text[]) AS id ORDER BY lock) AS locks

-- name: nth_last_sent (sqlite)
-- When the n-th last message of each sender was sent, if that is not long ago; the latest of these times.
SELECT max((SELECT created_at FROM messages WHERE sender_id = s.value AND created_at > :since AND type <> 7
            ORDER BY created_at DESC LIMIT 1 OFFSET :n))
FROM json_each(:sender_ids) AS s

-- name: nth_last_sent (postgres)
SELECT max((SELECT created_at FROM messages WHERE sender_id = s.id AND created_at > :since AND type <> 7
            ORDER BY created_at DESC LIMIT 1 OFFSET :n))
FROM unnest(:sender_ids::text[]) AS s (id)

-- name: find_sent
SELECT message_id FROM sent_messages
WHERE sender_id = :sender_id AND client_message_id = :client_message_id AND created_at > :since

-- name: keep_sent
-- Returns a row only if this client's id is new, or old enough to be used again.
INSERT INTO sent_messages (sender_id, client_message_id, message_id, created_at)
VALUES (:sender_id, :client_message_id, :message_id, :now)
ON CONFLICT (sender_id, client_message_id) DO UPDATE SET message_id = excluded.message_id, created_at = excluded.created_at
WHERE sent_messages.created_at <= :since RETURNING message_id

-- name: sweep_sent
DELETE FROM sent_messages WHERE created_at <= :before

-- name: unread_ids
-- The newest that a member has not read.
SELECT m.message_id, COALESCE(m.sender_id, '') AS sender_id FROM messages m
WHERE m.chat_id = :chat_id AND m.created_at > :read_until AND m.created_at >= :from AND m.type <> 7 AND m.deleted_at IS NULL
  AND COALESCE(m.sender_id, '') <> :user_id AND NOT (COALESCE(m.sender_id, '') IN each(:cut_off))
  AND NOT EXISTS (SELECT 1 FROM chat_marks k WHERE k.chat_id = m.chat_id AND k.user_id = :user_id AND k.kind = 2
                  AND k.up_to = m.created_at)
  AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :user_id AND h.message_id = m.message_id)
ORDER BY m.created_at DESC LIMIT :limit

-- name: edit_content
UPDATE messages SET content = :content, search_text = :search_text, edited_at = :now WHERE message_id = :message_id

-- name: insert_edit
INSERT INTO message_edits (message_id, replaced_at, content, last_modified_at)
VALUES (:message_id, :now, :content, :last_modified_at) ON CONFLICT DO NOTHING

-- name: trim_edits
DELETE FROM message_edits WHERE message_id = :message_id AND replaced_at < (
    SELECT min(replaced_at) FROM (
        SELECT replaced_at FROM message_edits WHERE message_id = :message_id ORDER BY replaced_at DESC LIMIT :keep) AS kept)

-- name: list_edits
SELECT content, last_modified_at, replaced_at FROM message_edits WHERE message_id = :message_id ORDER BY replaced_at

-- name: delete_edits
DELETE FROM message_edits WHERE message_id = :message_id

-- name: erase_content
-- Deleted for everyone: the row stays in its place.
UPDATE messages SET content = '', search_text = NULL, deleted_at = :now, media_id = NULL, thumbnail_id = NULL, duration = NULL,
       gif_url = NULL, shared_post_id = NULL, story_id = NULL, forward_comment = NULL, reply_to_id = NULL, reactions_count = 0
WHERE message_id = :message_id AND deleted_at IS NULL

-- name: hide_message
-- Returns a row only if it was not hidden.
INSERT INTO hidden_messages (user_id, message_id) VALUES (:user_id, :message_id) ON CONFLICT DO NOTHING RETURNING message_id

-- name: insert_reaction
-- Returns a row only if it is new.
INSERT INTO message_reactions (message_id, emoji, user_id, created_at) VALUES (:message_id, :emoji, :user_id, :now)
ON CONFLICT DO NOTHING RETURNING user_id

-- name: delete_reaction
DELETE FROM message_reactions WHERE message_id = :message_id AND emoji = :emoji AND user_id = :user_id

-- name: has_reaction
SELECT 1 FROM message_reactions WHERE user_id = :user_id AND message_id = :message_id LIMIT 1

-- name: delete_reactions
DELETE FROM message_reactions WHERE message_id = :message_id

-- name: add_reactions
UPDATE messages SET reactions_count = reactions_count + :delta WHERE message_id = :message_id

-- name: list_reactions
SELECT message_id, emoji, user_id, created_at FROM message_reactions WHERE message_id IN each(:ids)
ORDER BY message_id, created_at, user_id

-- name: search_horizon
-- The newest :at_once messages of each chat are looked through at a time: what is older than this moment waits.
SELECT max(oldest) FROM (
    SELECT (SELECT m.created_at FROM messages m WHERE m.chat_id = p.chat_id AND m.created_at < :before
            ORDER BY m.created_at DESC LIMIT 1 OFFSET :at_once) AS oldest
    FROM chat_members p
    WHERE p.user_id = :user_id AND p.folder IN (0, 1, 2) AND (:chat_id = '' OR p.chat_id = :chat_id)) AS chats

-- name: search
-- What a user's chats hold, newest first. Reads the messages of these chats once, by index.
SELECT m.message_id, m.chat_id, p.is_group, m.sender_id, m.type, m.content, m.created_at, c.low_user_id, c.high_user_id
FROM chat_members p JOIN chats c ON c.chat_id = p.chat_id
JOIN messages m ON m.chat_id = p.chat_id AND m.created_at >= p.seen_from AND m.created_at >= :since AND m.created_at < :before
WHERE p.user_id = :user_id AND p.folder IN (0, 1, 2) AND (:chat_id = '' OR p.chat_id = :chat_id)
  AND COALESCE(m.search_text, m.content) LIKE :pattern ESCAPE '!' AND m.deleted_at IS NULL AND m.type <> 7
  AND (:any_sender = 1 OR m.sender_id IN each(:senders)) AND (m.created_at < :at OR m.message_id < :after)
  AND NOT (COALESCE(m.sender_id, '') IN each(:cut_off))
  AND NOT (CASE WHEN c.low_user_id = :user_id THEN COALESCE(c.high_user_id, '') ELSE COALESCE(c.low_user_id, '') END
           IN each(:cut_off))
  AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :user_id AND h.message_id = m.message_id)
ORDER BY m.created_at DESC, m.message_id DESC LIMIT :limit OFFSET :skip

-- name: own_messages_after
-- Everything the user sent or received, chat by chat.
SELECT m.message_id, m.chat_id, m.sender_id, m.type, m.content, m.created_at FROM messages m
WHERE m.chat_id = :chat_id AND m.created_at > :after AND m.created_at >= :from AND m.deleted_at IS NULL
ORDER BY m.created_at LIMIT :limit

-- name: chats_of_user_after
SELECT chat_id, seen_from FROM chat_members WHERE user_id = :user_id AND is_group IN (0, 1) AND chat_id > :after
ORDER BY chat_id LIMIT :limit

-- name: some_reactions_of_user
SELECT message_id, emoji FROM message_reactions WHERE user_id = :user_id ORDER BY message_id LIMIT :limit

-- name: some_messages_of_user
SELECT message_id FROM messages WHERE sender_id = :user_id ORDER BY created_at LIMIT :limit

-- name: forget_sender
UPDATE messages SET sender_id = NULL WHERE message_id IN each(:ids)

-- name: some_messages_of_chat
SELECT message_id, CASE WHEN media_id IS NULL THEN 0 ELSE 1 END AS has_media FROM messages WHERE chat_id = :chat_id
ORDER BY created_at LIMIT :limit

-- name: delete_messages
DELETE FROM messages WHERE message_id IN each(:ids)
