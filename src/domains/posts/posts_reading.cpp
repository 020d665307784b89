#include "domains/posts/posts_service.hpp"
#include "sql/posts.hpp"

namespace grover::posts {
namespace {

std::string_view stored_kind(MediaKind kind) {
    return kind == MediaKind::all ? std::string_view{} : wire::name_of(kind);
}

}  // namespace

PostsService::PostsService(db::Database& db, const Clock& clock, users::UsersService& users,
                           media::MediaService& media)
    : db_(db),
      clock_(clock),
      users_(users),
      media_(media),
      cards_(media, users, clock),
      gate_(users),
      views_(cards_, users, clock, gate_),
      feed_(users),
      lists_(views_, feed_, users),
      writer_(db, users, media, gate_) {}

std::string PostsService::view(const Caller& me, const PostId& post_id) {
    return db_.read([&](db::Read& tx) { return views_.one(tx, me, post_id); });
}

wire::Raw<Post> PostsService::get(const Caller& me, const PostId& post_id) {
    auto post = view(me, post_id);
    writer_.opened(me.id, post_id);
    return {std::move(post)};
}

bool PostsService::may_list(db::Read& tx, const Caller& me, const UserId& author, bool& is_private) {
    const auto card = users_.card(tx, author, me.base_url);
    const auto relations = users_.relations(tx, me.id);
    const bool may = users::UsersService::may_see_content_of(*relations, *card);
    // Whoever is hidden, or blocks the reader, is not there at all.
    is_private = !may && card->is_private && !card->is_hidden && !relations->is_cut_off_from(author);
    return may;
}

PostPage PostsService::everything(const Caller& me, const PostsList& in, bool& is_private) {
    return db_.read([&](db::Read& tx) {
        if (!in.user_id) return lists_.everything(tx, me, in.page);
        return may_list(tx, me, *in.user_id, is_private) ? lists_.of_author(tx, me, *in.user_id, in.page)
                                                         : PostPage{"[]", {}};
    });
}

PostPage PostsService::mine(const Caller& me, const PageRequest& page) {
    return db_.read([&](db::Read& tx) { return lists_.of_author(tx, me, me.id, page); });
}

PostPage PostsService::media_of(const Caller& me, const UserId& author, MediaKind kind,
                                const PageRequest& page, bool& is_private) {
    return db_.read([&](db::Read& tx) {
        return may_list(tx, me, author, is_private) ? lists_.media_of(tx, me, author, stored_kind(kind), page)
                                                    : PostPage{"[]", {}};
    });
}

PostPage PostsService::posts_of_user(const Caller& me, const UserId& user, const PageRequest& page,
                                     bool& is_private) {
    return db_.read([&](db::Read& tx) {
        const auto sight = users_.require_sight(tx, me.id, user);
        is_private = sight == users::Sight::private_account;
        return sight == users::Sight::everything ? lists_.of_author(tx, me, user, page) : PostPage{"[]", {}};
    });
}

PostPage PostsService::media_of_user(const Caller& me, const UserId& user, MediaKind kind,
                                     const PageRequest& page, bool& is_private) {
    return db_.read([&](db::Read& tx) {
        const auto sight = users_.require_sight(tx, me.id, user);
        is_private = sight == users::Sight::private_account;
        return sight == users::Sight::everything ? lists_.media_of(tx, me, user, stored_kind(kind), page)
                                                 : PostPage{"[]", {}};
    });
}

PostPage PostsService::feed(const Caller& me, const PageRequest& page) {
    return db_.read([&](db::Read& tx) { return lists_.feed(tx, me, page); });
}

PostPage PostsService::explore(const Caller& me, const PageRequest& page) {
    return db_.read([&](db::Read& tx) { return lists_.explore(tx, me, page); });
}

PostPage PostsService::saved(const Caller& me, const PageRequest& page) {
    return db_.read([&](db::Read& tx) { return lists_.saved(tx, me, page); });
}

PostPage PostsService::mentions(const Caller& me, const Mentions& in) {
    return db_.read([&](db::Read& tx) {
        return in.include_comments ? all_mentions(tx, me, in.page) : lists_.mentions(tx, me, in.page);
    });
}

PostPage PostsService::reposts(const Caller& me, const PostId& post_id, const PageRequest& page) {
    return db_.read([&](db::Read& tx) {
        gate_.open(tx, me, post_id);
        return lists_.reposts(tx, me, post_id, page);
    });
}

users::EngagementSource::Sums PostsService::engagement(db::Read& tx, const UserId& author, Time since) {
    Sums sums;
    tx.each(sql::posts::sum_engagement{.user_id = author, .since = since}, [&](const db::Row& row) {
        sums = {row.integer(0), row.integer(1)};
    });
    return sums;
}

std::pair<std::int64_t, std::int64_t> PostsService::received(db::Read& tx, const UserId& author) {
    std::pair<std::int64_t, std::int64_t> sums;
    tx.each(sql::posts::sum_received{.user_id = author}, [&](const db::Row& row) {
        sums = {row.integer(0), row.integer(1)};
    });
    return sums;
}

std::vector<UserId> PostsService::authors(db::Read& tx, std::span<const PostId> ids) {
    return tx.list<UserId>(sql::posts::authors_of{.ids = db::ids_of(ids)});
}

}  // namespace grover::posts
