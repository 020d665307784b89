#include "domains/discovery/tastes.hpp"

#include <algorithm>

#include "domains/discovery/ranks.hpp"
#include "platform/base/stable_hash.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/db/together.hpp"
#include "sql/wishes.hpp"

namespace grover::discovery {
namespace {

constexpr int kMostMarks = 200;
constexpr int kMostWishes = 1'000;

struct KeptWishes {
    std::shared_ptr<const Wishes> wishes;
    Time good_until;
};
db::RowCache<KeptWishes>& wishes_cache() {
    thread_local db::RowCache<KeptWishes> cache{"wishes"};
    return cache;
}

db::RowCache<std::shared_ptr<const Topics>>& interests_cache() {
    thread_local db::RowCache<std::shared_ptr<const Topics>> cache{"interests"};
    return cache;
}

}  // namespace

Topics topics_of(const posts::PostSubjects& post) {
    Topics out;
    for (const auto& tag : post.tags) out.push_back(stable_hash('#' + tag));
    if (post.category) out.push_back(stable_hash(*post.category));
    return out;
}

bool share_any(const Topics& topics, const Topics& sorted) {
    return std::ranges::any_of(topics, [&](auto topic) { return std::ranges::binary_search(sorted, topic); });
}

Candidate candidate_of(const posts::PostTopics& post) {
    const auto& content = post.original_post_id ? *post.original_post_id : post.post_id;
    return {post.post_id, post.user_id, post.created_at, stable_hash(content.view()), topics_of(post)};
}

bool holds(const std::vector<std::string>& sorted, std::string_view id) {
    return !sorted.empty() && std::ranges::binary_search(sorted, id, {}, [](const std::string& text) {
        return std::string_view(text);
    });
}

std::string wishes_key(const UserId& reader) { return "wishes:" + reader.str(); }

db::CachePlace AskedWishes::place_of(const UserId& reader) {
    return wishes_cache().place_of(wishes_key(reader));
}

void AskedWishes::ask(db::Read& tx, db::Together& ask, const UserId& reader, Time now) {
    reader_ = reader;
    const auto* kept = wishes_cache().find(tx, wishes_key(reader));
    if (kept && now < kept->good_until) {
        kept_ = kept->wishes;
        return;
    }
    made_ = std::make_shared<Wishes>();
    ask.add(
        sql::wishes::wishes_of{.user_id = reader_, .limit = kMostWishes}, [this, now](const db::Row& row) {
            const auto until = row.get<Time>(2);
            if (until <= now) return;
            good_until_ = std::min(good_until_, until);
            const auto kind = row.text(0);
            auto& list = kind == "hidden" ? made_->hidden : kind == "more" ? made_->more : made_->dismissed;
            list.emplace_back(row.text(1));
        });
}

std::shared_ptr<const Wishes> AskedWishes::take(db::Read& tx) {
    if (kept_) return kept_;
    for (auto* list : {&made_->hidden, &made_->more, &made_->dismissed}) std::ranges::sort(*list);
    const auto bytes =
        sizeof(Wishes) + 64 * (made_->hidden.size() + made_->more.size() + made_->dismissed.size());
    wishes_cache().put(wishes_key(reader_), {made_, good_until_}, bytes, tx.snapshot());
    return made_;
}

db::CachePlace AskedInterests::place_of(const UserId& reader) {
    return interests_cache().place_of(posts::marks_key(reader));
}

void AskedInterests::ask(db::Read& tx, db::Together& ask, const UserId& reader, Time now) {
    reader_ = reader;
    if (const auto* kept = interests_cache().find(tx, posts::marks_key(reader))) {
        kept_ = *kept;
        return;
    }
    marked_.marked(ask, reader_, now - kMonth, kMostMarks);
    comments_.ask(ask, reader_, now - kMonth, kMostMarks);
}

void AskedInterests::ask_more(db::Together& ask) {
    if (!kept_) commented_.of(ask, std::move(comments_.posts));
}

std::shared_ptr<const Topics> AskedInterests::take(db::Read& tx) {
    if (kept_) return kept_;
    auto topics = std::make_shared<Topics>();
    for (const auto* posts : {&marked_.subjects, &commented_.subjects}) {
        for (const auto& post : *posts) {
            for (const auto topic : topics_of(post)) topics->push_back(topic);
        }
    }
    std::ranges::sort(*topics);
    const auto rest = std::ranges::unique(*topics);
    topics->erase(rest.begin(), rest.end());
    interests_cache().put(posts::marks_key(reader_), topics, topics->size() * sizeof(std::uint64_t),
                          tx.snapshot());
    return topics;
}

}  // namespace grover::discovery
