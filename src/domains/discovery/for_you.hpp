// GET /discover/for-you: thirds of followed, popular and fresh posts. docs/discovery.md. Private to domains/discovery.
#pragma once

#include "domains/discovery/mix.hpp"
#include "domains/discovery/pools.hpp"

namespace grover::discovery {

class ForYou {
public:
    struct Ground {
        db::Database& db;
        const Clock& clock;
        users::UsersService& users;
        posts::PostViews& views;
        posts::PostFeed& feed;
    };
    ForYou(const Ground& ground, SeenPosts& seen, bool keeps_copies)
        : ground_(ground), seen_(seen), pools_({kRanksKey, posts::kAnyPostKey}, keeps_copies) {}

    posts::PostPage page(const Caller& me, const PageRequest& request);

    // Also for who looks for topics.
    AskedPools pools(db::Read& tx) { return AskedPools(tx, pools_); }

private:
    struct Reader {
        std::shared_ptr<Deck> deck;
        SeenView seen;
        std::size_t kept_bytes = 0;  // of the deck, when it came from memory
    };
    Reader reader(db::Read& tx, const Caller& me, const Sent& sent);

    Ground ground_;
    SeenPosts& seen_;
    Copies<Pools> pools_;
};

// Without those of private and hidden accounts: what is the same for everybody holds nobody else.
template <class T, class ToUser>
void keep_public(db::Read& tx, users::UsersService& users, std::string_view base_url, std::vector<T>& items,
                 ToUser to_user) {
    std::vector<UserId> ids;
    for (const auto& item : items) ids.push_back(to_user(item));
    const auto cards = users.cards(tx, ids, base_url);
    std::vector<T> kept;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!cards[i]->is_hidden && !cards[i]->is_private) kept.push_back(std::move(items[i]));
    }
    items = std::move(kept);
}

}  // namespace grover::discovery
