-- Whether a request with an Idempotency-Key changed something, noted in the transaction that changed it: when its answer is
-- lost, it must not be run again.
ALTER TABLE idempotency_keys ADD COLUMN acted INTEGER NOT NULL DEFAULT 0 CHECK (acted IN (0, 1));
