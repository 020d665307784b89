-- What became of a report, and everything that administrators do.
ALTER TABLE reports ADD COLUMN action TEXT;
ALTER TABLE reports ADD COLUMN resolved_at INTEGER;
ALTER TABLE reports ADD COLUMN resolved_by TEXT;

CREATE TABLE moderation_log (
    entry_id TEXT NOT NULL PRIMARY KEY,
    admin_id TEXT NOT NULL, -- stays when the administrator's account goes
    action TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    report_id TEXT,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX moderation_log_by_created_at ON moderation_log (created_at, entry_id);
