-- Statements of this folder's own tests. The tables are made by database_with_tables().

-- name: add_counter
INSERT INTO counters (name, value) VALUES (:name, :value);

-- name: increment
UPDATE counters SET value = value + 1 WHERE name = :name;

-- name: counter
SELECT value FROM counters WHERE name = :name;

-- name: counters_named
SELECT name, value FROM counters WHERE name IN each(:names) ORDER BY name;

-- name: counters_backwards
SELECT value, name FROM counters ORDER BY name;

-- name: all_counters
-- scan: a test's few rows
SELECT name, value FROM counters ORDER BY name;

-- name: add_like
INSERT INTO likes (counter, user_name) VALUES (:counter, :user_name);

-- name: add_like_if_new
INSERT INTO likes (counter, user_name) VALUES (:counter, :user_name) ON CONFLICT DO NOTHING RETURNING counter;

-- name: add_everything
INSERT INTO everything (id, flag, number, fraction, words, bytes, missing, at, price)
VALUES (:id, :flag, :number, :fraction, :words, :bytes, :missing, :at, :price);

-- name: everything
SELECT id, flag, number, fraction, words, bytes, missing, at, price FROM everything WHERE id = :id;

-- name: count_slowly (sqlite)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n;

-- name: count_slowly (postgres)
SELECT count(*) FROM generate_series(1, 1000000000);

-- name: write_slowly (sqlite)
INSERT INTO counters (name, value)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT 'slow', count(*) FROM n;

-- name: write_slowly (postgres)
INSERT INTO counters (name, value) SELECT 'slow', count(*) FROM generate_series(1, 1000000000);

-- name: counters_of_value
SELECT c.name, c.value FROM counters c WHERE c.value = :value;

-- name: likers
SELECT l.user_name FROM likes l WHERE l.counter = :counter ORDER BY l.user_name LIMIT :limit;

-- name: likers_of_some
WITH chosen AS (SELECT name FROM counters WHERE name IN each(:names))
SELECT l.user_name FROM chosen c JOIN likes l ON l.counter = c.name;

-- name: words_and_missing
SELECT words, missing FROM everything WHERE id = 'a';

-- name: words_of
SELECT words FROM everything WHERE id IN each(:ids);
