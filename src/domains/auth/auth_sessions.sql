-- Sessions, their refresh tokens and socket tickets.

-- name: insert_session
INSERT INTO auth_sessions (session_id, user_id, token_hash, cookie_hash, method, device, platform, user_agent, ip,
                           created_at, last_used_at, expires_at, ends_at, reauthenticated_until)
VALUES (:session_id, :user_id, :token_hash, :cookie_hash, :method, :device, :platform, :user_agent, :ip,
        :created_at, :created_at, :expires_at, :ends_at, NULL);

-- name: session_by_token
SELECT session_id, user_id, token_hash, cookie_hash, created_at, last_used_at, expires_at, ends_at, reauthenticated_until
FROM auth_sessions WHERE token_hash = :token_hash;

-- name: session_by_id
SELECT session_id, user_id, token_hash, cookie_hash, created_at, last_used_at, expires_at, ends_at, reauthenticated_until
FROM auth_sessions WHERE session_id = :session_id;

-- name: session_by_cookie
SELECT session_id, user_id, token_hash, cookie_hash, created_at, last_used_at, expires_at, ends_at, reauthenticated_until
FROM auth_sessions WHERE cookie_hash = :cookie_hash;

-- name: sessions_of
SELECT session_id, method, device, platform, user_agent, ip, created_at, last_used_at, expires_at
FROM auth_sessions WHERE user_id = :user_id AND expires_at > :now
ORDER BY last_used_at DESC, session_id DESC;

-- name: extend_session
-- Only when it was not used for a while: of many requests at once, one writes.
UPDATE auth_sessions SET last_used_at = :now, expires_at = :expires_at
WHERE session_id = :session_id AND last_used_at <= :not_since
RETURNING token_hash;

-- name: prolong_session
UPDATE auth_sessions SET last_used_at = :now, expires_at = :expires_at WHERE session_id = :session_id;

-- name: set_reauthenticated
UPDATE auth_sessions SET reauthenticated_until = :until WHERE session_id = :session_id RETURNING token_hash;

-- name: set_cookie_hash
UPDATE auth_sessions SET cookie_hash = :cookie_hash WHERE session_id = :session_id RETURNING token_hash;

-- name: delete_session
DELETE FROM auth_sessions WHERE session_id = :session_id AND user_id = :user_id RETURNING session_id, token_hash;

-- name: delete_sessions_of
-- All but `kept`, which may be empty.
DELETE FROM auth_sessions WHERE user_id = :user_id AND session_id <> :kept RETURNING session_id, token_hash;

-- name: delete_oldest_sessions
-- Keeps the :kept that were used last.
DELETE FROM auth_sessions WHERE session_id IN (
    SELECT session_id FROM auth_sessions WHERE user_id = :user_id
    ORDER BY last_used_at DESC, session_id DESC LIMIT 1000 OFFSET :kept)
RETURNING session_id, token_hash;

-- name: delete_expired_sessions_of
DELETE FROM auth_sessions WHERE user_id = :user_id AND expires_at <= :now RETURNING session_id, token_hash;

-- name: delete_expired_sessions
DELETE FROM auth_sessions WHERE session_id IN (
    SELECT session_id FROM auth_sessions WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch)
RETURNING session_id, token_hash, user_id;

-- name: insert_refresh_token
INSERT INTO auth_refresh_tokens (token_hash, session_id, created_at, expires_at)
VALUES (:token_hash, :session_id, :created_at, :expires_at)
ON CONFLICT DO NOTHING;

-- name: refresh_token
SELECT token_hash, session_id, expires_at, replaced_at FROM auth_refresh_tokens WHERE token_hash = :token_hash;

-- name: replace_refresh_token
UPDATE auth_refresh_tokens SET replaced_at = :now WHERE token_hash = :token_hash AND replaced_at IS NULL;

-- name: drop_oldest_refresh_tokens
-- Of those that were never used: each call of POST /auth/token starts a chain.
DELETE FROM auth_refresh_tokens WHERE token_hash IN (
    SELECT token_hash FROM auth_refresh_tokens WHERE session_id = :session_id AND replaced_at IS NULL
    ORDER BY created_at DESC, token_hash DESC LIMIT 1000 OFFSET :kept);

-- name: delete_expired_refresh_tokens
DELETE FROM auth_refresh_tokens WHERE token_hash IN (
    SELECT token_hash FROM auth_refresh_tokens WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch);

-- name: insert_ticket
INSERT INTO auth_socket_tickets (ticket_hash, session_id, expires_at) VALUES (:ticket_hash, :session_id, :expires_at);

-- name: take_ticket
DELETE FROM auth_socket_tickets WHERE ticket_hash = :ticket_hash AND expires_at > :now RETURNING session_id;

-- name: delete_expired_tickets
DELETE FROM auth_socket_tickets WHERE ticket_hash IN (
    SELECT ticket_hash FROM auth_socket_tickets WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch);

-- name: living
SELECT session_id FROM auth_sessions WHERE session_id IN each(:session_ids) AND expires_at > :now;
