-- Accounts and profiles. Edges are in user_edges.sql, settings in user_settings.sql, leaving in user_leaving.sql.

-- name: insert_user
-- No row when the username is taken; a taken address is an error.
INSERT INTO users (user_id, name, name_key, username, picture, email, email_verified, has_password, created_at, updated_at)
VALUES (:user_id, :name, :name_key, :username, :picture, :email, :email_verified, :has_password, :now, :now)
ON CONFLICT (username) DO NOTHING RETURNING user_id;

-- name: insert_counts
INSERT INTO user_counts (user_id) VALUES (:user_id);

-- name: insert_notification_settings
INSERT INTO notification_settings (user_id) VALUES (:user_id);

-- name: insert_privacy_settings
INSERT INTO privacy_settings (user_id) VALUES (:user_id);

-- name: find_id_by_email
SELECT user_id FROM users WHERE email = :email;

-- name: find_id_by_username
SELECT user_id FROM users WHERE username = :username;

-- name: is_email_reserved
SELECT 1 FROM former_emails WHERE email = :email AND reserved_until > :now;

-- name: identities
SELECT user_id, name, username, picture, is_premium, is_private, is_discoverable, suspended_at, deactivated_at,
    deletion_scheduled_at, email, email_verified, has_password, mfa_enabled, created_at
FROM users WHERE user_id IN each(:ids);

-- name: identity
SELECT user_id, name, username, picture, is_premium, is_private, is_discoverable, suspended_at, deactivated_at,
    deletion_scheduled_at, email, email_verified, has_password, mfa_enabled, created_at
FROM users WHERE user_id = :user_id;

-- name: get_profile
SELECT u.user_id, u.name, u.username, u.picture, u.is_premium, u.is_private, u.suspended_at, u.deactivated_at,
    u.deletion_scheduled_at, u.bio, u.website, u.twitter, u.instagram, u.linkedin, u.monetization, u.email,
    u.email_verified, u.paypal_email, u.has_password, u.mfa_enabled, u.created_at,
    c.followers_count, c.following_count, c.posts_count,
    s.notify_followers, s.notify_likes, s.notify_comments, s.notify_messages, s.notify_sales, s.notify_mentions,
    s.notify_reposts
FROM users u
JOIN user_counts c ON c.user_id = u.user_id
JOIN notification_settings s ON s.user_id = u.user_id
WHERE u.user_id = :user_id;

-- name: get_counts
SELECT followers_count, following_count, posts_count, likes_count, streams_count, total_earnings, total_spent
FROM user_counts WHERE user_id = :user_id;

-- name: update_profile
-- Null keeps the value; an empty text clears an optional one.
UPDATE users SET
    name = COALESCE(:name, name),
    name_key = COALESCE(:name_key, name_key),
    username = COALESCE(:username, username),
    bio = COALESCE(:bio, bio),
    website = NULLIF(COALESCE(:website, website), ''),
    twitter = NULLIF(COALESCE(:twitter, twitter), ''),
    instagram = NULLIF(COALESCE(:instagram, instagram), ''),
    linkedin = NULLIF(COALESCE(:linkedin, linkedin), ''),
    paypal_email = NULLIF(COALESCE(:paypal_email, paypal_email), ''),
    monetization = COALESCE(:monetization, monetization),
    updated_at = :now
WHERE user_id = :user_id;

-- name: set_picture
UPDATE users SET picture = :picture, updated_at = :now WHERE user_id = :user_id;

-- name: set_email
UPDATE users SET email = :email, email_verified = :email_verified, updated_at = :now WHERE user_id = :user_id;

-- name: set_email_verified
UPDATE users SET email_verified = 1, updated_at = :now WHERE user_id = :user_id AND email_verified = 0;

-- name: set_sign_in_methods
UPDATE users SET has_password = :has_password, mfa_enabled = :mfa_enabled WHERE user_id = :user_id;

-- name: set_premium
UPDATE users SET is_premium = :is_premium WHERE user_id = :user_id AND is_premium <> :is_premium;

-- name: set_private
UPDATE users SET is_private = :is_private, updated_at = :now WHERE user_id = :user_id AND is_private <> :is_private;

-- name: set_discoverable
UPDATE users SET is_discoverable = :is_discoverable, updated_at = :now
WHERE user_id = :user_id AND is_discoverable <> :is_discoverable;

-- name: suspend
UPDATE users SET suspended_at = :now WHERE user_id = :user_id AND suspended_at IS NULL;

-- name: unsuspend
UPDATE users SET suspended_at = NULL WHERE user_id = :user_id AND suspended_at IS NOT NULL;

-- name: deactivate
UPDATE users SET deactivated_at = :now WHERE user_id = :user_id AND deactivated_at IS NULL;

-- name: reactivate
UPDATE users SET deactivated_at = NULL WHERE user_id = :user_id AND deactivated_at IS NOT NULL;

-- name: add_follow_counts
UPDATE user_counts SET followers_count = followers_count + :followers, following_count = following_count + :following
WHERE user_id = :user_id;

-- name: add_posts_count
UPDATE user_counts SET posts_count = CASE WHEN posts_count + :delta < 0 THEN 0 ELSE posts_count + :delta END
WHERE user_id = :user_id;

-- name: add_likes_count
UPDATE user_counts SET likes_count = CASE WHEN likes_count + :delta < 0 THEN 0 ELSE likes_count + :delta END
WHERE user_id = :user_id;

-- name: add_streams_count
UPDATE user_counts SET streams_count = CASE WHEN streams_count + :delta < 0 THEN 0 ELSE streams_count + :delta END
WHERE user_id = :user_id;

-- name: taken_usernames
-- Of these names: in use, or kept for somebody else who gave it up.
SELECT username FROM users WHERE username IN each(:names) AND user_id <> :user_id
UNION
SELECT username FROM former_usernames WHERE username IN each(:names) AND user_id <> :user_id AND reserved_until > :now;

-- name: insert_former_username
INSERT INTO former_usernames (username, user_id, freed_at, reserved_until)
VALUES (:username, :user_id, :now, :reserved_until) ON CONFLICT DO NOTHING;

-- name: username_changes_since
SELECT freed_at FROM former_usernames WHERE user_id = :user_id AND freed_at > :since ORDER BY freed_at;

-- name: pair
-- What the viewer is to the user.
SELECT
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND following_id = :user_id) THEN 1 ELSE 0 END
        AS is_following,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :user_id AND following_id = :viewer) THEN 1 ELSE 0 END
        AS follows_you,
    CASE WHEN EXISTS (SELECT 1 FROM follow_requests WHERE requester_id = :viewer AND target_id = :user_id)
        THEN 1 ELSE 0 END AS follow_requested,
    CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = :viewer AND blocked_id = :user_id) THEN 1 ELSE 0 END
        AS has_blocked,
    CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = :user_id AND blocked_id = :viewer) THEN 1 ELSE 0 END
        AS is_blocked_by,
    -- When the mute ends, 0 for none: an endless one ends at the end of time.
    COALESCE((SELECT max(COALESCE(until, 9223372036854775807)) FROM mutes
        WHERE muter_id = :viewer AND muted_id = :user_id), 0) AS muted_until,
    (SELECT count(*) FROM follows mine JOIN follows theirs ON theirs.follower_id = mine.following_id
        WHERE mine.follower_id = :viewer AND theirs.following_id = :user_id) AS mutual_followers;

-- name: bond
-- What decides whether the viewer sees the user: the part of `pair` that costs the same whomever they follow.
SELECT
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND following_id = :user_id) THEN 1 ELSE 0 END
        AS is_following,
    CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = :viewer AND blocked_id = :user_id) THEN 1 ELSE 0 END
        AS has_blocked,
    CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = :user_id AND blocked_id = :viewer) THEN 1 ELSE 0 END
        AS is_blocked_by;

-- name: addressees
-- Who is meant by ids or usernames, with what decides whether the author may address them.
SELECT u.user_id, u.username, p.allow_tags, p.allow_mentions,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = :author AND following_id = u.user_id) THEN 1 ELSE 0 END
        AS author_follows,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = u.user_id AND following_id = :author) THEN 1 ELSE 0 END
        AS follows_author
FROM users u JOIN privacy_settings p ON p.user_id = u.user_id
WHERE (u.user_id IN each(:ids) OR u.username IN each(:usernames))
    AND u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = :author AND blocked_id = u.user_id)
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = :author);

-- name: named
SELECT user_id FROM users WHERE user_id = :user_id OR username = :username OR name_key = :name_key LIMIT 100;

-- name: reach (sqlite)
-- What decides whether each of :viewers may write to the one of :others at the same place, or add them to a group; and that
-- place.
SELECT u.user_id, p.allow_messages, p.allow_group_adds, p.show_read_receipts,
    CASE WHEN u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL THEN 0 ELSE 1 END
        AS is_hidden,
    CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = v.value AND blocked_id = u.user_id) THEN 1 ELSE 0 END
        AS has_blocked,
    CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = v.value) THEN 1 ELSE 0 END
        AS is_blocked_by,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = v.value AND following_id = u.user_id) THEN 1 ELSE 0 END
        AS is_following,
    CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = u.user_id AND following_id = v.value) THEN 1 ELSE 0 END
        AS follows_viewer,
    v.key AS place
FROM json_each(:viewers) AS v JOIN json_each(:others) AS o ON o.key = v.key
CROSS JOIN users u CROSS JOIN privacy_settings p
WHERE u.user_id = o.value AND p.user_id = o.value;

-- name: reach (postgres)
-- A question for each pair, so that nothing is scanned.
SELECT r.*, w.place - 1 AS place
FROM unnest(:viewers::text[], :others::text[]) WITH ORDINALITY AS w (viewer, other, place) CROSS JOIN LATERAL (
    SELECT u.user_id, p.allow_messages, p.allow_group_adds, p.show_read_receipts,
        CASE WHEN u.suspended_at IS NULL AND u.deactivated_at IS NULL AND u.deletion_scheduled_at IS NULL THEN 0 ELSE 1 END
            AS is_hidden,
        CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = w.viewer AND blocked_id = u.user_id) THEN 1 ELSE 0 END
            AS has_blocked,
        CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = u.user_id AND blocked_id = w.viewer) THEN 1 ELSE 0 END
            AS is_blocked_by,
        CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = w.viewer AND following_id = u.user_id) THEN 1 ELSE 0 END
            AS is_following,
        CASE WHEN EXISTS (SELECT 1 FROM follows WHERE follower_id = u.user_id AND following_id = w.viewer) THEN 1 ELSE 0 END
            AS follows_viewer
    FROM users u CROSS JOIN privacy_settings p
    WHERE u.user_id = w.other AND p.user_id = w.other LIMIT 1) AS r;

-- name: insert_report
INSERT INTO reports (report_id, reporter_id, target_type, target_id, reason, details, created_at)
VALUES (:report_id, :reporter_id, :target_type, :target_id, :reason, :details, :now)
ON CONFLICT DO NOTHING RETURNING report_id;

-- name: open_report
SELECT report_id FROM reports
WHERE reporter_id = :reporter_id AND target_type = :target_type AND target_id = :target_id AND status = 'open';

-- name: count_accounts
-- scan: administrators ask, at most once a minute
SELECT count(*) AS accounts, COALESCE(sum(posts_count), 0) AS posts FROM user_counts;
