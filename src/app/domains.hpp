// All services of one server and their endpoints. Serving, seeding and the description of the API make one each.
#pragma once

#include <memory>

#include "app/notification_joints.hpp"
#include "app/picture_store.hpp"
#include "domains/auth/auth.hpp"
#include "domains/collections/collections.hpp"
#include "domains/comments/comments.hpp"
#include "domains/communities/communities.hpp"
#include "domains/discovery/discovery.hpp"
#include "domains/discovery/hashtags.hpp"
#include "domains/groups/groups.hpp"
#include "domains/live_board/live_board.hpp"
#include "domains/media/media.hpp"
#include "domains/messages/messages.hpp"
#include "domains/messages/messages_sockets.hpp"
#include "domains/posts/posts_service.hpp"
#include "domains/posts/posts_sockets.hpp"
#include "domains/presence/presence.hpp"
#include "domains/scheduled_posts/scheduled_posts.hpp"
#include "domains/stories/stories.hpp"
#include "domains/users/users.hpp"
#include "platform/config/config.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/integrations/mail.hpp"
#include "platform/jobs/background.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::app {

// What the domains stand on; made by the caller, in this order, and outliving them.
struct Ground {
    const Config& config;
    const Clock& clock;
    const IdSource& ids;
    db::Database& db;
    runtime::Loops* loops = nullptr;  // null: tools, where waiting blocks
    jobs::Background& background;
    std::string signing_secret;
};

struct Domains {
    explicit Domains(const Ground& ground);
    ~Domains();

    // What goes over sockets; before the endpoints, and only where there are sockets.
    void add_sockets(sockets::Sockets& table, sockets::Hub& hub, jobs::Events& events);
    void add_endpoints(Api& api);

    runtime::WorkerPool hashing;  // passwords: one for each core (auth.md §3)
    runtime::WorkerPool files;    // pictures and uploads
    integrations::HttpClient http_client;
    integrations::Mailer mailer;
    users::UsersService users;
    media::MediaService media;
    posts::PostsService posts;
    comments::CommentsService comments;
    scheduled_posts::ScheduledPostsService scheduled_posts;
    communities::CommunitiesService communities;
    messages::MessagesService messages;
    groups::GroupsService groups;
    stories::StoriesService stories;
    discovery::SearchIndex search_index;  // empty until it is started
    discovery::SearchService search;
    discovery::HashtagsService hashtags;
    collections::CollectionsService collections;
    discovery::DiscoveryService discovery;
    auth::AuthService auth;
    SessionsOfAuth sessions;
    PushProviders push_providers;
    notifications::NotificationsService notifications;
    PictureStore pictures;
    std::unique_ptr<presence::PresenceService> presence;  // null without sockets

private:
    void plug();
    void register_background(jobs::Background& background);

    db::Database& db_;
    std::string base_url_;  // of links in what sockets are told
    std::unique_ptr<messages::OnlineByHub> online_;
    std::unique_ptr<presence::Acquaintances> acquaintances_;
    std::unique_ptr<posts::PostsSockets> posts_sockets_;
    std::unique_ptr<live_board::BoardPosts> board_posts_;
    std::unique_ptr<live_board::LiveBoard> live_board_;
    media::MediaEraser media_eraser_{media};
    media::MediaExport media_export_{media};
    std::unique_ptr<FactsOfCauses> cause_facts_;
    std::unique_ptr<OpenChats> open_chats_;
    std::unique_ptr<users::AccountEraser> notifications_eraser_;
    std::unique_ptr<users::ExportContributor> notifications_export_;
    std::unique_ptr<users::AccountEraser> comments_eraser_;
    std::unique_ptr<users::ExportContributor> comments_export_;
    std::unique_ptr<users::AccountEraser> scheduled_posts_eraser_;
    std::unique_ptr<users::ExportContributor> scheduled_posts_export_;
    std::unique_ptr<users::AccountEraser> communities_eraser_;
    std::unique_ptr<users::ExportContributor> communities_export_;
    std::unique_ptr<users::AccountEraser> stories_eraser_;
    std::unique_ptr<users::ExportContributor> stories_export_;
    bool enable_communities_;
    bool enable_stories_;
    std::unique_ptr<users::AccountEraser> collections_eraser_;
    std::unique_ptr<users::ExportContributor> collections_export_;
};

// Options of two services by this configuration, for who makes services of their own.
users::Options users_options(const Config& config, const std::string& secret);
media::Options media_options(const Config& config, const std::string& secret);

// The secret that signs cursors, links and mail tokens: JWT_SECRET when it is long enough, else one that is made once and
// kept in the store.
std::string signing_secret(const Config& config, db::Database& db);

}  // namespace grover::app
