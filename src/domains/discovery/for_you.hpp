// GET /discover/for-you: thirds of followed, popular and fresh posts. docs/discovery.md. Private to domains/discovery.
#pragma once

#include "domains/discovery/copies.hpp"
#include "domains/discovery/mix.hpp"
#include "domains/discovery/ranks.hpp"

namespace grover::discovery {

class ForYou {
public:
    struct Ground {
        db::Database& db;
        const Clock& clock;
        Mix::Ground mix;
    };
    ForYou(const Ground& ground, SeenPosts& seen, bool keeps_copies)
        : ground_(ground),
          seen_(seen),
          popular_(kRanksKey, keeps_copies),
          fresh_(posts::kAnyPostKey, keeps_copies) {}

    posts::PostPage page(const Caller& me, const PageRequest& request);

    // The newest public posts of everybody, also for who looks for topics.
    Pool fresh(db::Read& tx, std::string_view base_url);

private:
    Pool popular(db::Read& tx, std::string_view base_url);
    // Of a first page from memory, where that is current; then `is_kept`.
    std::shared_ptr<Deck> deck(db::Read& tx, const Caller& me, const Sent& sent, const SeenView& seen);

    Ground ground_;
    SeenPosts& seen_;
    Copies<std::vector<Candidate>> popular_;
    Copies<std::vector<Candidate>> fresh_;
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
