-- name: keep_value
INSERT INTO kept_values (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING

-- name: get_value
SELECT value FROM kept_values WHERE name = :name
