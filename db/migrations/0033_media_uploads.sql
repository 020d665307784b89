-- What came in for a medium, before renditions were made of it: counted against the daily limit of its owner.
ALTER TABLE media ADD COLUMN uploaded_bytes INTEGER NOT NULL DEFAULT 0;
