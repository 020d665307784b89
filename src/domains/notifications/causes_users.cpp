// Follows, blocks, accounts and their security.
#include "domains/auth/auth.hpp"
#include "domains/notifications/causes.hpp"
#include "domains/users/users.hpp"
#include "platform/jobs/events.hpp"
#include "sql/push.hpp"

namespace grover::notifications {
namespace {

Notice about_user(Type type, const UserId& actor, const UserId& target, std::string words) {
    return {.type = type,
            .actor = actor,
            .words = std::move(words),
            .target_type = "user",
            .target_id = target.str()};
}
Notice follow(const UserId& follower, const UserId& following) {
    return about_user(Type::follow, follower, following, "started following you");
}
Notice follow_request(const UserId& requester, const UserId& target) {
    return about_user(Type::follow_request, requester, target, "asked to follow you");
}

std::string_view sentence_of(auth::SecurityMatter matter) {
    switch (matter) {
        case auth::SecurityMatter::new_device:
            return "New sign-in to your account";
        case auth::SecurityMatter::password_changed:
            return "Your password was changed";
        case auth::SecurityMatter::email_changed:
            return "Your e-mail address was changed";
        case auth::SecurityMatter::email_restored:
            return "Your e-mail address was restored";
        case auth::SecurityMatter::all_sessions_ended:
            return "You were signed out on all devices";
        case auth::SecurityMatter::stolen_refresh_token:
            return "A session was ended because its token was used twice";
    }
    return "Something changed in the security of your account";
}

Notice security(const UserId& user, std::string words, std::string same) {
    return {.type = Type::security,
            .actor = {},
            .words = std::move(words),
            .target_type = "user",
            .target_id = user.str(),
            .same = std::move(same)};
}

}  // namespace

void Causes::listen_to_users(jobs::Events& events) {
    events.on_publish<users::Followed>([this](db::Write& tx, const users::Followed& e) {
        const auto notice = follow(e.follower_id, e.following_id);
        if (e.notifies) {
            notices_.tell(tx, notice, e.following_id);
        } else {
            notices_.bring_back(tx, notice, e.following_id);
        }
    });
    events.on_publish<users::Unfollowed>([this](db::Write& tx, const users::Unfollowed& e) {
        notices_.withdraw(tx, follow(e.follower_id, e.following_id), e.following_id);
    });
    events.on_publish<users::FollowRequested>([this](db::Write& tx, const users::FollowRequested& e) {
        const auto notice = follow_request(e.requester_id, e.target_id);
        if (e.notifies) {
            notices_.tell(tx, notice, e.target_id);
        } else {
            notices_.bring_back(tx, notice, e.target_id);
        }
    });
    events.on_publish<users::FollowRequestEnded>([this](db::Write& tx, const users::FollowRequestEnded& e) {
        notices_.withdraw(tx, follow_request(e.requester_id, e.target_id), e.target_id);
    });
    events.on_publish<users::FollowAccepted>([this](db::Write& tx, const users::FollowAccepted& e) {
        notices_.tell(
            tx, about_user(Type::follow_accepted, e.target_id, e.target_id, "accepted your follow request"),
            e.requester_id);
    });
    events.on_publish<users::UserBlocked>([](db::Write& tx, const users::UserBlocked& e) {
        remove_between(tx, e.blocker_id, e.blocked_id);
        remove_between(tx, e.blocked_id, e.blocker_id);
    });
    events.on_publish<users::PayoutAddressChanged>(
        [this](db::Write& tx, const users::PayoutAddressChanged& e) {
            // Each change is one to know of.
            notices_.tell(tx,
                          security(e.user_id, "Your payout address was changed",
                                   "payout_address|" + IdSource::unguessable<NotificationId>().str()),
                          e.user_id);
        });
    events.on_publish<users::UserWarned>([this](db::Write& tx, const users::UserWarned& e) {
        // Each warning is one to know of.
        notices_.tell(tx,
                      {.type = Type::system,
                       .words = "A moderator has warned you: " + e.reason,
                       .target_type = e.target_type,
                       .target_id = e.target_id,
                       .same = "warned|" + IdSource::unguessable<NotificationId>().str()},
                      e.user_id);
    });
    events.on_publish<users::ExportReady>([this](db::Write& tx, const users::ExportReady& e) {
        notices_.tell(tx,
                      {.type = Type::system,
                       .actor = {},
                       .words = "Your data export is ready",
                       .target_type = "export",
                       .target_id = e.export_id},
                      e.user_id);
    });
    events.on_publish<users::AccountHidden>([](db::Write& tx, const users::AccountHidden& e) {
        tx.exec(sql::push::remove_devices_of_user{.user_id = e.user_id});
    });
    events.on_publish<users::AccountDeleted>([](db::Write& tx, const users::AccountDeleted& e) {
        remove_all_of(tx, {.of = "actor", .id = e.user_id.str()});
    });
}

void Causes::listen_to_auth(jobs::Events& events) {
    events.on_publish<auth::SessionEnded>([](db::Write& tx, const auth::SessionEnded& e) {
        tx.exec(sql::push::remove_devices_of_session{.session_id = e.session_id});
    });
    events.on_publish<auth::SecurityAlert>([this](db::Write& tx, const auth::SecurityAlert& e) {
        std::string words(sentence_of(e.matter));
        std::string where = e.device.value_or(e.platform == "unknown" ? "" : e.platform);
        if (!where.empty()) words += " (" + where + ")";
        auto notice = security(e.user_id, std::move(words),
                               std::string(wire::name_of(e.matter)) + '|' + std::to_string(e.created_at.us));
        notice.data = texts({{"matter", wire::name_of(e.matter)}});
        notices_.tell(tx, notice, e.user_id);
    });
}

}  // namespace grover::notifications
