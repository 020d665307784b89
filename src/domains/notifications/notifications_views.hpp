// Notifications as clients see them; the first page of each user from memory while nothing in it changed. Private to
// domains/notifications.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "domains/notifications/notifications_api.hpp"
#include "domains/notifications/notifications_store.hpp"

namespace grover::notifications {

// A page as it is sent, up to the cursor at its end.
struct RenderedPage {
    // What it was made for.
    int limit = 0;
    bool unread_only = false;
    std::string type_filter;
    std::string base_url;

    std::string body;  // `{"notifications": […], …, "next_cursor":`
    std::string etag;
    std::string next;  // position of the next page
    std::vector<UserId> actors;
    std::vector<std::shared_ptr<const users::UserCard>> cards;  // of the actors, as they were shown
};

class Views {
public:
    explicit Views(users::UsersService& users) : users_(users) {}

    std::vector<Notification> of(db::Read& tx, std::span<const NotificationRow> rows,
                                 std::string_view base_url) const;
    // At most three statements, none when the page is in memory.
    std::shared_ptr<const RenderedPage> page(db::Read& tx, const Caller& me,
                                             const NotificationList& in) const;

private:
    std::shared_ptr<const RenderedPage> render(db::Read& tx, const Caller& me,
                                               const NotificationList& in) const;

    users::UsersService& users_;
};

}  // namespace grover::notifications
