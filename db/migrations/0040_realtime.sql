-- Nodes, and who is connected to which. contract/realtime.md §8, §9. One process alone writes nothing here.

CREATE TABLE realtime_nodes (
    node_id     TEXT NOT NULL PRIMARY KEY,
    address     TEXT NOT NULL,  -- host:port for the other nodes
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- room '': connected at all. Rows of a node that died go with it.
CREATE TABLE realtime_members (
    room    TEXT NOT NULL,
    user_id TEXT NOT NULL,
    node_id TEXT NOT NULL REFERENCES realtime_nodes (node_id) ON DELETE CASCADE,
    PRIMARY KEY (room, user_id, node_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX realtime_members_of_node ON realtime_members (node_id, room, user_id);

-- When a user's last socket closed. No row: never connected.
CREATE TABLE presence (
    user_id      TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    last_seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
