-- name: begin
INSERT INTO idempotency_keys (user_id, method, path, key, input_hash, running_until, created_at)
VALUES (:user_id, :method, :path, :key, :input_hash, :running_until, :now)
ON CONFLICT (user_id, method, path, key) DO UPDATE
SET input_hash = excluded.input_hash, running_until = excluded.running_until, created_at = excluded.created_at,
    status = NULL, body = NULL, acted = 0
WHERE idempotency_keys.created_at <= :expired_at
   OR (idempotency_keys.status IS NULL AND idempotency_keys.acted = 0
       AND idempotency_keys.running_until <= excluded.created_at)
RETURNING created_at;

-- name: find
SELECT input_hash, status, body, CASE WHEN acted = 1 AND running_until <= :now THEN 1 ELSE 0 END
FROM idempotency_keys
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key;

-- name: finish
-- This and what follows name the moment at which the request took its key: what comes too late finds another's.
UPDATE idempotency_keys SET status = :status, body = :body
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key AND created_at = :claimed_at
      AND status IS NULL;

-- name: note_act
-- In the transactions of the request itself.
UPDATE idempotency_keys SET acted = 1
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key AND created_at = :claimed_at
      AND status IS NULL;

-- name: forget_idle
DELETE FROM idempotency_keys
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key AND created_at = :claimed_at
      AND status IS NULL AND acted = 0;

-- name: end
-- What is left of one that acted: nobody need wait for it.
UPDATE idempotency_keys SET running_until = :now
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key AND created_at = :claimed_at
      AND status IS NULL;

-- name: forget
DELETE FROM idempotency_keys
WHERE user_id = :user_id AND method = :method AND path = :path AND key = :key AND created_at = :claimed_at
      AND status IS NULL;

-- name: remove_expired
DELETE FROM idempotency_keys WHERE (user_id, method, path, key) IN (
    SELECT user_id, method, path, key FROM idempotency_keys WHERE created_at <= :expired_at ORDER BY created_at LIMIT :limit);
