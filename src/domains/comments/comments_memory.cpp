#include "domains/comments/comments_memory.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "domains/comments/comments_store.hpp"
#include "domains/comments/comments_views.hpp"
#include "platform/base/prefetch.hpp"
#include "platform/db/known_range.hpp"
#include "platform/db/row_cache.hpp"
#include "sql/comments.hpp"

namespace grover::comments {
namespace {

// One more than the longest page, so that it is known whether another follows.
constexpr int kHeadDepth = kMaxPageSize + 1;
// More likes than this in the time span of one page: asked for comment by comment instead.
constexpr int kMaxLikesInRange = 300;

struct Place {
    Time at;
    CommentId id;
    static constexpr auto columns =
        Pack{db::column("created_at", &Place::at), db::column("comment_id", &Place::id)};
};

using Head = std::vector<Place>;
using HeadPtr = std::shared_ptr<const Head>;

struct Card {
    std::optional<UserId> user_id;
    std::string body;  // members of CommentBody, without braces
};
using CardPtr = std::shared_ptr<const Card>;

using Likes = std::vector<CommentId>;  // of one reader

template <class T>
db::RowCache<T>& cache_of(const char* name) {
    thread_local db::RowCache<T> cache{name};
    return cache;
}
auto& head_cache() { return cache_of<HeadPtr>("comment_heads"); }
auto& card_cache() { return cache_of<CardPtr>("comments"); }
auto& known_likes() {
    thread_local db::KnownRanges<CommentId, Likes> known{"comment_likes"};
    return known;
}

HeadPtr head_of(db::Read& tx, const PostId& post) {
    const auto key = list_key(post);
    if (const auto* known = head_cache().find(tx, key)) return *known;
    auto head = std::make_shared<const Head>(
        tx.list<Place>(sql::comments::newest_places{.post_id = post, .limit = kHeadDepth}));
    head_cache().put(key, head, sizeof(Head) + head->size() * sizeof(Place), tx.snapshot());
    return head;
}

// One for each place; null for what is gone. At most one statement.
std::vector<CardPtr> cards_of(db::Read& tx, std::span<const Place> places) {
    std::vector<CardPtr> out(places.size());
    std::vector<std::string_view> ids;
    for (const auto& place : places) ids.push_back(place.id.view());
    card_cache().find_each(tx, ids, [&](std::size_t i, const CardPtr& known) {
        prefetch(known.get(), sizeof(Card));
        out[i] = known;
    });
    std::vector<std::string_view> missing;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (!out[i]) missing.push_back(ids[i]);
    }
    if (missing.empty()) return out;
    for (const auto& row : tx.list<CommentRow>(sql::comments::rows_of{.ids = missing})) {
        auto json = wire::to_json(body_of(row));
        auto card = std::make_shared<const Card>(Card{row.user_id, json.substr(1, json.size() - 2)});
        card_cache().put(row.comment_id.view(), card, sizeof(Card) + card->body.size(), tx.snapshot());
        const auto place = std::ranges::find(places, row.comment_id, &Place::id);
        out[static_cast<std::size_t>(place - places.begin())] = card;
    }
    return out;
}

std::shared_ptr<const Likes> likes_of(db::Read& tx, const UserId& viewer, std::span<const Place> places) {
    const auto read = [&](const auto& statement) {
        auto likes = std::make_shared<Likes>();
        tx.each(statement, [&](const db::Row& row) { likes->emplace_back(row.text(0)); });
        return likes;
    };
    const auto read_range = [&](const CommentId& low, const CommentId& high) {
        auto likes = read(sql::comments::likes_in_range{
            .viewer = viewer, .low = low, .high = high, .limit = kMaxLikesInRange});
        return likes->size() < kMaxLikesInRange ? likes : nullptr;
    };
    const auto [low, high] = std::ranges::minmax(places, {}, &Place::id);
    if (auto likes =
            known_likes().find_or_read(tx, likes_key(viewer), low.id, high.id, read_range,
                                       [](const auto& kept) { return kept.size() * sizeof(CommentId); }))
        return likes;
    std::vector<std::string_view> ids;
    for (const auto& place : places) ids.push_back(place.id.view());
    return read(sql::comments::likes_of_comments{.viewer = viewer, .ids = ids});
}

void append(std::string& out, const Card& card, const users::UserCard& author, const CommentViewer& viewer) {
    out += '{';
    out += card.body;
    out += ',';
    out += author.as_author;
    wire::write_members(out, viewer);
    out += '}';
}

}  // namespace

std::string list_key(const PostId& post) { return "comments:" + post.str(); }
std::string likes_key(const UserId& user) { return "comment_likes:" + user.str(); }

std::optional<CommentPage> newest_from_memory(db::Read& tx, users::UsersService& users, const Reader& reader,
                                              const PostId& post, int limit) {
    if (tx.snapshot() == 0) return std::nullopt;
    const auto head = head_of(tx, post);
    const auto size = std::min(head->size(), static_cast<std::size_t>(limit));
    const auto places = std::span(*head).first(size);
    if (places.empty()) return CommentPage{"[]", {}};

    const auto cards = cards_of(tx, places);
    std::vector<UserId> authors;
    authors.reserve(size);
    for (const auto& card : cards) {
        if (!card || !card->user_id) return std::nullopt;
        authors.push_back(*card->user_id);
    }
    const auto people = users.cards(tx, authors, reader.me.base_url);
    for (std::size_t i = 0; i < size; ++i) {
        if (people[i]->is_hidden || reader.relations.is_cut_off_from(authors[i])) return std::nullopt;
    }

    const auto likes = likes_of(tx, reader.me.id, places);
    CommentPage page{"[", {}};
    page.json.reserve(size * 800);
    for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) page.json += ',';
        const bool is_owner = authors[i] == reader.me.id;
        append(page.json, *cards[i], *people[i],
               {.liked = std::ranges::find(*likes, places[i].id) != likes->end(),
                .is_owner = is_owner,
                .can_delete = is_owner || reader.may_moderate});
    }
    page.json += ']';
    if (head->size() > size)
        page.next = to_text(CommentOrder::newest, {.at = places.back().at, .id = places.back().id.str()});
    return page;
}

}  // namespace grover::comments
