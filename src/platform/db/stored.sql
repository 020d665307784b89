-- What a transaction leaves for after its commit (platform/jobs takes it from there).

-- name: publish (sqlite)
-- The one writer inserts in the order in which it commits.
INSERT INTO outbox (name, payload, created_at) VALUES (:name, :payload, :now);

-- name: publish (postgres)
INSERT INTO outbox_arrivals (name, payload, created_at) VALUES (:name, :payload, :now);

-- name: enqueue
INSERT INTO jobs (name, payload, unique_key, due_at, created_at) VALUES (:name, :payload, :unique_key, :due_at, :now)
ON CONFLICT DO NOTHING;

-- name: insert_touched (sqlite)
-- Stamps of one process are enough there.
SELECT 1 WHERE false AND :keys = '';

-- name: insert_touched (postgres)
INSERT INTO touched_rows (xid, keys) VALUES (pg_current_xact_id(), :keys);

-- name: drop_touched (sqlite)
SELECT 1 WHERE false;

-- name: drop_touched (postgres)
-- What nodes do not have to look at again: they look all the time, or begin anew.
-- scan: the horizon is one row
WITH turned AS (
    UPDATE touched_rows_horizon
    SET kept_from = next_from, next_from = pg_snapshot_xmin(pg_current_snapshot()), turned_at = now()
    WHERE turned_at < now() - INTERVAL '20 seconds' RETURNING kept_from)
DELETE FROM touched_rows USING turned WHERE xid < kept_from;
