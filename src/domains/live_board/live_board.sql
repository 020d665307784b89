-- Milestones.

-- name: insert_milestones
-- Returns those that were not reached before.
INSERT INTO milestones (user_id, followers, reached_at)
SELECT :user_id, value, :now FROM (
    SELECT CAST(value AS BIGINT) AS value FROM (
        SELECT 10 AS value UNION ALL SELECT 50 UNION ALL SELECT 100 UNION ALL SELECT 250 UNION ALL SELECT 500
        UNION ALL SELECT 1000 UNION ALL SELECT 5000 UNION ALL SELECT 10000 UNION ALL SELECT 50000 UNION ALL SELECT 100000
        UNION ALL SELECT 500000 UNION ALL SELECT 1000000) AS all_values) AS reached
WHERE value <= :followers ON CONFLICT DO NOTHING RETURNING followers
