#include "domains/discovery/for_you.hpp"

#include <algorithm>

#include "platform/db/row_cache.hpp"
#include "platform/db/together.hpp"

namespace grover::discovery {
namespace {

constexpr int kMaxLimit = 50;
// Pages made anew because of posts that this reader may not see.
constexpr int kMostAttempts = 20;

db::RowCache<std::shared_ptr<Deck>>& deck_cache() {
    thread_local db::RowCache<std::shared_ptr<Deck>> cache{"decks"};
    return cache;
}

class Taken {
public:
    explicit Taken(Deck& deck) : deck_(deck) { deck_.is_taken = true; }
    ~Taken() { deck_.is_taken = false; }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

private:
    Deck& deck_;
};

}  // namespace

// What is not in memory is asked for in two rounds, whatever it is: what depends on nothing, and what depends on that.
ForYou::Reader ForYou::reader(db::Read& tx, const Caller& me, const Sent& sent) {
    const auto now = ground_.clock.now();
    const bool is_in_memory = tx.snapshot() != 0;
    db::expect(tx, {AskedWishes::place_of(me.id), AskedInterests::place_of(me.id), SeenPosts::place_of(me.id),
                    users::UsersService::place_of_relations(me.id), deck_cache().place_of(me.id.view()),
                    posts::PostCards::place_of_marks(me.id)});
    AskedPools pools = this->pools(tx);
    users::AskedRelations relations;
    AskedWishes wishes;
    AskedInterests interests;
    SeenPosts::Asked seen;
    posts::PostFeed::Asked feed;
    db::Together first, second;
    pools.ask(first);
    if (!is_in_memory) ground_.users.ask_relations(first, relations, me.id);
    wishes.ask(tx, first, me.id, now);
    interests.ask(tx, first, me.id, now);
    seen_.ask(tx, first, seen, me.id);
    first.run(tx);

    auto deck = std::make_shared<Deck>();
    deck->relations = is_in_memory ? ground_.users.relations(tx, me.id) : relations.take();
    pools.ask_authors(tx, second, ground_.users, me.base_url);
    if (!is_in_memory) ground_.feed.ask(second, feed, *deck->relations, Mix::kFeedAtOnce);
    interests.ask_more(second);
    second.run(tx);

    deck->pools = pools.take(now);
    deck->wishes = wishes.take(tx);
    deck->interests = interests.take(tx);
    auto view = seen_.take(tx, seen, sent.is_first() ? Time{INT64_MAX} : sent.started_at());
    if (sent.is_first()) {
        const auto* kept = deck_cache().find(tx, me.id.view());
        if (kept && !(*kept)->is_taken && (*kept)->is_of(*deck)) {
            const auto kept_bytes = (*kept)->bytes();
            static const auto any_post = db::Stamps::hash(posts::kAnyPostKey);
            if (!tx.stamps().is_current(any_post, (*kept)->feed_seen)) {
                (*kept)->feed = (*kept)->again = {};
                (*kept)->from[followed] = 0;
                (*kept)->feed_seen = tx.snapshot();
            }
            return {*kept, std::move(view), kept_bytes};
        }
    }
    deck->prefer();
    deck->feed_seen = tx.snapshot();
    if (!is_in_memory) {
        deck->feed.ended = feed.posts.size() < Mix::kFeedAtOnce;
        deck->feed.add(feed.take(), sent.started_at());
    }
    return {std::move(deck), std::move(view)};
}

posts::PostPage ForYou::page(const Caller& me, const PageRequest& request) {
    const Sent sent(request.after, ground_.clock.now());
    const auto limit = static_cast<std::size_t>(std::min(request.limit, kMaxLimit));
    posts::PostPage page;
    std::vector<std::uint64_t> shown;
    std::optional<SeenView> known;
    std::shared_ptr<Deck> kept;
    bool is_recorded = false;
    std::optional<Sent> after;
    ground_.db.read([&](db::Read& tx) {
        const auto [deck, seen, kept_bytes] = reader(tx, me, sent);
        known = seen;
        kept = deck;
        const Taken taken(*deck);
        Mix mix(ground_.feed, tx, sent, *deck, seen);
        std::vector<PostId> ids;
        for (int attempt = 1;; ++attempt) {
            const auto& chosen = mix.choose(limit);
            ids.clear();
            shown.clear();
            for (const auto& choice : chosen) {
                ids.push_back(choice.post_id);
                if (shown.size() < limit) shown.push_back(choice.hash);
            }
            is_recorded =
                sent.is_first() && shown == deck->recorded && sent.started_at() < deck->recorded_until;
            if (!is_recorded) {
                for (const auto hash : shown) seen.prefetch(hash);  // for record() below
            }
            page.json = "[";
            const auto written = ground_.views.write(tx, me, ids, posts::Muted::left_out, 0,
                                                     static_cast<int>(limit), page.json);
            for (const auto place : written.left_out) deck->invisible.insert(chosen[place].hash);
            if (!written.left_out.empty() && attempt < kMostAttempts) continue;
            if (written.more) {
                shown.clear();
                after = sent;
                for (std::size_t i = 0; i <= written.last; ++i) {
                    shown.push_back(chosen[i].hash);
                    after->add(chosen[i].hash);
                    if (i + 2 > written.last) after->add_author(chosen[i].user_id);
                }
            }
            break;
        }
        if (!sent.is_first()) return;
        mix.settle();
        if (const auto bytes = deck->bytes(); bytes != kept_bytes)
            deck_cache().put(me.id.view(), deck, bytes, tx.snapshot());
    });
    page.json += ']';
    if (after && after->size() < Sent::kMost) page.next = after->to_text();
    if (!is_recorded && seen_.record(me.id, shown, &*known) && sent.is_first()) {
        kept->recorded = shown;
        kept->recorded_until = sent.started_at() + SeenPosts::kNotedFor;
    }
    return page;
}

}  // namespace grover::discovery
