#include "app/domains.hpp"

#include <sodium.h>

#include "app/service_api.hpp"
#include "domains/groups/groups_sockets.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/server_metrics.hpp"
#include "platform/text/profanity.hpp"
#include "sql/app.hpp"

namespace grover::app {
namespace {

constexpr std::size_t kQueuedHashes = 256;
constexpr std::size_t kQueuedFiles = 64;
// A scheduled post counts its own attempts; its job comes back until the store takes what it decides.
constexpr jobs::RetryPolicy kNeverParked{
    .attempts = 1'000'000, .first_delay = std::chrono::seconds{1}, .longest_delay = std::chrono::seconds{30}};

std::vector<UserId> user_ids(const std::vector<std::string>& texts) {
    std::vector<UserId> ids;
    for (const auto& text : texts) ids.emplace_back(text);
    return ids;
}

integrations::MailOptions mail_options(const Config& config) {
    return {
        .backend = static_cast<integrations::MailBackend>(config.email_backend),
        .from = config.smtp_from_email,
        .directory = config.email_dir.string(),
        .log =
            [](std::string_view line) {
                log::info("mail", {{"line", line}});
            },
        .host = config.smtp_host,
        .port = static_cast<std::uint16_t>(config.smtp_port),
        .user = config.smtp_user,
        .password = config.smtp_password,
    };
}

discovery::SearchIndex::Options search_options(const Config& config) {
    return {.hashtags = {.min_authors = config.trending_min_authors,
                         .blocked = std::make_shared<const text::WordList>(
                             text::load_profanity(config.profanity_file))},
            .max_bytes = static_cast<std::size_t>(config.search_index_max_bytes)};
}

auth::Options auth_options(const Ground& ground) {
    const Config& config = ground.config;
    return {
        .public_base_url = config.links_base_url,
        .signing_secret = ground.signing_secret,
        .jwt_secret = config.jwt_enabled ? config.jwt_secret : "",
        .jwt_algorithm = static_cast<integrations::JwtAlgorithm>(config.jwt_algorithm),
        .access_token_lifetime = config.access_token_expire_minutes,
        .session_idle = config.session_idle_days,
        .session_limit = config.session_timeout,
        .allow_registration = config.enable_registration,
        .require_email_verification = config.require_email_verification,
        .session_exchange_url = config.session_exchange_url,
        .google_client_id = config.google_enabled ? config.google_client_id : "",
        .google_client_secret = config.google_client_secret,
        .google_discovery_url = config.google_discovery_url,
        .google_native_client_ids = config.google_native_client_ids,
        .allowed_origins = config.allowed_origins,
        .redirect_allowlist = config.auth_redirect_allowlist,
        .debug = config.debug,
        .on_attempt = metrics::auth_attempt,
    };
}

// Who writes to whom.
class ChatPartners final : public presence::Acquaintances {
public:
    explicit ChatPartners(messages::MessagesService& messages) : messages_(messages) {}
    std::vector<UserId> with_direct_conversation(db::Read& tx, const UserId& viewer,
                                                 std::span<const UserId> users) override {
        return messages_.with_direct_conversation(tx, viewer, users);
    }

private:
    messages::MessagesService& messages_;
};

// What live boards show of posts.
class PostsOfBoard final : public live_board::BoardPosts {
public:
    explicit PostsOfBoard(posts::PostsService& posts) : posts_(posts) {}
    Received received(db::Read& tx, const UserId& author) override {
        const auto [comments, shares] = posts_.received(tx, author);
        return {comments, shares};
    }
    std::vector<UserId> authors(db::Read& tx, std::span<const PostId> posts) override {
        return posts_.authors(tx, posts);
    }

private:
    posts::PostsService& posts_;
};

}  // namespace

users::Options users_options(const Config& config, const std::string& secret) {
    return {
        .admin_user_ids = user_ids(config.admin_user_ids),
        .account_deletion_days = static_cast<int>(config.account_deletion_days.count()),
        .monetization_min_account_age = config.monetization_min_account_age_days,
        .data_dir = config.grover_data.string(),
        .link_secret = secret,
        .base_url = config.links_base_url,
    };
}

media::Options media_options(const Config& config, const std::string& secret) {
    return {
        .root = config.media_root,
        .cdn_base_url = config.media_cdn_base_url,
        .url_secret = config.media_url_secret.empty() ? secret : config.media_url_secret,
        .public_base_url = config.public_base_url,
        .allowed_origins = config.allowed_origins,
        .cloudinary_cloud_name = config.cloudinary_enabled ? config.cloudinary_cloud_name : "",
        .s3_bucket = config.s3_enabled ? config.aws_s3_bucket : "",
        .image_workers = std::max(1u, static_cast<unsigned>(config.worker_threads)),
    };
}

Domains::Domains(const Ground& ground)
    : hashing(static_cast<unsigned>(ground.config.worker_threads), kQueuedHashes),
      files(static_cast<unsigned>(ground.config.worker_threads), kQueuedFiles),
      http_client(ground.loops),
      mailer(ground.loops, ground.clock, mail_options(ground.config)),
      users(ground.db, ground.clock, ground.ids, users_options(ground.config, ground.signing_secret)),
      media(ground.db, users, ground.clock, files, media_options(ground.config, ground.signing_secret)),
      posts(ground.db, ground.clock, users, media),
      comments(ground.db, ground.clock, users, posts.gate()),
      scheduled_posts(ground.db, ground.clock, users, media, posts.writer(), posts,
                      {.use_store_clock = true}),
      communities(ground.db, ground.clock, users, media, posts.writer(), posts.views(), posts.lists()),
      messages(ground.db, ground.clock, users, media, posts.gate(), posts,
               {.limit_rate = ground.config.rate_limit_enabled}),
      groups(ground.db, ground.clock, users, media, messages.group_chats()),
      stories(ground.db, ground.clock, users, media, messages),
      search_index(ground.db, ground.clock, search_options(ground.config)),
      search(ground.db, ground.clock, users, posts.views(), posts.gate(), search_index),
      hashtags(search_index, search),
      collections(ground.db, ground.clock, users, posts.gate(), posts.views(), posts.lists()),
      discovery({ground.db, ground.clock, users, posts, posts.views(), posts.lists(), posts.feed(),
                 posts.gate(), &hashtags},
                {.keeps_copies = ground.config.cache_max_bytes > 0}),
      auth(ground.db, ground.clock, ground.ids, users, hashing, http_client, mailer, auth_options(ground)),
      sessions(auth),
      push_providers(ground.config, ground.clock, http_client, ground.loops),
      notifications(ground.db, ground.clock, users, posts.gate(), comments, sessions, push_providers.ways()),
      pictures(ground.db, media),
      db_(ground.db),
      base_url_(ground.config.links_base_url),
      notifications_eraser_(notifications::notifications_eraser()),
      notifications_export_(notifications::notifications_export(ground.db)),
      comments_eraser_(comments::comments_eraser(posts.gate())),
      comments_export_(comments::comments_export(ground.db)),
      scheduled_posts_eraser_(scheduled_posts::scheduled_posts_eraser(media)),
      scheduled_posts_export_(scheduled_posts::scheduled_posts_export(ground.db)),
      communities_eraser_(communities::communities_eraser(media, posts.writer())),
      communities_export_(communities::communities_export(ground.db)),
      stories_eraser_(stories::stories_eraser(media)),
      stories_export_(stories::stories_export(ground.db)),
      enable_communities_(ground.config.enable_communities),
      enable_stories_(ground.config.enable_stories),
      collections_eraser_(collections::collections_eraser(posts.gate())),
      collections_export_(collections::collections_export(ground.db)) {
    plug();
    register_background(ground.background);
    live_board::listen_for_milestones(ground.background.events(), users, ground.clock);
}

Domains::~Domains() = default;

void Domains::plug() {
    posts.gate().plug(communities);
    users::Plugs plugs{.guard = &auth, .pictures = &pictures, .engagement = &posts};
    // Groups are left before the chats they are, comments go before the posts that hold them, all of them before their files
    // and the sessions.
    plugs.erasers = {notifications_eraser_.get(),
                     &groups,
                     &messages.eraser(),
                     stories_eraser_.get(),
                     communities_eraser_.get(),
                     scheduled_posts_eraser_.get(),
                     comments_eraser_.get(),
                     collections_eraser_.get(),
                     &posts,
                     &media_eraser_,
                     &auth};
    plugs.contributors = {&posts,
                          comments_export_.get(),
                          scheduled_posts_export_.get(),
                          communities_export_.get(),
                          collections_export_.get(),
                          &messages.exporter(),
                          stories_export_.get(),
                          notifications_export_.get(),
                          &auth,
                          &media_export_};
    messages.plug({.groups = &groups, .stories = &stories});
    users.plug(std::move(plugs));
    posts.writer().plug(discovery);
    posts.writer().plug(collections);
    if (enable_communities_)
        search.plug_communities([this](const Caller& me, std::string_view q, const PageRequest& page) {
            auto found = communities.search(me, q, page);
            return discovery::SearchService::Elsewhere{std::move(found.json), std::move(found.next),
                                                       found.total};
        });
    posts.plug([this](db::Read& tx, const UserId& reader, const posts::Position& after, int limit) {
        std::vector<posts::PostsService::CommentMention> out;
        const comments::CommentMention from{
            .created_at = after.at, .comment_id = CommentId(after.id.view()), .post_id = {}};
        for (const auto& one : comments.mentions_of(tx, reader, from, limit))
            out.push_back({{one.created_at, PostId(one.comment_id.view())}, one.post_id});
        return out;
    });
}

void Domains::register_background(jobs::Background& background) {
    auto& jobs = background.jobs();
    auto& events = background.events();
    events.on<users::UserBlocked>("messages", [this](const users::UserBlocked& event) {
        messages.blocks_changed(event.blocker_id, event.blocked_id);
    });
    events.on<users::UserUnblocked>("messages", [this](const users::UserUnblocked& event) {
        messages.blocks_changed(event.blocker_id, event.blocked_id);
    });
    scheduled_posts.listen(events);
    search_index.listen(events);
    discovery.listen(background);
    cause_facts_ = std::make_unique<FactsOfCauses>(communities, posts.writer(), messages);
    notifications.plug(*cause_facts_);
    notifications.listen(events);
    notifications.add_jobs(jobs);
    auth.add_jobs(jobs);
    jobs.on<users::EraseAccount>([this](const users::EraseAccount& job) { users.run(job); });
    jobs.on<users::BuildExport>([this](const users::BuildExport& job) { users.run(job); });
    jobs.on<scheduled_posts::PublishScheduled>(
        [this](const scheduled_posts::PublishScheduled& job) { scheduled_posts.run(job); }, kNeverParked);
    jobs.on<scheduled_posts::PublishDue>(
        [this](const scheduled_posts::PublishDue& job) { scheduled_posts.run(job); });
    jobs.on<communities::EraseCommunity>(
        [this](const communities::EraseCommunity& job) { communities.run(job); });
    jobs.every("scheduled_posts.sweep", std::chrono::hours{24}, [this] { scheduled_posts.sweep(); });
    jobs.on<posts::EndPoll>([this](const posts::EndPoll& job) { posts.run(job); });
    jobs.on<media::DeleteMediaFiles>([this](const media::DeleteMediaFiles& job) { media.run(job); });
    jobs.on<messages::RemoveChat>([this](const messages::RemoveChat& job) { messages.run(job); });
    jobs.every("messages.sweep", std::chrono::hours{1}, [this] { messages.sweep(); });
    jobs.every("stories.sweep", std::chrono::minutes{1}, [this] { stories.sweep(); });
    jobs.every("media.sweep", std::chrono::hours{24}, [this] { media.sweep(); });
    jobs.every("users.sweep", std::chrono::hours{1}, [this] { users.sweep(); });
}

void Domains::add_sockets(sockets::Sockets& table, sockets::Hub& hub, jobs::Events& events) {
    presence = std::make_unique<presence::PresenceService>(db_, users, hub);
    acquaintances_ = std::make_unique<ChatPartners>(messages);
    presence->plug(*acquaintances_);
    presence->add(table);
    presence->listen(events);
    posts_sockets_ = std::make_unique<posts::PostsSockets>(db_, users, posts.gate(), hub);
    posts_sockets_->add(table);
    posts_sockets_->listen(events);
    comments::add_comments_sockets(events, hub, db_, posts.gate());
    scheduled_posts::add_scheduled_posts_sockets(events, hub);
    communities::add_communities_sockets(
        table, hub, events, communities,
        {.recheck_reader = [this](const UserId& reader) { posts_sockets_->recheck_reader(reader); },
         .recheck_community = [this](const CommunityId& id) { posts_sockets_->recheck_community(id); }});
    online_ = std::make_unique<messages::OnlineByHub>(hub);
    messages.plug({.groups = &groups, .online = online_.get(), .stories = &stories});
    messages::add_messages_sockets(table, hub, messages);
    messages::tell_messages_to_sockets(events, hub, messages, base_url_);
    groups::tell_groups_to_sockets(events, hub, groups, base_url_);
    stories::add_stories_sockets(events, hub, db_, users, stories, base_url_);
    open_chats_ = std::make_unique<OpenChats>(hub);
    notifications.plug(*open_chats_);
    notifications.add_sockets(hub, events, base_url_);
    board_posts_ = std::make_unique<PostsOfBoard>(posts);
    live_board_ = std::make_unique<live_board::LiveBoard>(db_, users, *board_posts_, hub);
    live_board_->add(table);
    live_board_->listen(events);
}

void Domains::add_endpoints(Api& api) {
    auth::add_auth_api(api, auth);
    users::add_users_api(api, users);
    posts::add_posts_api(api, posts);
    comments::add_comments_api(api, comments);
    scheduled_posts::add_scheduled_posts_api(api, scheduled_posts);
    communities::add_communities_api(api, communities, enable_communities_);
    messages::add_messages_api(api, messages);
    groups::add_groups_api(api, groups);
    stories::add_stories_api(api, stories, enable_stories_);
    discovery::add_search_api(api, search);
    discovery::add_hashtags_api(api, hashtags);
    collections::add_collections_api(api, collections);
    discovery::add_discovery_api(api, discovery);
    media::add_media_api(api, media);
    notifications::add_notifications_api(api, notifications);
    presence::add_presence_api(api, presence);
}

std::string signing_secret(const Config& config, db::Database& db) {
    if (config.jwt_enabled) return config.jwt_secret;
    unsigned char bytes[32];
    fill_random(bytes, sizeof bytes);
    char hex[65];
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    // Whoever comes first decides, on all nodes.
    db.write([&](db::Write& tx) {
        tx.exec(sql::app::keep_value{.name = "signing_secret", .value = std::string_view(hex)});
    });
    return db.read(
        [&](db::Read& tx) { return tx.value<std::string>(sql::app::get_value{.name = "signing_secret"}); });
}

}  // namespace grover::app
