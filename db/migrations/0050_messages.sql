-- Chats of two and of many, their messages, and what each member made of them. contract/messages.md, groups.md.

-- A direct chat (conv_…) or the chat of a group (group_…).
CREATE TABLE chats (
    chat_id         TEXT NOT NULL PRIMARY KEY,
    is_group        INTEGER NOT NULL CHECK (is_group IN (0, 1)),
    -- The pair of a direct chat in the order of their ids: one chat for two people. Null when the account is erased.
    low_user_id     TEXT REFERENCES users (user_id) ON DELETE RESTRICT,
    high_user_id    TEXT REFERENCES users (user_id) ON DELETE RESTRICT,
    -- A direct chat is accepted once a first message was welcome, or answered. Until then it is a request.
    is_accepted     INTEGER NOT NULL DEFAULT 0 CHECK (is_accepted IN (0, 1)),
    requested_by    TEXT,
    requests_count  INTEGER NOT NULL DEFAULT 0,
    members_count   INTEGER NOT NULL DEFAULT 0 CHECK (members_count >= 0),
    -- Times of messages of one chat all differ, in the order of their commits.
    last_message_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX chats_of_pair ON chats (low_user_id, high_user_id) WHERE is_group = 0;
CREATE INDEX chats_of_high_user ON chats (high_user_id) WHERE is_group = 0;

-- Folder: 0 listed, 1 archived, 2 request, 3 declined request, 4 unlisted (opened by the other side, or cleared).
-- Role: 0 member, 1 admin, 2 owner.
CREATE TABLE chat_members (
    chat_id         TEXT NOT NULL REFERENCES chats (chat_id) ON DELETE CASCADE,
    user_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    is_group        INTEGER NOT NULL CHECK (is_group IN (0, 1)),
    role            INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 2),
    folder          INTEGER NOT NULL CHECK (folder BETWEEN 0 AND 4),
    joined_at       INTEGER NOT NULL,
    seen_from       INTEGER NOT NULL, -- older messages are not theirs to see: from before they joined, or cleared
    last_message_id TEXT,             -- the newest that they see
    last_message_at INTEGER NOT NULL, -- when that was, or when the chat began for them
    unread_count    INTEGER NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    read_until      INTEGER NOT NULL DEFAULT 0,
    delivered_until INTEGER NOT NULL DEFAULT 0,
    muted_until     INTEGER,
    is_pinned       INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
    PRIMARY KEY (chat_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_members_list ON chat_members (user_id, is_group, folder, last_message_at DESC, chat_id);

-- Type: 0 text, 1 post, 2 voice, 3 video, 4 image, 5 gif, 6 story_reply, 7 system.
CREATE TABLE messages (
    message_id        TEXT NOT NULL PRIMARY KEY,
    chat_id           TEXT NOT NULL REFERENCES chats (chat_id) ON DELETE CASCADE,
    sender_id         TEXT REFERENCES users (user_id) ON DELETE RESTRICT, -- null: the account is erased
    type              INTEGER NOT NULL CHECK (type BETWEEN 0 AND 7),
    content           TEXT NOT NULL DEFAULT '',
    search_text       TEXT, -- the content as it is searched, where that differs
    created_at        INTEGER NOT NULL,
    delivered_at      INTEGER, -- the receiver had a live socket
    edited_at         INTEGER,
    deleted_at        INTEGER, -- for everyone: content is gone, the place stays
    media_id          TEXT,
    thumbnail_id      TEXT,
    duration          INTEGER,
    gif_url           TEXT,
    shared_post_id    TEXT,
    story_id          TEXT,
    forwarded_from    TEXT, -- the first author
    forward_comment   TEXT,
    reply_to_id       TEXT,
    album_id          TEXT,
    client_message_id TEXT,
    reactions_count   INTEGER NOT NULL DEFAULT 0 CHECK (reactions_count >= 0)
) STRICT;
CREATE UNIQUE INDEX messages_of_chat ON messages (chat_id, created_at);
CREATE INDEX messages_of_sender ON messages (sender_id, created_at) WHERE sender_id IS NOT NULL;

-- What a member received (0) or read (1) up to a message, or read alone (2), and when: the first mark that covers a message
-- counts.
CREATE TABLE chat_marks (
    chat_id   TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    kind      INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    up_to     INTEGER NOT NULL, -- created_at of the newest message covered
    marked_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id, kind, up_to),
    FOREIGN KEY (chat_id, user_id) REFERENCES chat_members (chat_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE message_reactions (
    message_id TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
    emoji      TEXT NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE RESTRICT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_reactions_of_user ON message_reactions (user_id, message_id);

-- Deleted by one member for themselves.
CREATE TABLE hidden_messages (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    message_id TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_messages_of_message ON hidden_messages (message_id);

-- Earlier texts of edited messages.
CREATE TABLE message_edits (
    message_id       TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
    replaced_at      INTEGER NOT NULL,
    content          TEXT NOT NULL,
    last_modified_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, replaced_at)
) STRICT, WITHOUT ROWID;

-- Which message a client's own id stands for, for 24 hours: a repeated one is not sent again.
CREATE TABLE sent_messages (
    sender_id         TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    client_message_id TEXT NOT NULL,
    message_id        TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (sender_id, client_message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_messages_by_created_at ON sent_messages (created_at);
