-- name: put_node
INSERT INTO realtime_nodes (node_id, address, lease_until) VALUES (:node_id, :address, :lease_until)
ON CONFLICT (node_id) DO NOTHING;

-- name: renew_node
UPDATE realtime_nodes SET lease_until = :lease_until WHERE node_id = :node_id;

-- name: delete_node
DELETE FROM realtime_nodes WHERE node_id = :node_id;

-- name: live_nodes
-- scan: a handful of rows
SELECT node_id, address FROM realtime_nodes WHERE lease_until > :now ORDER BY node_id;

-- name: dead_nodes
-- scan: a handful of rows
SELECT node_id FROM realtime_nodes WHERE lease_until <= :now ORDER BY node_id;

-- name: put_members (sqlite)
INSERT INTO realtime_members (room, user_id, node_id)
SELECT r.value, u.value, :node_id FROM json_each(:rooms) r JOIN json_each(:users) u ON u.key = r.key WHERE true
ON CONFLICT DO NOTHING;

-- name: put_members (postgres)
INSERT INTO realtime_members (room, user_id, node_id)
SELECT room, user_id, :node_id FROM unnest(:rooms::text[], :users::text[]) AS joined (room, user_id)
ON CONFLICT DO NOTHING;

-- name: delete_members (sqlite)
DELETE FROM realtime_members WHERE node_id = :node_id AND (room, user_id) IN
    (SELECT r.value, u.value FROM json_each(:rooms) r JOIN json_each(:users) u ON u.key = r.key);

-- name: delete_members (postgres)
DELETE FROM realtime_members m USING unnest(:rooms::text[], :users::text[]) AS gone (room, user_id)
WHERE m.node_id = :node_id AND m.room = gone.room AND m.user_id = gone.user_id;

-- name: in_rooms
-- On other nodes: of its own a node knows better, for its rows are written a moment later.
SELECT DISTINCT m.room, m.user_id FROM realtime_members m JOIN realtime_nodes n ON n.node_id = m.node_id
WHERE m.room IN each(:rooms) AND m.node_id <> :node_id AND n.lease_until > :now ORDER BY m.room, m.user_id;

-- name: connected
SELECT DISTINCT m.user_id FROM realtime_members m JOIN realtime_nodes n ON n.node_id = m.node_id
WHERE m.room = '' AND m.user_id IN each(:users) AND m.node_id <> :node_id AND n.lease_until > :now ORDER BY m.user_id;

-- name: users_of_node
SELECT user_id FROM realtime_members WHERE node_id = :node_id AND room = '' AND user_id > :after
ORDER BY user_id LIMIT :limit;
