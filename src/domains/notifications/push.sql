-- Devices, and pushes on their way to them.

-- name: device_of_token
SELECT device_id, user_id FROM push_devices WHERE token = :token

-- name: insert_device
INSERT INTO push_devices (device_id, user_id, session_id, provider, token, p256dh, auth, platform, device_name, app_version,
                          locale, created_at, last_seen_at)
VALUES (:device_id, :user_id, :session_id, :provider, :token, :p256dh, :auth, :platform, :device_name, :app_version, :locale,
        :now, :now)

-- name: refresh_device
UPDATE push_devices SET session_id = :session_id, p256dh = :p256dh, auth = :auth, platform = :platform,
    device_name = COALESCE(:device_name, device_name), app_version = COALESCE(:app_version, app_version),
    locale = COALESCE(:locale, locale), last_seen_at = :now, last_error = NULL
WHERE device_id = :device_id

-- name: surplus_devices
-- Of a user, beyond the ones seen last.
SELECT device_id FROM push_devices WHERE user_id = :user_id ORDER BY last_seen_at DESC, device_id DESC LIMIT 100 OFFSET :kept

-- name: remove_device
DELETE FROM push_devices WHERE device_id = :device_id

-- name: remove_own_device
DELETE FROM push_devices WHERE device_id = :device_id AND user_id = :user_id

-- name: shown_devices
SELECT device_id, platform, device_name, CASE WHEN session_id = :session_id THEN 1 ELSE 0 END AS is_current, created_at, last_seen_at,
       last_error
FROM push_devices WHERE user_id = :user_id ORDER BY last_seen_at DESC, device_id

-- name: remove_token
DELETE FROM push_devices WHERE token = :token AND user_id = :user_id

-- name: remove_devices_of_session
DELETE FROM push_devices WHERE session_id = :session_id

-- name: remove_devices_of_user
DELETE FROM push_devices WHERE user_id = :user_id

-- name: has_devices
SELECT 1 FROM push_devices WHERE user_id = :user_id AND provider <> 'none' LIMIT 1

-- name: devices_of
SELECT device_id, provider, paused_until FROM push_devices
WHERE user_id = :user_id AND provider <> 'none' ORDER BY last_seen_at

-- name: note_error
UPDATE push_devices SET last_error = :error WHERE device_id = :device_id

-- name: pause_device
-- Twice as long each time, from a minute to an hour.
UPDATE push_devices SET last_error = :error,
    pause_us = CASE WHEN pause_us = 0 THEN :shortest WHEN pause_us * 2 > :longest THEN :longest ELSE pause_us * 2 END,
    paused_until = :now + CASE WHEN pause_us = 0 THEN :shortest WHEN pause_us * 2 > :longest THEN :longest
                               ELSE pause_us * 2 END
WHERE device_id = :device_id RETURNING paused_until

-- name: end_pause
UPDATE push_devices SET pause_us = 0, last_error = NULL
WHERE device_id = :device_id AND (pause_us <> 0 OR last_error IS NOT NULL)

-- name: postpone_device
UPDATE push_deliveries SET due_at = :until WHERE device_id = :device_id AND state = 'waiting' AND due_at < :until

-- name: waits
SELECT 1 FROM push_queue WHERE user_id = :user_id AND held = 0 AND type = :type AND target = :target LIMIT 1

-- name: queue_push
INSERT INTO push_queue (notification_id, user_id, type, target, due_at, expires_at)
VALUES (:notification_id, :user_id, :type, :target, :due_at, :expires_at) ON CONFLICT DO NOTHING

-- name: find_queued
SELECT notification_id, user_id, type, target, due_at, expires_at FROM push_queue
WHERE notification_id = :notification_id AND held = 0

-- name: queued_together
SELECT notification_id, user_id, type, target, due_at, expires_at FROM push_queue
WHERE user_id = :user_id AND held = 0 AND type = :type AND target = :target ORDER BY notification_id LIMIT :limit

-- name: held_of
SELECT notification_id, user_id, type, target, due_at, expires_at FROM push_queue
WHERE user_id = :user_id AND held = 1 ORDER BY notification_id LIMIT :limit

-- name: hold
UPDATE push_queue SET held = 1, due_at = :due_at WHERE notification_id IN each(:notification_ids)

-- name: postpone
UPDATE push_queue SET due_at = :due_at WHERE notification_id IN each(:notification_ids)

-- name: unqueue
DELETE FROM push_queue WHERE notification_id IN each(:notification_ids)

-- name: overdue
SELECT notification_id FROM push_queue WHERE held = 0 AND due_at < :before ORDER BY due_at LIMIT :limit

-- name: unread_of
SELECT notification_id, user_id, type, content, read_at, created_at, related_id, post_id, comment_id, place_type, place_id,
       target_type, target_id, actor_id, data
FROM notifications WHERE notification_id IN each(:notification_ids) AND read_at IS NULL ORDER BY created_at, notification_id

-- name: log_push
INSERT INTO push_log (user_id, sent_at, push_id, type, target) VALUES (:user_id, :now, :push_id, :type, :target)
ON CONFLICT DO NOTHING

-- name: last_push
SELECT sent_at FROM push_log
WHERE user_id = :user_id AND sent_at > :since AND type = :type AND target = :target ORDER BY sent_at DESC LIMIT 1

-- name: pushes_since
SELECT count(*) FROM push_log
WHERE user_id = :user_id AND sent_at > :since
      AND CASE WHEN type = 'message' THEN 1 WHEN type = 'summary' THEN 2 ELSE 0 END = :kind

-- name: forget_log
DELETE FROM push_log WHERE (user_id, sent_at, push_id) IN
    (SELECT user_id, sent_at, push_id FROM push_log WHERE sent_at < :before ORDER BY sent_at LIMIT :limit)

-- name: add_delivery
INSERT INTO push_deliveries (delivery_id, push_id, device_id, notification_id, provider, type, title, body, data, topic, badge,
                             due_at, expires_at, created_at)
VALUES (:delivery_id, :push_id, :device_id, :notification_id, :provider, :type, :title, :body, :data, :topic, :badge, :due_at,
        :expires_at, :created_at)
ON CONFLICT DO NOTHING

-- name: due_deliveries
-- One for each device at most, its oldest: pushes of a device arrive in the order in which they were made.
SELECT d.delivery_id, d.device_id, d.provider, d.type, d.title, d.body, d.data, d.topic, d.badge, d.attempts, d.expires_at,
       d.created_at, d.first_attempt_at, v.user_id, v.session_id, v.token, v.p256dh, v.auth,
       CASE WHEN d.notification_id IS NULL OR EXISTS (SELECT 1 FROM notifications n WHERE n.notification_id = d.notification_id
                                                     AND n.read_at IS NULL) THEN 1 ELSE 0 END AS is_wanted
FROM push_deliveries d JOIN push_devices v ON v.device_id = d.device_id
WHERE d.provider = :provider AND d.state = 'waiting' AND d.due_at <= :now
      AND NOT EXISTS (SELECT 1 FROM push_deliveries e
                      WHERE e.device_id = d.device_id AND e.delivery_id < d.delivery_id AND e.state <> 'sent')
ORDER BY d.due_at, d.delivery_id LIMIT :limit

-- name: next_due_delivery
SELECT due_at FROM push_deliveries WHERE provider = :provider AND state = 'waiting' ORDER BY due_at, delivery_id LIMIT 1

-- name: count_waiting
SELECT count(*) FROM (SELECT 1 AS one FROM push_deliveries WHERE provider = :provider AND state = 'waiting' LIMIT :limit) AS waiting

-- name: begin_sending
UPDATE push_deliveries SET state = 'sending', attempts = attempts + 1, started_at = :now,
    first_attempt_at = COALESCE(first_attempt_at, :now)
WHERE delivery_id IN each(:delivery_ids) AND state = 'waiting' RETURNING delivery_id

-- name: remove_deliveries
DELETE FROM push_deliveries WHERE delivery_id IN each(:delivery_ids)

-- name: retry_delivery
UPDATE push_deliveries SET state = 'waiting', due_at = :due_at WHERE delivery_id = :delivery_id AND state = 'sending'

-- name: mark_sent
UPDATE push_deliveries SET state = 'sent', sent_at = :now, ticket_id = :ticket_id, receipt_at = :receipt_at,
    title = '', body = '', data = '{}'
WHERE delivery_id = :delivery_id AND state = 'sending'

-- name: abandoned
-- Their sender died with them: whether they arrived, nobody knows.
SELECT delivery_id FROM push_deliveries WHERE state = 'sending' AND started_at < :before ORDER BY started_at LIMIT :limit

-- name: due_receipts
SELECT delivery_id, device_id, ticket_id, receipt_checks, sent_at, type FROM push_deliveries
WHERE receipt_at IS NOT NULL AND receipt_at <= :now ORDER BY receipt_at, delivery_id LIMIT :limit

-- name: check_again
UPDATE push_deliveries SET receipt_at = :receipt_at, receipt_checks = receipt_checks + 1 WHERE delivery_id = :delivery_id
