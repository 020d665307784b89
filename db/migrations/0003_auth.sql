-- Signing in: passwords, sessions, tokens, and what is remembered of attempts (contract/auth.md). Written by domains/auth
-- alone. No table holds a secret that opens anything: tokens, cookies and one-time ids are kept as SHA-256 (base64url).

CREATE TABLE auth_passwords (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL, -- PHC string
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Live sessions; one that ends is deleted, the audit tells of it.
CREATE TABLE auth_sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    cookie_hash TEXT NOT NULL, -- of the socket cookie
    method TEXT NOT NULL,
    device TEXT,
    platform TEXT NOT NULL CHECK (platform IN ('ios', 'android', 'web', 'unknown')),
    user_agent TEXT NOT NULL,
    ip TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL, -- whatever happens
    reauthenticated_until INTEGER
) STRICT;
CREATE UNIQUE INDEX auth_sessions_by_token_hash ON auth_sessions (token_hash);
CREATE UNIQUE INDEX auth_sessions_by_cookie_hash ON auth_sessions (cookie_hash);
CREATE INDEX auth_sessions_of_user ON auth_sessions (user_id, last_used_at, session_id);
CREATE INDEX auth_sessions_by_expires_at ON auth_sessions (expires_at);

-- Replaced ones stay until they expire: using one again is how theft shows.
CREATE TABLE auth_refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES auth_sessions (session_id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    replaced_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_refresh_tokens_of_session ON auth_refresh_tokens (session_id, created_at, token_hash);
CREATE INDEX auth_refresh_tokens_by_expires_at ON auth_refresh_tokens (expires_at);

CREATE TABLE auth_socket_tickets (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES auth_sessions (session_id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_socket_tickets_of_session ON auth_socket_tickets (session_id);
CREATE INDEX auth_socket_tickets_by_expires_at ON auth_socket_tickets (expires_at);

-- What links in mails carry. Used and voided ones stay a day, for the limits on asking.
CREATE TABLE auth_mail_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('verify_email', 'reset_password', 'change_email', 'undo_email')),
    email TEXT NOT NULL, -- to verify, to change to, or to go back to
    was_asked_for INTEGER NOT NULL CHECK (was_asked_for IN (0, 1)), -- counts against the limits
    is_dead INTEGER NOT NULL DEFAULT 0 CHECK (is_dead IN (0, 1)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_mail_tokens_of_user ON auth_mail_tokens (user_id, kind, created_at);
CREATE INDEX auth_mail_tokens_by_expires_at ON auth_mail_tokens (expires_at);

CREATE TABLE auth_identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_identities_of_user ON auth_identities (user_id, provider, linked_at);

-- A browser on its way to the provider and back.
CREATE TABLE auth_oauth_states (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL, -- of the cookie that ties the state to one browser
    verifier TEXT NOT NULL,
    nonce TEXT NOT NULL,
    redirect TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_oauth_states_by_expires_at ON auth_oauth_states (expires_at);

-- One-time ids that a sign-in page hands to an app (sid_…).
CREATE TABLE auth_sign_in_ids (
    id_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    is_new_user INTEGER NOT NULL CHECK (is_new_user IN (0, 1)),
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    redeemed_ip TEXT,
    session_id TEXT -- made by redeeming; it may have ended since
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_sign_in_ids_of_user ON auth_sign_in_ids (user_id);
CREATE INDEX auth_sign_in_ids_by_expires_at ON auth_sign_in_ids (expires_at);

-- Failed sign-ins of the last minutes, by account (hash of the address, also of unknown ones) and by client address.
CREATE TABLE auth_failures (
    failure_id TEXT NOT NULL PRIMARY KEY,
    guard_key TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    wait_us INTEGER NOT NULL -- how long the next attempt was told to wait
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_failures_of_key ON auth_failures (guard_key, failed_at, failure_id);
CREATE INDEX auth_failures_by_failed_at ON auth_failures (failed_at);

CREATE TABLE auth_devices (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_devices_by_last_seen_at ON auth_devices (last_seen_at);

CREATE TABLE auth_audit (
    audit_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE, -- null: nobody's address was tried
    event TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    session_id TEXT,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX auth_audit_of_user ON auth_audit (user_id, created_at, audit_id);
CREATE INDEX auth_audit_by_created_at ON auth_audit (created_at);
