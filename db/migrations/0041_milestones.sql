-- Numbers of followers that somebody reached, each told once. contract/realtime.md §6.5.

CREATE TABLE milestones (
    user_id    TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    followers  INTEGER NOT NULL,
    reached_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, followers)
) STRICT, WITHOUT ROWID;

-- What was reached before is no news.
INSERT INTO milestones (user_id, followers, reached_at)
SELECT c.user_id, m.value, 0 FROM user_counts c
JOIN (SELECT 10 AS value UNION ALL SELECT 50 UNION ALL SELECT 100 UNION ALL SELECT 250 UNION ALL SELECT 500
      UNION ALL SELECT 1000 UNION ALL SELECT 5000 UNION ALL SELECT 10000 UNION ALL SELECT 50000 UNION ALL SELECT 100000
      UNION ALL SELECT 500000 UNION ALL SELECT 1000000) AS m ON c.followers_count >= m.value;
