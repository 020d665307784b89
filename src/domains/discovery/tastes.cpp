#include "domains/discovery/tastes.hpp"

#include <algorithm>

#include "domains/discovery/ranks.hpp"
#include "domains/discovery/seen.hpp"
#include "platform/db/row_cache.hpp"
#include "sql/wishes.hpp"

namespace grover::discovery {
namespace {

constexpr int kMostMarks = 200;
constexpr int kMostWishes = 1'000;

}  // namespace

Topics topics_of(const posts::PostTopics& post) {
    Topics out;
    for (const auto& tag : post.tags) out.push_back(hash_of('#' + tag));
    if (post.category) out.push_back(hash_of(*post.category));
    return out;
}

bool share_any(const Topics& topics, const Topics& sorted) {
    return std::ranges::any_of(topics, [&](auto topic) { return std::ranges::binary_search(sorted, topic); });
}

Candidate candidate_of(const posts::PostTopics& post) {
    const auto& content = post.original_post_id ? *post.original_post_id : post.post_id;
    return {post.post_id, post.user_id, post.created_at, hash_of(content.view()), topics_of(post)};
}

bool holds(const std::vector<std::string>& sorted, std::string_view id) {
    return !sorted.empty() && std::ranges::binary_search(sorted, id, {}, [](const std::string& text) {
        return std::string_view(text);
    });
}

std::string wishes_key(const UserId& reader) { return "wishes:" + reader.str(); }

std::shared_ptr<const Wishes> wishes_of(db::Read& tx, const UserId& reader, Time now) {
    struct Kept {
        std::shared_ptr<const Wishes> wishes;
        Time good_until;
    };
    thread_local db::RowCache<Kept> cache{"wishes"};
    const auto key = wishes_key(reader);
    if (const auto* kept = cache.find(tx, key); kept && now < kept->good_until) return kept->wishes;
    auto wishes = std::make_shared<Wishes>();
    Time good_until{INT64_MAX};
    tx.each(sql::wishes::wishes_of{.user_id = reader, .limit = kMostWishes}, [&](const db::Row& row) {
        const auto until = row.get<Time>(2);
        if (until <= now) return;
        good_until = std::min(good_until, until);
        const auto kind = row.text(0);
        auto& list = kind == "hidden" ? wishes->hidden : kind == "more" ? wishes->more : wishes->dismissed;
        list.emplace_back(row.text(1));
    });
    for (auto* list : {&wishes->hidden, &wishes->more, &wishes->dismissed}) std::ranges::sort(*list);
    const auto bytes =
        sizeof(Wishes) + 64 * (wishes->hidden.size() + wishes->more.size() + wishes->dismissed.size());
    cache.put(key, {wishes, good_until}, bytes, tx.snapshot());
    return wishes;
}

std::shared_ptr<const Topics> interests_of(db::Read& tx, const UserId& reader, Time now) {
    thread_local db::RowCache<std::shared_ptr<const Topics>> cache{"interests"};
    const auto key = posts::marks_key(reader);
    if (const auto* kept = cache.find(tx, key)) return *kept;
    auto topics = std::make_shared<Topics>();
    for (const auto& post : posts::marked_topics(tx, reader, now - kMonth, kMostMarks)) {
        for (const auto topic : topics_of(post)) topics->push_back(topic);
    }
    std::ranges::sort(*topics);
    const auto rest = std::ranges::unique(*topics);
    topics->erase(rest.begin(), rest.end());
    cache.put(key, topics, topics->size() * sizeof(std::uint64_t), tx.snapshot());
    return topics;
}

}  // namespace grover::discovery
