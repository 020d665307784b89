// The parts of UsersService, joined. Private to this folder.
#pragma once

#include "domains/users/blocks.hpp"
#include "domains/users/exports.hpp"
#include "domains/users/follows.hpp"
#include "domains/users/leaving.hpp"
#include "domains/users/lists.hpp"
#include "domains/users/moderation.hpp"
#include "domains/users/notification_settings.hpp"
#include "domains/users/profiles.hpp"
#include "domains/users/users_parts.hpp"
#include "domains/users/users_views.hpp"

namespace grover::users {

struct UsersService::Parts {
    Parts(Ground given, UsersService& users)
        : ground(std::move(given)),
          views(ground),
          follows(ground),
          blocks(ground, users),
          lists(ground, users),
          profiles(ground, views, follows),
          notifications(ground),
          leaving(ground, views),
          exports(ground),
          moderation(ground, users) {}

    Ground ground;
    Views views;
    Follows follows;
    Blocks blocks;
    Lists lists;
    Profiles profiles;
    NotificationChoices notifications;
    Leaving leaving;
    Exports exports;
    Moderation moderation;
};

}  // namespace grover::users
