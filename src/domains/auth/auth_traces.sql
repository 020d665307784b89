-- What is remembered of attempts: failures that slow guessing down, devices, the audit.

-- name: insert_failure
INSERT INTO auth_failures (failure_id, guard_key, failed_at, wait_us)
VALUES (:failure_id, :guard_key, :now, :wait_us);

-- name: failures_since
SELECT failed_at, wait_us FROM auth_failures WHERE guard_key = :guard_key AND failed_at > :since
ORDER BY failed_at DESC, failure_id DESC LIMIT :most;

-- name: clear_failures
DELETE FROM auth_failures WHERE guard_key = :guard_key;

-- name: delete_old_failures
DELETE FROM auth_failures WHERE failure_id IN (
    SELECT failure_id FROM auth_failures WHERE failed_at <= :before ORDER BY failed_at LIMIT :batch);

-- name: device_last_seen
SELECT last_seen_at FROM auth_devices WHERE user_id = :user_id AND fingerprint = :fingerprint;

-- name: see_device
INSERT INTO auth_devices (user_id, fingerprint, last_seen_at) VALUES (:user_id, :fingerprint, :now)
ON CONFLICT (user_id, fingerprint) DO UPDATE SET last_seen_at = excluded.last_seen_at;

-- name: delete_old_devices
DELETE FROM auth_devices WHERE (user_id, fingerprint) IN (
    SELECT user_id, fingerprint FROM auth_devices WHERE last_seen_at <= :before ORDER BY last_seen_at LIMIT :batch);

-- name: insert_audit
INSERT INTO auth_audit (audit_id, user_id, event, outcome, session_id, ip, user_agent, created_at)
VALUES (:audit_id, :user_id, :event, :outcome, :session_id, :ip, :user_agent, :now);

-- name: audit_of
SELECT audit_id, event, outcome, session_id, ip, user_agent, created_at FROM auth_audit
WHERE user_id = :user_id AND (created_at, audit_id) < (:before, :before_id)
ORDER BY created_at DESC, audit_id DESC LIMIT :limit OFFSET :skip;

-- name: delete_old_audit
DELETE FROM auth_audit WHERE audit_id IN (
    SELECT audit_id FROM auth_audit WHERE created_at <= :before ORDER BY created_at LIMIT :batch);

-- name: erase_audit_of
DELETE FROM auth_audit WHERE audit_id IN (
    SELECT audit_id FROM auth_audit WHERE user_id = :user_id ORDER BY created_at, audit_id LIMIT :batch);

-- name: erase_devices_of
DELETE FROM auth_devices WHERE user_id = :user_id;

-- name: erase_mail_tokens_of
DELETE FROM auth_mail_tokens WHERE user_id = :user_id;
