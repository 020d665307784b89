-- What a transaction leaves for after its commit (platform/jobs takes it from there).

-- name: publish (sqlite)
-- The one writer inserts in the order in which it commits.
INSERT INTO outbox (name, payload, created_at) VALUES (:name, :payload, :now);

-- name: publish (postgres)
INSERT INTO outbox_arrivals (name, payload, created_at) VALUES (:name, :payload, :now);

-- name: enqueue
INSERT INTO jobs (name, payload, unique_key, due_at, created_at) VALUES (:name, :payload, :unique_key, :due_at, :now)
ON CONFLICT DO NOTHING;
