-- name: keep_value
INSERT INTO kept_values (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING

-- name: get_value
SELECT value FROM kept_values WHERE name = :name

-- name: claim_key
INSERT INTO idempotency_keys (user_id, method, path, key, input_hash, running_until, created_at)
VALUES (:user_id, :method, :path, :key, :input_hash, :running_until, :now) ON CONFLICT DO NOTHING RETURNING 1

-- name: get_key
SELECT input_hash, running_until, status, body, created_at FROM idempotency_keys
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key

-- name: finish_key
UPDATE idempotency_keys SET status = :status, body = :body
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key

-- name: forget_key
DELETE FROM idempotency_keys WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key

-- name: forget_old_keys
DELETE FROM idempotency_keys WHERE (user_id, method, path, key) IN (
    SELECT user_id, method, path, key FROM idempotency_keys WHERE created_at < :before ORDER BY created_at LIMIT :limit)
