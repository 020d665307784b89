-- The few chats that somebody pinned are counted without reading the many that they did not.
CREATE INDEX chat_members_pinned ON chat_members (user_id) WHERE is_pinned = 1;
