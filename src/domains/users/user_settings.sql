-- Notification and privacy settings. Updates change single columns: two at once both stay.

-- name: get_notification_settings
SELECT notify_followers, notify_likes, notify_comments, notify_messages, notify_sales, notify_mentions, notify_reposts,
    notify_super_chat, notify_tips, notify_stream_online, email_enabled, push_enabled, mute_keywords, email_frequency,
    quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, push_preview, muted_until
FROM notification_settings WHERE user_id = :user_id;

-- name: notice_terms
-- What each recipient wants to be told, and whether a block or a mute stands between them and the actor.
SELECT notify_followers, notify_likes, notify_comments, notify_messages, notify_sales, notify_mentions, notify_reposts,
    notify_super_chat, notify_tips, notify_stream_online, email_enabled, push_enabled, mute_keywords, email_frequency,
    quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, push_preview, muted_until, user_id,
    CASE WHEN EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = s.user_id AND b.blocked_id = :actor)
           OR EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = :actor AND b.blocked_id = s.user_id)
           OR EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = s.user_id AND m.muted_id = :actor
                      AND m.scope IN ('all', 'notifications') AND (m.until IS NULL OR m.until > :now))
         THEN 1 ELSE 0 END AS is_closed_to_actor
FROM notification_settings s WHERE user_id IN each(:recipients);

-- name: update_notification_settings
-- A muted_until of 0 ends the pause.
UPDATE notification_settings SET
    notify_followers = COALESCE(:notify_followers, notify_followers),
    notify_likes = COALESCE(:notify_likes, notify_likes),
    notify_comments = COALESCE(:notify_comments, notify_comments),
    notify_messages = COALESCE(:notify_messages, notify_messages),
    notify_sales = COALESCE(:notify_sales, notify_sales),
    notify_mentions = COALESCE(:notify_mentions, notify_mentions),
    notify_reposts = COALESCE(:notify_reposts, notify_reposts),
    notify_super_chat = COALESCE(:notify_super_chat, notify_super_chat),
    notify_tips = COALESCE(:notify_tips, notify_tips),
    notify_stream_online = COALESCE(:notify_stream_online, notify_stream_online),
    email_enabled = COALESCE(:email_enabled, email_enabled),
    push_enabled = COALESCE(:push_enabled, push_enabled),
    mute_keywords = COALESCE(:mute_keywords, mute_keywords),
    email_frequency = COALESCE(:email_frequency, email_frequency),
    quiet_hours_enabled = COALESCE(:quiet_hours_enabled, quiet_hours_enabled),
    quiet_hours_start = COALESCE(:quiet_hours_start, quiet_hours_start),
    quiet_hours_end = COALESCE(:quiet_hours_end, quiet_hours_end),
    timezone = COALESCE(:timezone, timezone),
    push_preview = COALESCE(:push_preview, push_preview),
    muted_until = NULLIF(COALESCE(:muted_until, muted_until), 0)
WHERE user_id = :user_id;

-- name: get_privacy_settings
SELECT u.is_private, p.allow_messages, p.allow_tags, p.allow_mentions, p.allow_story_replies, p.allow_calls,
    p.allow_group_adds, p.show_online, p.show_read_receipts, p.auto_archive, u.is_discoverable AS discoverable,
    p.show_in_leaderboards, p.allow_analytics
FROM privacy_settings p JOIN users u ON u.user_id = p.user_id WHERE p.user_id = :user_id;

-- name: hiding_online
SELECT user_id FROM privacy_settings WHERE user_id IN each(:users) AND show_online = 0 ORDER BY user_id;

-- name: not_archiving
SELECT user_id FROM privacy_settings WHERE user_id IN each(:users) AND auto_archive = 0 ORDER BY user_id;

-- name: update_privacy_settings
UPDATE privacy_settings SET
    allow_messages = COALESCE(:allow_messages, allow_messages),
    allow_tags = COALESCE(:allow_tags, allow_tags),
    allow_mentions = COALESCE(:allow_mentions, allow_mentions),
    allow_story_replies = COALESCE(:allow_story_replies, allow_story_replies),
    allow_calls = COALESCE(:allow_calls, allow_calls),
    allow_group_adds = COALESCE(:allow_group_adds, allow_group_adds),
    show_online = COALESCE(:show_online, show_online),
    show_read_receipts = COALESCE(:show_read_receipts, show_read_receipts),
    auto_archive = COALESCE(:auto_archive, auto_archive),
    show_in_leaderboards = COALESCE(:show_in_leaderboards, show_in_leaderboards),
    allow_analytics = COALESCE(:allow_analytics, allow_analytics)
WHERE user_id = :user_id;
