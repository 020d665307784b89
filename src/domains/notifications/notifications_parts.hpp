// The parts of NotificationsService, joined. Private to this folder.
#pragma once

#include "domains/notifications/causes.hpp"
#include "domains/notifications/deliveries.hpp"
#include "domains/notifications/notices.hpp"
#include "domains/notifications/notifications.hpp"
#include "domains/notifications/notifications_views.hpp"
#include "domains/notifications/push_queue.hpp"

namespace grover::notifications {

struct NotificationsService::Parts {
    Parts(db::Database& given_db, const Clock& given_clock, users::UsersService& given_users,
          const posts::PostGate& posts, const comments::CommentsService& comments, LivingSessions& sessions,
          PushProviders given_providers)
        : db(given_db),
          clock(given_clock),
          users(given_users),
          views(users),
          providers(given_providers),
          pushes(db, users, clock),
          deliveries(db, clock, sessions, providers.expo, providers.web_push),
          notices(users, pushes, clock),
          causes(db, users, notices, posts, comments) {}

    db::Database& db;
    const Clock& clock;
    users::UsersService& users;
    Views views;
    PushProviders providers;
    PushQueue pushes;
    Deliveries deliveries;
    Notices notices;
    Causes causes;
};

}  // namespace grover::notifications
