-- Chats and their members.

-- name: find_pair
SELECT chat_id FROM chats WHERE is_group = 0 AND low_user_id = :low AND high_user_id = :high

-- name: direct_with
-- Of these, with whom the user has a direct chat that both are in.
SELECT high_user_id FROM chats
WHERE is_group = 0 AND is_accepted = 1 AND low_user_id = :user_id AND high_user_id IN each(:others)
UNION ALL
SELECT low_user_id FROM chats
WHERE is_group = 0 AND is_accepted = 1 AND high_user_id = :user_id AND low_user_id IN each(:others)

-- name: insert_pair
-- Returns a row only if the two had no chat.
INSERT INTO chats (chat_id, is_group, low_user_id, high_user_id, members_count, last_message_at, created_at)
VALUES (:chat_id, 0, :low, :high, 2, :now, :now) ON CONFLICT DO NOTHING RETURNING chat_id

-- name: insert_group_chat
INSERT INTO chats (chat_id, is_group, is_accepted, last_message_at, created_at) VALUES (:chat_id, 1, 1, :now, :now)

-- name: insert_member
-- Returns a row only if they were no member.
INSERT INTO chat_members (chat_id, user_id, is_group, role, folder, joined_at, seen_from, last_message_at)
VALUES (:chat_id, :user_id, :is_group, :role, :folder, :now, :seen_from, :now) ON CONFLICT DO NOTHING RETURNING user_id

-- name: insert_group_members (sqlite)
-- All at once, in the order given.
INSERT INTO chat_members (chat_id, user_id, is_group, role, folder, joined_at, seen_from, last_message_at)
SELECT :chat_id, value, 1, 0, 0, :now + key + 1, :now, :now FROM json_each(:user_ids) WHERE true ON CONFLICT DO NOTHING

-- name: insert_group_members (postgres)
INSERT INTO chat_members (chat_id, user_id, is_group, role, folder, joined_at, seen_from, last_message_at)
SELECT :chat_id, u.user_id, 1, 0, 0, :now + u.place, :now, :now
FROM unnest(:user_ids::text[]) WITH ORDINALITY AS u (user_id, place) ON CONFLICT DO NOTHING

-- name: add_members_count
-- Changes nothing when the chat would have more than :at_most members. On PostgreSQL it also holds the chat.
UPDATE chats SET members_count = members_count + :delta WHERE chat_id = :chat_id AND members_count + :delta <= :at_most

-- name: delete_member
DELETE FROM chat_members WHERE chat_id = :chat_id AND user_id = :user_id

-- name: delete_chat
DELETE FROM chats WHERE chat_id = :chat_id

-- name: hold_chat (sqlite)
SELECT 1 FROM chats WHERE chat_id = :chat_id

-- name: hold_chat (postgres)
-- What is decided from several rows of a chat is decided by one transaction after the other.
SELECT 1 FROM chats WHERE chat_id = :chat_id FOR NO KEY UPDATE

-- name: hold_chats (sqlite)
SELECT 1 WHERE :chat_ids IS NOT NULL

-- name: hold_chats (postgres)
-- Several, in the one order in which all take hold of them.
SELECT 1 FROM chats WHERE chat_id IN each(:chat_ids) ORDER BY chat_id FOR NO KEY UPDATE

-- name: find_standing
-- A chat as one of its members has it.
SELECT c.chat_id, c.is_group, c.low_user_id, c.high_user_id, c.is_accepted, c.requested_by, c.requests_count,
       c.members_count, c.last_message_at AS chat_last_message_at, c.created_at, m.role, m.folder, m.joined_at, m.seen_from,
       m.last_message_id, m.last_message_at, m.unread_count, m.read_until, m.delivered_until, m.muted_until, m.is_pinned
FROM chats c JOIN chat_members m ON m.chat_id = c.chat_id
WHERE c.chat_id = :chat_id AND m.user_id = :user_id

-- name: find_standing_of_pair
-- The same columns, for the direct chat of two.
SELECT c.chat_id, c.is_group, c.low_user_id, c.high_user_id, c.is_accepted, c.requested_by, c.requests_count,
       c.members_count, c.last_message_at AS chat_last_message_at, c.created_at, m.role, m.folder, m.joined_at, m.seen_from,
       m.last_message_id, m.last_message_at, m.unread_count, m.read_until, m.delivered_until, m.muted_until, m.is_pinned
FROM chats c JOIN chat_members m ON m.chat_id = c.chat_id
WHERE c.is_group = 0 AND c.low_user_id = :low AND c.high_user_id = :high AND m.user_id = :user_id

-- name: next_moment (sqlite)
-- The time of the next message; on PostgreSQL it also holds the chat, so that messages commit in the order of their times.
UPDATE chats SET last_message_at = max(last_message_at + 1, :now) WHERE chat_id = :chat_id
RETURNING chat_id, is_group, low_user_id, high_user_id, is_accepted, requested_by, requests_count, members_count,
          last_message_at, created_at

-- name: next_moment (postgres)
UPDATE chats SET last_message_at = greatest(last_message_at + 1, :now) WHERE chat_id = :chat_id
RETURNING chat_id, is_group, low_user_id, high_user_id, is_accepted, requested_by, requests_count, members_count,
          last_message_at, created_at

-- name: next_moments (sqlite)
-- The same for several chats, which PostgreSQL takes hold of in one order.
UPDATE chats SET last_message_at = max(last_message_at + 1, :now) WHERE chat_id IN each(:chat_ids)
RETURNING chat_id, is_group, low_user_id, high_user_id, is_accepted, requested_by, requests_count, members_count,
          last_message_at, created_at

-- name: next_moments (postgres)
UPDATE chats c SET last_message_at = greatest(c.last_message_at + 1, :now)
FROM (SELECT chat_id FROM chats WHERE chat_id IN each(:chat_ids) ORDER BY chat_id FOR NO KEY UPDATE) AS held
WHERE c.chat_id = held.chat_id
RETURNING c.chat_id, c.is_group, c.low_user_id, c.high_user_id, c.is_accepted, c.requested_by, c.requests_count,
          c.members_count, c.last_message_at, c.created_at

-- name: note_message
-- Lists, counters and folders of all who see a new message. Writing takes a chat out of every folder; what a stranger writes
-- goes to the requests, and stays declined where it was; an archived chat comes back unless it is muted.
UPDATE chat_members SET
    last_message_id = :message_id, last_message_at = :now,
    unread_count = unread_count + CASE WHEN user_id = :sender_id THEN 0 ELSE :counts END,
    folder = CASE WHEN user_id = :sender_id THEN 0
                  WHEN :is_request = 1 THEN CASE folder WHEN 3 THEN 3 ELSE 2 END
                  WHEN folder IN (2, 4) OR (folder = 1 AND COALESCE(muted_until, 0) <= :now) THEN 0
                  ELSE folder END
WHERE chat_id = :chat_id AND (:any_cut_off = 0 OR NOT (user_id IN each(:cut_off)))
RETURNING user_id, unread_count, folder, muted_until

-- name: note_messages (sqlite)
-- The same for several direct chats, one new message in each.
UPDATE chat_members SET
    last_message_id = json_extract(n.value, '$.message_id'), last_message_at = json_extract(n.value, '$.created_at'),
    unread_count = unread_count + CASE WHEN user_id = json_extract(n.value, '$.sender_id') THEN 0 ELSE 1 END,
    folder = CASE WHEN user_id = json_extract(n.value, '$.sender_id') THEN 0
                  WHEN json_extract(n.value, '$.is_request') = 1 THEN CASE folder WHEN 3 THEN 3 ELSE 2 END
                  WHEN folder IN (2, 4)
                    OR (folder = 1 AND COALESCE(muted_until, 0) <= json_extract(n.value, '$.created_at')) THEN 0
                  ELSE folder END
FROM json_each(:rows) AS n
WHERE chat_members.chat_id = json_extract(n.value, '$.chat_id')
RETURNING user_id, unread_count, folder, muted_until, chat_id

-- name: note_messages (postgres)
UPDATE chat_members m SET
    last_message_id = n.message_id, last_message_at = n.created_at,
    unread_count = unread_count + CASE WHEN user_id = n.sender_id THEN 0 ELSE 1 END,
    folder = CASE WHEN user_id = n.sender_id THEN 0
                  WHEN n.is_request = 1 THEN CASE folder WHEN 3 THEN 3 ELSE 2 END
                  WHEN folder IN (2, 4) OR (folder = 1 AND COALESCE(muted_until, 0) <= n.created_at) THEN 0
                  ELSE folder END
FROM json_to_recordset(:rows::text::json)
    AS n (chat_id text, message_id text, sender_id text, created_at bigint, is_request integer)
WHERE m.chat_id = n.chat_id
RETURNING m.user_id, m.unread_count, m.folder, m.muted_until, m.chat_id

-- name: set_request
UPDATE chats SET requested_by = :user_id, requests_count = requests_count + 1 WHERE chat_id = :chat_id

-- name: set_accepted
UPDATE chats SET is_accepted = 1, requested_by = NULL WHERE chat_id = :chat_id

-- name: set_folder
UPDATE chat_members SET folder = :folder WHERE chat_id = :chat_id AND user_id = :user_id

-- name: list_members
SELECT user_id, role, joined_at, seen_from, read_until FROM chat_members WHERE chat_id = :chat_id
ORDER BY joined_at, user_id

-- name: list_members_of_chats
SELECT chat_id, user_id, role FROM chat_members WHERE chat_id IN each(:chat_ids) ORDER BY chat_id, joined_at, user_id

-- name: set_role
UPDATE chat_members SET role = :role WHERE chat_id = :chat_id AND user_id = :user_id

-- name: in_many_groups
-- Of these, who is in :at_least groups or more.
SELECT user_id FROM chat_members WHERE user_id IN each(:user_ids) AND is_group = 1 GROUP BY user_id
HAVING count(*) >= :at_least

-- name: list_chats
-- One folder of one user, newest first, after a position. The last message is what they see last.
SELECT c.chat_id, c.is_group, c.low_user_id, c.high_user_id, c.is_accepted, c.requested_by, c.created_at, p.role,
       p.last_message_at, p.unread_count, p.muted_until, p.is_pinned, p.folder, p.last_message_id,
       m.sender_id AS last_sender_id, m.type AS last_type, m.content AS last_content, m.deleted_at AS last_deleted_at,
       m.forwarded_from AS last_forwarded_from
FROM chat_members p JOIN chats c ON c.chat_id = p.chat_id LEFT JOIN messages m ON m.message_id = p.last_message_id
WHERE p.user_id = :user_id AND p.is_group = :is_group AND p.folder = :folder AND p.last_message_at <= :at
  AND (p.last_message_at < :at OR p.chat_id > :after)
  AND NOT (CASE WHEN c.low_user_id = :user_id THEN COALESCE(c.high_user_id, '') ELSE COALESCE(c.low_user_id, '') END
           IN each(:cut_off))
ORDER BY p.last_message_at DESC, p.chat_id LIMIT :limit OFFSET :skip

-- name: get_chat
-- The same columns for one chat.
SELECT c.chat_id, c.is_group, c.low_user_id, c.high_user_id, c.is_accepted, c.requested_by, c.created_at, p.role,
       p.last_message_at, p.unread_count, p.muted_until, p.is_pinned, p.folder, p.last_message_id,
       m.sender_id AS last_sender_id, m.type AS last_type, m.content AS last_content, m.deleted_at AS last_deleted_at,
       m.forwarded_from AS last_forwarded_from
FROM chat_members p JOIN chats c ON c.chat_id = p.chat_id LEFT JOIN messages m ON m.message_id = p.last_message_id
WHERE p.chat_id = :chat_id AND p.user_id = :user_id

-- name: listed_by_members
-- One chat as its members have it in their lists; :only_user empty: all of them.
SELECT p.user_id, p.folder, p.last_message_at, p.unread_count, p.last_message_id, c.is_group,
       m.sender_id AS last_sender_id, m.type AS last_type, m.content AS last_content, m.deleted_at AS last_deleted_at,
       m.forwarded_from AS last_forwarded_from
FROM chat_members p JOIN chats c ON c.chat_id = p.chat_id LEFT JOIN messages m ON m.message_id = p.last_message_id
WHERE p.chat_id = :chat_id AND (:only_user = '' OR p.user_id = :only_user)

-- name: set_settings
UPDATE chat_members SET muted_until = :muted_until, is_pinned = :is_pinned, folder = :folder
WHERE chat_id = :chat_id AND user_id = :user_id

-- name: count_pinned
SELECT count(*) FROM chat_members WHERE user_id = :user_id AND is_pinned = 1

-- name: clear_chat
-- For one member: without a past, and unlisted until the next message.
UPDATE chat_members SET seen_from = :from, read_until = :from, last_message_id = NULL, unread_count = 0, folder = 4,
       is_pinned = 0
WHERE chat_id = :chat_id AND user_id = :user_id

-- name: set_last_message
-- After the newest one was hidden, or a block changed which messages of a group somebody sees: the newest that they see.
UPDATE chat_members SET last_message_id = (
    SELECT m.message_id FROM messages m
    WHERE m.chat_id = chat_members.chat_id AND m.created_at >= chat_members.seen_from
      AND NOT (COALESCE(m.sender_id, '') IN each(:cut_off))
      AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :user_id AND h.message_id = m.message_id)
    ORDER BY m.created_at DESC LIMIT 1)
WHERE user_id = :user_id AND chat_id IN each(:chat_ids)

-- name: mark_all_read
UPDATE chat_members SET unread_count = 0, read_until = :up_to, delivered_until = :up_to
WHERE chat_id = :chat_id AND user_id = :user_id

-- name: mark_delivered
UPDATE chat_members SET delivered_until = :up_to WHERE chat_id = :chat_id AND user_id = :user_id AND delivered_until < :up_to

-- name: take_unread
-- One unread message is read alone, hidden, or gone.
UPDATE chat_members SET unread_count = unread_count - 1 WHERE chat_id = :chat_id AND user_id = :user_id

-- name: take_unread_of_all
-- A message is gone for everyone: of those who had not read it.
UPDATE chat_members SET unread_count = unread_count - 1
WHERE chat_id = :chat_id AND user_id <> :sender_id AND seen_from <= :created_at AND read_until < :created_at
  AND NOT (user_id IN each(:cut_off))
  AND NOT EXISTS (SELECT 1 FROM chat_marks k WHERE k.chat_id = chat_members.chat_id AND k.user_id = chat_members.user_id
                  AND k.kind = 2 AND k.up_to = :created_at)
  AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = chat_members.user_id AND h.message_id = :message_id)

-- name: insert_mark
-- Returns a row only if the mark is new.
INSERT INTO chat_marks (chat_id, user_id, kind, up_to, marked_at) VALUES (:chat_id, :user_id, :kind, :up_to, :now)
ON CONFLICT DO NOTHING RETURNING up_to

-- name: find_mark
-- When this member read this message, if they did: the first mark that covers it.
SELECT marked_at FROM (
    SELECT * FROM (SELECT marked_at FROM chat_marks
        WHERE chat_id = :chat_id AND user_id = :user_id AND kind = 1 AND up_to >= :created_at ORDER BY up_to LIMIT 1) AS together
    UNION ALL
    SELECT marked_at FROM chat_marks WHERE chat_id = :chat_id AND user_id = :user_id AND kind = 2 AND up_to = :created_at
) AS marks ORDER BY marked_at LIMIT 1

-- name: list_marks
-- Every mark that some message between :first and :last may need: those within, and the first beyond of each member.
SELECT k.user_id, k.kind, k.up_to, k.marked_at FROM chat_marks k
WHERE k.chat_id = :chat_id AND k.up_to >= :first AND k.user_id IN (SELECT m.user_id FROM chat_members m WHERE m.chat_id = :chat_id)
  AND k.up_to <= COALESCE((SELECT min(b.up_to) FROM chat_marks b WHERE b.chat_id = :chat_id AND b.user_id = k.user_id
                           AND b.kind = k.kind AND b.up_to >= :last), :last)
ORDER BY k.user_id, k.kind, k.up_to

-- name: recount_unread
-- From the rows: after a block or its end changed which messages of a group somebody sees.
UPDATE chat_members SET unread_count = (
    SELECT count(*) FROM messages m
    WHERE m.chat_id = chat_members.chat_id AND m.created_at > chat_members.read_until AND m.created_at >= chat_members.seen_from
      AND m.type <> 7 AND m.deleted_at IS NULL AND COALESCE(m.sender_id, '') <> :user_id
      AND NOT (COALESCE(m.sender_id, '') IN each(:cut_off))
      AND NOT EXISTS (SELECT 1 FROM chat_marks k WHERE k.chat_id = m.chat_id AND k.user_id = :user_id AND k.kind = 2
                      AND k.up_to = m.created_at)
      AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = :user_id AND h.message_id = m.message_id))
WHERE user_id = :user_id AND chat_id IN each(:chat_ids)

-- name: shared_groups
SELECT a.chat_id FROM chat_members a JOIN chat_members b ON b.chat_id = a.chat_id AND b.user_id = :other
WHERE a.user_id = :user_id AND a.is_group = 1

-- name: with_unread
SELECT user_id FROM chat_members WHERE chat_id = :chat_id AND user_id IN each(:members) AND unread_count > 0

-- name: sum_unread
SELECT CAST(COALESCE(sum(p.unread_count), 0) AS BIGINT), count(*) FROM chat_members p JOIN chats c ON c.chat_id = p.chat_id
WHERE p.user_id = :user_id AND p.is_group IN (0, 1) AND p.folder = 0 AND p.unread_count > 0
  AND NOT (CASE WHEN c.low_user_id = :user_id THEN COALESCE(c.high_user_id, '') ELSE COALESCE(c.low_user_id, '') END
           IN each(:cut_off))

-- name: some_direct_chats
SELECT chat_id FROM chat_members WHERE user_id = :user_id AND is_group = 0 ORDER BY chat_id LIMIT :limit

-- name: some_groups_of_user
SELECT chat_id FROM chat_members WHERE user_id = :user_id AND is_group = 1 ORDER BY chat_id LIMIT :limit

-- name: forget_side
UPDATE chats SET low_user_id = CASE WHEN low_user_id = :user_id THEN NULL ELSE low_user_id END,
                 high_user_id = CASE WHEN high_user_id = :user_id THEN NULL ELSE high_user_id END,
                 members_count = members_count - 1
WHERE chat_id = :chat_id
