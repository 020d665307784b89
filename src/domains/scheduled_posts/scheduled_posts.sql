-- Scheduled posts and their history. Status: 0 scheduled, 1 publishing, 2 published, 3 failed, 4 cancelled.

-- name: list_waiting
SELECT scheduled_post_id, user_id, post_id, draft, scheduled_time, status, next_attempt_at, attempts, tagged_users, thumbnail,
       timezone, last_error_code, last_error, revision, published_at, created_at, updated_at
FROM scheduled_posts
WHERE user_id = :user_id AND status < 2 AND status = :status AND (scheduled_time, scheduled_post_id) > (:at, :id)
ORDER BY scheduled_time, scheduled_post_id LIMIT :limit OFFSET :skip

-- name: list_ended
SELECT scheduled_post_id, user_id, post_id, draft, scheduled_time, status, next_attempt_at, attempts, tagged_users, thumbnail,
       timezone, last_error_code, last_error, revision, published_at, created_at, updated_at
FROM scheduled_posts
WHERE user_id = :user_id AND status = :status AND (updated_at, scheduled_post_id) < (:at, :id)
ORDER BY updated_at DESC, scheduled_post_id DESC LIMIT :limit OFFSET :skip

-- name: list_all
SELECT scheduled_post_id, user_id, post_id, draft, scheduled_time, status, next_attempt_at, attempts, tagged_users, thumbnail,
       timezone, last_error_code, last_error, revision, published_at, created_at, updated_at
FROM scheduled_posts
WHERE user_id = :user_id AND (updated_at, scheduled_post_id) < (:at, :id)
ORDER BY updated_at DESC, scheduled_post_id DESC LIMIT :limit OFFSET :skip

-- name: find
SELECT scheduled_post_id, user_id, post_id, draft, scheduled_time, status, next_attempt_at, attempts, tagged_users, thumbnail,
       timezone, last_error_code, last_error, revision, published_at, created_at, updated_at
FROM scheduled_posts WHERE scheduled_post_id = :scheduled_post_id AND user_id = :user_id

-- name: count_waiting
SELECT count(*) FROM scheduled_posts WHERE user_id = :user_id AND status < 2

-- name: count_all_waiting
-- Every waiting post has a time of its next attempt: that keeps the question inside its index.
SELECT count(*) FROM (SELECT 1 AS one FROM scheduled_posts WHERE status < 2 AND next_attempt_at > 0 LIMIT :limit) AS waiting

-- name: lock_user (sqlite)
SELECT 1 WHERE :user_id <> ''

-- name: lock_user (postgres)
SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('scheduled_posts ' || :user_id, 0))

-- name: insert_post
INSERT INTO scheduled_posts (scheduled_post_id, user_id, post_id, draft, tagged_users, thumbnail, scheduled_time, timezone,
                             next_attempt_at, created_at, updated_at)
VALUES (:scheduled_post_id, :user_id, :post_id, :draft, :tagged_users, :thumbnail, :scheduled_time, :timezone,
        :scheduled_time, :now, :now)

-- name: due_of (sqlite)
-- The author's that are due, in the order of publication: one that is being published holds up the later ones.
SELECT scheduled_post_id, user_id, post_id, draft, scheduled_time, status, next_attempt_at, attempts FROM scheduled_posts
WHERE user_id = :user_id AND status < 2 AND (status = 1 OR next_attempt_at <= :now)
ORDER BY scheduled_time, scheduled_post_id LIMIT :limit

-- name: due_of (postgres)
SELECT scheduled_post_id, user_id, post_id, draft, scheduled_time, status, next_attempt_at, attempts FROM scheduled_posts
WHERE user_id = :user_id AND status < 2 AND (status = 1 OR next_attempt_at <= :now)
ORDER BY scheduled_time, scheduled_post_id LIMIT :limit FOR NO KEY UPDATE

-- name: due
SELECT user_id FROM scheduled_posts WHERE status < 2 AND next_attempt_at <= :now
ORDER BY next_attempt_at LIMIT :limit

-- name: begin_turn (sqlite)
SELECT 1 WHERE :user_id <> ''

-- name: begin_turn (postgres)
SELECT 1 WHERE pg_try_advisory_xact_lock(hashtextextended('publishing of ' || :user_id, 0))

-- name: store_time (sqlite)
SELECT NULL AS now

-- name: store_time (postgres)
SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS now

-- name: take_lease
UPDATE scheduled_posts SET status = 1, next_attempt_at = :lease_until, updated_at = :now
WHERE scheduled_post_id = :scheduled_post_id AND status = :status AND next_attempt_at = :next_attempt_at AND attempts = :attempts

-- name: end_leases
UPDATE scheduled_posts SET next_attempt_at = :now WHERE status < 2 AND status = 1 AND next_attempt_at > :now

-- name: mark_published
UPDATE scheduled_posts SET status = 2, attempts = :attempts + 1, published_at = :now, updated_at = :now
WHERE scheduled_post_id = :scheduled_post_id AND status = 1 AND next_attempt_at = :lease AND attempts = :attempts

-- name: set_back
UPDATE scheduled_posts SET status = :status, next_attempt_at = :next_attempt_at, attempts = :new_attempts,
                           last_error_code = :code, last_error = :sentence, updated_at = :now
WHERE scheduled_post_id = :scheduled_post_id AND status = 1 AND next_attempt_at = :lease AND attempts = :attempts

-- name: set_waiting
UPDATE scheduled_posts SET status = 0, scheduled_time = :scheduled_time, next_attempt_at = :next_attempt_at, attempts = 0,
                           last_error_code = NULL, last_error = NULL, revision = revision + 1, updated_at = :now
WHERE scheduled_post_id = :scheduled_post_id AND status IN (0, 3)

-- name: history_of
SELECT event, at, attempt, error_code, error, scheduled_time FROM scheduled_post_history
WHERE scheduled_post_id = :scheduled_post_id ORDER BY number

-- name: mark_cancelled
UPDATE scheduled_posts SET status = 4, updated_at = :now, thumbnail = NULL
WHERE scheduled_post_id = :scheduled_post_id AND status = :status

-- name: add_history
INSERT INTO scheduled_post_history (scheduled_post_id, number, event, at, attempt, error_code, error, scheduled_time)
SELECT :scheduled_post_id, COALESCE(max(number), 0) + 1, :event, CAST(:at AS BIGINT), CAST(:attempt AS BIGINT), :error_code, :error,
       CAST(:scheduled_time AS BIGINT)
FROM scheduled_post_history WHERE scheduled_post_id = :scheduled_post_id

-- name: ended_before
SELECT scheduled_post_id FROM scheduled_posts WHERE status > 1 AND updated_at < :before ORDER BY updated_at LIMIT :limit

-- name: some_of_user
SELECT scheduled_post_id FROM scheduled_posts WHERE user_id = :user_id LIMIT :limit

-- name: remove
DELETE FROM scheduled_posts WHERE scheduled_post_id = :scheduled_post_id
