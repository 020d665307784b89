#include "domains/discovery/pools.hpp"

#include <algorithm>
#include <unordered_set>

#include "platform/base/stable_hash.hpp"
#include "platform/db/together.hpp"

namespace grover::discovery {
namespace {

constexpr std::size_t kPopular = 300;
constexpr int kFresh = 1'000;

}  // namespace

void AskedPools::ask(db::Together& ask) {
    if (making_.kept) return;
    ask_best_scored(ask, best_, kPopular);
    newest_.newest(ask, kFresh);
}

void AskedPools::ask_authors(db::Read& tx, db::Together& ask, users::UsersService& users,
                             std::string_view base_url) {
    if (making_.kept) return;
    for (const auto& post : best_) authors_.push_back(post.user_id);
    for (const auto& post : newest_.topics) authors_.push_back(post.user_id);
    std::ranges::sort(authors_);
    const auto rest = std::ranges::unique(authors_);
    authors_.erase(rest.begin(), rest.end());
    if (tx.engine() == db::Engine::postgres || tx.snapshot() == 0)
        return users.ask_cards(tx, ask, asked_, authors_, base_url);
    kept_ = users.cards(tx, authors_, base_url);
}

bool AskedPools::is_open(const UserId& author) const {
    const auto place = std::ranges::lower_bound(authors_, author) - authors_.begin();
    const auto card = kept_.empty() ? asked_.card(author) : kept_[static_cast<std::size_t>(place)];
    return !card->is_hidden && !card->is_private;
}

PoolsPtr AskedPools::take(Time now) { return making_.kept ? making_.kept : copies_.end(making_, make(now)); }

Pools AskedPools::make(Time now) {
    Pools out;
    std::ranges::sort(best_, ranks_before);
    std::unordered_set<std::uint64_t> known;
    for (const auto window : {Window::week, Window::month, Window::all}) {
        for (const auto& post : best_) {
            if (out.popular.size() == kPopular) break;
            if (post.created_at < start_of(window, now) || !is_open(post.user_id)) continue;
            const auto hash = stable_hash(post.post_id.view());
            if (known.insert(hash).second)
                out.popular.push_back({post.post_id, post.user_id, post.created_at, hash});
        }
    }
    std::ranges::sort(newest_.topics, [](const auto& a, const auto& b) {
        return std::tie(b.created_at, b.post_id) < std::tie(a.created_at, a.post_id);
    });
    for (const auto& post : newest_.topics) {
        if (!is_open(post.user_id)) continue;
        const auto place = static_cast<Place>(out.fresh.size());
        out.fresh.push_back(candidate_of(post));
        for (const auto topic : out.fresh.back().topics) {
            auto& places = out.by_topic[topic];
            if (places.empty() || places.back() != place) places.push_back(place);
        }
        out.by_author[post.user_id].push_back(place);
    }
    return out;
}

}  // namespace grover::discovery
