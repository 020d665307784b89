-- What proves an account: passwords, identities, tokens in mails, and the way through a sign-in page.

-- name: password_of
SELECT password_hash FROM auth_passwords WHERE user_id = :user_id;

-- name: set_password
INSERT INTO auth_passwords (user_id, password_hash, changed_at) VALUES (:user_id, :password_hash, :now)
ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at;

-- name: rehash_password
UPDATE auth_passwords SET password_hash = :new_hash WHERE user_id = :user_id AND password_hash = :old_hash;

-- name: delete_password
DELETE FROM auth_passwords WHERE user_id = :user_id;

-- name: user_of_identity
SELECT user_id FROM auth_identities WHERE provider = :provider AND subject = :subject;

-- name: identities_of
SELECT provider, email, linked_at FROM auth_identities WHERE user_id = :user_id ORDER BY provider, linked_at;

-- name: insert_identity
INSERT INTO auth_identities (provider, subject, user_id, email, linked_at)
VALUES (:provider, :subject, :user_id, :email, :now)
ON CONFLICT DO NOTHING RETURNING user_id;

-- name: delete_identities
DELETE FROM auth_identities WHERE user_id = :user_id AND provider = :provider;

-- name: delete_all_identities
DELETE FROM auth_identities WHERE user_id = :user_id;

-- name: insert_mail_token
INSERT INTO auth_mail_tokens (token_hash, user_id, kind, email, was_asked_for, created_at, expires_at)
VALUES (:token_hash, :user_id, :kind, :email, :was_asked_for, :now, :expires_at);

-- name: void_mail_tokens
UPDATE auth_mail_tokens SET is_dead = 1 WHERE user_id = :user_id AND kind = :kind AND is_dead = 0;

-- name: void_mail_tokens_but_undo
UPDATE auth_mail_tokens SET is_dead = 1 WHERE user_id = :user_id AND is_dead = 0 AND kind <> 'undo_email';

-- name: void_undo_tokens_since
UPDATE auth_mail_tokens SET is_dead = 1
WHERE user_id = :user_id AND is_dead = 0 AND kind = 'undo_email' AND created_at >= :since;

-- name: mail_token
SELECT user_id, kind, email, created_at FROM auth_mail_tokens
WHERE token_hash = :token_hash AND is_dead = 0 AND expires_at > :now;

-- name: use_mail_token
UPDATE auth_mail_tokens SET is_dead = 1 WHERE token_hash = :token_hash AND is_dead = 0 AND expires_at > :now
RETURNING user_id, kind, email, created_at;

-- name: asked_for
SELECT created_at FROM auth_mail_tokens
WHERE user_id = :user_id AND kind = :kind AND created_at > :since AND was_asked_for = 1
ORDER BY created_at DESC;

-- name: delete_old_mail_tokens
DELETE FROM auth_mail_tokens WHERE token_hash IN (
    SELECT token_hash FROM auth_mail_tokens WHERE expires_at <= :before ORDER BY expires_at LIMIT :batch);

-- name: insert_state
INSERT INTO auth_oauth_states (state_hash, browser_hash, verifier, nonce, redirect, expires_at)
VALUES (:state_hash, :browser_hash, :verifier, :nonce, :redirect, :expires_at);

-- name: take_state
DELETE FROM auth_oauth_states WHERE state_hash = :state_hash AND browser_hash = :browser_hash AND expires_at > :now
RETURNING verifier, nonce, redirect;

-- name: delete_expired_states
DELETE FROM auth_oauth_states WHERE state_hash IN (
    SELECT state_hash FROM auth_oauth_states WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch);

-- name: insert_sign_in_id
INSERT INTO auth_sign_in_ids (id_hash, user_id, method, is_new_user, expires_at)
VALUES (:id_hash, :user_id, :method, :is_new_user, :expires_at);

-- name: sign_in_id
SELECT user_id, method, is_new_user, expires_at, redeemed_at, redeemed_ip, session_id
FROM auth_sign_in_ids WHERE id_hash = :id_hash;

-- name: redeem_sign_in_id
UPDATE auth_sign_in_ids SET redeemed_at = :now, redeemed_ip = :ip, session_id = :session_id
WHERE id_hash = :id_hash AND redeemed_at IS NULL;

-- name: delete_sign_in_ids_of
DELETE FROM auth_sign_in_ids WHERE user_id = :user_id;

-- name: delete_expired_sign_in_ids
DELETE FROM auth_sign_in_ids WHERE id_hash IN (
    SELECT id_hash FROM auth_sign_in_ids WHERE expires_at <= :before ORDER BY expires_at LIMIT :batch);
