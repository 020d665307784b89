-- name: last_seen
SELECT user_id, last_seen_at FROM presence WHERE user_id IN each(:users);

-- name: put_last_seen
-- A user who was erased meanwhile has no row. Never back in time: nodes write of one user at the same moment.
INSERT INTO presence (user_id, last_seen_at) SELECT user_id, :at FROM users WHERE user_id IN each(:users)
ON CONFLICT (user_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
WHERE presence.last_seen_at < excluded.last_seen_at;
