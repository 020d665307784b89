-- Groups: what a chat of many has besides members and messages. contract/groups.md.

CREATE TABLE chat_groups (
    group_id    TEXT NOT NULL PRIMARY KEY REFERENCES chats (chat_id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL, -- as it is searched: folded
    description TEXT,
    photo_id    TEXT REFERENCES media (media_id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL -- of settings and members; the chat has that of messages
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_groups_of_photo ON chat_groups (photo_id) WHERE photo_id IS NOT NULL;
