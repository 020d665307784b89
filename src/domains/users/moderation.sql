-- Reports as administrators work through them, and the log of what they did.

-- name: list_reports
SELECT report_id, reporter_id, target_type, target_id, reason, details, status, action, resolved_by, resolved_at, created_at
FROM reports WHERE status = :status AND (created_at, report_id) > (:at, :id)
ORDER BY created_at, report_id LIMIT :limit OFFSET :skip;

-- name: get_report
SELECT report_id, reporter_id, target_type, target_id, reason, details, status, action, resolved_by, resolved_at, created_at
FROM reports WHERE report_id = :report_id;

-- name: resolve_report
-- Of two who decide at once, one does.
UPDATE reports SET status = 'resolved', action = :action, resolved_by = :admin_id, resolved_at = :now
WHERE report_id = :report_id AND status = 'open';

-- name: insert_entry
INSERT INTO moderation_log (entry_id, admin_id, action, target_type, target_id, report_id, created_at)
VALUES (:entry_id, :admin_id, :action, :target_type, :target_id, :report_id, :now);
