-- Suggestions name who won most followers in 30 days: that is kept beside what the last 7 days brought.
ALTER TABLE growth_ranks ADD COLUMN gained_in_month INTEGER NOT NULL DEFAULT 0;
-- No less than that, until it is counted.
UPDATE growth_ranks SET gained_in_month = gained WHERE gained > 0;
CREATE INDEX growth_ranks_gained_in_month ON growth_ranks (gained_in_month DESC, user_id) WHERE gained_in_month > 0;
-- People whose followers came before the last 7 days have no row yet: everybody is counted once more, in the background.
INSERT INTO jobs (name, payload, unique_key, due_at, created_at)
SELECT 'discovery.backfill', '{"before":"","after":"","of_people":true}', 'growth in a month', 0, 0
WHERE EXISTS (SELECT 1 FROM users);
