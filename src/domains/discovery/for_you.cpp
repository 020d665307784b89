#include "domains/discovery/for_you.hpp"

#include <algorithm>

#include "platform/db/row_cache.hpp"

namespace grover::discovery {
namespace {

constexpr int kMaxLimit = 50;
constexpr int kPopular = 300;
constexpr int kFresh = 1'000;
// A cursor ends after so many posts: the next first page begins with what is new.
constexpr std::size_t kMostSent = 950;

}  // namespace

Pool ForYou::popular(db::Read& tx, std::string_view base_url) {
    return popular_.get(tx, [&] {
        std::vector<Candidate> out;
        std::unordered_set<std::uint64_t> known;
        const auto now = ground_.clock.now();
        for (const auto window : {Window::week, Window::month, Window::all}) {
            auto best = top_posts(tx, By::score, window, now, kPopular);
            keep_public(tx, ground_.mix.users, base_url, best,
                        [](const RankedPost& post) { return post.user_id; });
            for (const auto& post : best) {
                const auto hash = hash_of(post.post_id.view());
                if (out.size() < static_cast<std::size_t>(kPopular) && known.insert(hash).second)
                    out.push_back({post.post_id, post.user_id, post.created_at, hash});
            }
            if (out.size() == static_cast<std::size_t>(kPopular)) break;
        }
        return out;
    });
}

Pool ForYou::fresh(db::Read& tx, std::string_view base_url) {
    return fresh_.get(tx, [&] {
        std::vector<Candidate> out;
        for (const auto& post : posts::newest_topics(tx, kFresh)) out.push_back(candidate_of(post));
        keep_public(tx, ground_.mix.users, base_url, out,
                    [](const Candidate& candidate) { return candidate.user_id; });
        return out;
    });
}

std::shared_ptr<Deck> ForYou::deck(db::Read& tx, const Caller& me, const Sent& sent, const SeenView& seen) {
    thread_local db::RowCache<std::shared_ptr<Deck>> cache{"decks"};
    const auto now = ground_.clock.now();
    auto made = std::make_shared<Deck>();
    made->popular = popular(tx, me.base_url);
    made->fresh = fresh(tx, me.base_url);
    made->relations = ground_.mix.users.relations(tx, me.id);
    made->wishes = wishes_of(tx, me.id, now);
    made->interests = interests_of(tx, me.id, now);
    const auto key = seen_key(me.id);
    if (sent.is_first()) {
        if (const auto* kept = cache.find(tx, key); kept && (*kept)->is_of(*made)) return *kept;
    }
    made->fill(seen);
    if (sent.is_first()) cache.put(key, made, made->bytes(), tx.snapshot());
    return made;
}

posts::PostPage ForYou::page(const Caller& me, const PageRequest& request) {
    Sent sent(request.after, ground_.clock.now());
    const auto limit = static_cast<std::size_t>(std::min(request.limit, kMaxLimit));
    posts::PostPage page{"[", {}};
    std::vector<std::uint64_t> shown;
    ground_.db.read([&](db::Read& tx) {
        const auto seen = seen_.before(tx, me.id, sent.is_first() ? Time{INT64_MAX} : sent.started_at());
        const auto cards = deck(tx, me, sent, seen);
        Mix mix(ground_.mix, tx, me, sent, *cards, seen);
        const auto ids = mix.choose(limit);
        ground_.mix.views.write(tx, me, ids, posts::Muted::left_out, 0, static_cast<int>(limit), page.json);
        shown.assign(mix.hashes().begin(), mix.hashes().end());
        if (sent.is_first()) cards->move_to_seen(mix.hashes());
    });
    page.json += ']';
    for (const auto hash : shown) sent.add(hash);
    if (shown.size() == limit && sent.size() < kMostSent) page.next = sent.to_text();
    seen_.record(me.id, shown);
    return page;
}

}  // namespace grover::discovery
