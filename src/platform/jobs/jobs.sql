-- name: next_due
SELECT due_at FROM jobs WHERE parked_at IS NULL AND name IN each(:names) ORDER BY due_at, job_id LIMIT 1;

-- name: claim (sqlite)
-- Without an error since: it runs.
UPDATE jobs SET due_at = :lease_until, attempts = attempts + 1, error = NULL
WHERE job_id IN (SELECT job_id FROM jobs WHERE parked_at IS NULL AND due_at <= :now AND name IN each(:names)
                 ORDER BY due_at, job_id LIMIT :limit)
RETURNING job_id, name, payload, attempts;

-- name: claim (postgres)
UPDATE jobs SET due_at = :lease_until, attempts = attempts + 1, error = NULL
WHERE job_id = ANY (ARRAY(SELECT job_id FROM jobs WHERE parked_at IS NULL AND due_at <= :now AND name IN each(:names)
                          ORDER BY due_at, job_id LIMIT :limit FOR UPDATE SKIP LOCKED))
RETURNING job_id, name, payload, attempts;

-- name: extend
-- With an error it has just failed: it waits for its next attempt, which must not come later.
UPDATE jobs SET due_at = :lease_until
WHERE job_id = :job_id AND attempts = :attempts AND error IS NULL AND parked_at IS NULL;

-- name: end_leases
-- scan: once, at the start
UPDATE jobs SET due_at = :now WHERE parked_at IS NULL AND attempts > 0 AND error IS NULL AND due_at > :now;

-- name: finish
-- The number of the attempt keeps a worker that lost its lease from ending the run of the next one.
DELETE FROM jobs WHERE job_id = :job_id AND attempts = :attempts AND parked_at IS NULL;

-- name: fail
UPDATE jobs SET due_at = :due_at, error = :error WHERE job_id = :job_id AND attempts = :attempts AND parked_at IS NULL;

-- name: park
UPDATE jobs SET parked_at = :now, error = :error WHERE job_id = :job_id AND attempts = :attempts AND parked_at IS NULL;

-- name: parked
SELECT job_id, name, payload, attempts, coalesce(error, '') AS error, parked_at FROM jobs WHERE parked_at IS NOT NULL
ORDER BY parked_at DESC, job_id DESC LIMIT :limit;

-- name: unpark
-- Where another job with the same key waits already, that one does the work.
UPDATE jobs SET parked_at = NULL, attempts = 0, due_at = :now
WHERE job_id = :job_id AND parked_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.name = jobs.name AND other.unique_key = jobs.unique_key
                AND other.unique_key IS NOT NULL AND other.parked_at IS NULL);

-- name: drop_parked
DELETE FROM jobs WHERE job_id = :job_id AND parked_at IS NOT NULL;

-- name: counts
SELECT (SELECT count(*) FROM jobs WHERE parked_at IS NULL AND due_at <= :now) AS waiting,
       (SELECT count(*) FROM jobs WHERE parked_at IS NOT NULL) AS parked;

-- name: add_periodic
INSERT INTO periodic_jobs (name, interval_us, next_run_at) VALUES (:name, :interval_us, :now)
ON CONFLICT (name) DO UPDATE SET interval_us = excluded.interval_us;

-- name: due_periodic
-- scan: some twenty rows
SELECT name FROM periodic_jobs WHERE next_run_at <= :now AND lease_until <= :now ORDER BY name;

-- name: claim_periodic
UPDATE periodic_jobs SET lease_until = :lease_until WHERE name = :name AND next_run_at <= :now AND lease_until <= :now;

-- name: extend_periodic
UPDATE periodic_jobs SET lease_until = :lease_until WHERE name = :name AND lease_until > 0;

-- name: end_periodic_leases
-- scan: some twenty rows, at the start
UPDATE periodic_jobs SET lease_until = 0 WHERE lease_until > 0;

-- name: finish_periodic
UPDATE periodic_jobs SET lease_until = 0, last_run_at = :started_at, last_status = :status, last_error = :error,
    next_run_at = CASE WHEN next_run_at > :started_at THEN next_run_at ELSE :next_run_at END
WHERE name = :name;

-- name: run_soon
UPDATE periodic_jobs SET next_run_at = :now WHERE name = :name;

-- name: periodic
-- scan: some twenty rows
SELECT name, interval_us, last_run_at, last_status, last_error, next_run_at FROM periodic_jobs ORDER BY name;

-- name: next_periodic
SELECT min(CASE WHEN lease_until > next_run_at THEN lease_until ELSE next_run_at END) AS at FROM periodic_jobs
WHERE name IN each(:names);
