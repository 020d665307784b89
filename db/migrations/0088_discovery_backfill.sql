-- Posts and people that are older than discovery's ranks and categories: counted once, in the background
-- (src/domains/discovery/backfill.hpp).
INSERT INTO jobs (name, payload, unique_key, due_at, created_at)
SELECT 'discovery.backfill', '{"before":"","after":"","of_people":false}', 'first', 0, 0
WHERE EXISTS (SELECT 1 FROM posts);
