-- name: add_listener
-- A new one starts after what has committed. A known one is marked as alive, so that nothing it has not heard is removed.
INSERT INTO listeners (name, position, lease_until)
SELECT CAST(:name AS TEXT), coalesce(max(position), 0), CAST(:now AS BIGINT) FROM outbox WHERE true
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until WHERE listeners.lease_until < excluded.lease_until;

-- name: head
SELECT coalesce(max(position), 0) AS position FROM outbox;

-- name: after_position
SELECT position, name, payload FROM outbox WHERE position > :position AND name IN each(:names)
ORDER BY position LIMIT :limit;

-- name: take_lease
UPDATE listeners SET owner = :owner, lease_until = :until
WHERE name = :name AND (owner = :owner OR lease_until <= :now) RETURNING position;

-- name: save_position
UPDATE listeners SET position = :position, lease_until = :until WHERE name = :name AND owner = :owner;

-- name: heard_by_all
-- A listener that no node has held for a month is of an older version of the server and holds up nobody.
-- scan: one row for each listener
SELECT min(position) AS position FROM listeners WHERE lease_until > :a_month_ago;

-- name: remove_heard
DELETE FROM outbox WHERE position <= :position AND position <= (SELECT min(position) FROM outbox) + :limit
AND created_at < :created_before;

-- name: waiting
SELECT count(*) FROM outbox WHERE position > :position;

-- name: park
INSERT INTO parked_events (listener, position, name, payload, attempts, error, parked_at)
VALUES (:listener, :position, :name, :payload, :attempts, :error, :now)
ON CONFLICT DO NOTHING;

-- name: parked
-- scan: what operators look at is short, and ordered by its key
SELECT listener, position, name, payload, attempts, error, parked_at FROM parked_events
ORDER BY listener, position LIMIT :limit;

-- name: parked_one
SELECT listener, position, name, payload, attempts, error, parked_at FROM parked_events
WHERE listener = :listener AND position = :position;

-- name: drop_parked
DELETE FROM parked_events WHERE listener = :listener AND position = :position;

-- name: has_arrivals (sqlite)
SELECT 1 WHERE false;

-- name: has_arrivals (postgres)
SELECT 1 FROM outbox_arrivals ORDER BY arrival LIMIT 1;

-- name: lock_order (sqlite)
SELECT 1 WHERE false;

-- name: lock_order (postgres)
SELECT 1 FROM pg_advisory_xact_lock(7205759403792793600);

-- name: put_in_order (sqlite)
SELECT 1 WHERE false;

-- name: put_in_order (postgres)
-- A transaction that depends on another one published after it, and is visible only with it: among what is visible now,
-- the order of arrival is right, and nothing that becomes visible later belongs before it.
-- scan: all that arrived is moved
WITH arrived AS (DELETE FROM outbox_arrivals RETURNING arrival, name, payload, created_at)
INSERT INTO outbox (name, payload, created_at) SELECT name, payload, created_at FROM arrived ORDER BY arrival;

-- name: announce (sqlite)
SELECT 1 WHERE false;

-- name: announce (postgres)
SELECT 1 FROM pg_notify('grover_events', '');
