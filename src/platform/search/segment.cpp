#include "platform/search/segment.hpp"

#include <algorithm>
#include <numeric>

namespace grover::search {

std::span<const std::uint8_t> Segment::postings(std::uint32_t term) const {
    const auto start = terms_[term].start;
    const auto end = term + 1 < terms_.size() ? terms_[term + 1].start : postings_.size();
    return std::span(postings_).subspan(start, end - start);
}

std::span<const Skip> Segment::skips(std::uint32_t term) const {
    const auto start = terms_[term].first_skip;
    const auto end = term + 1 < terms_.size() ? terms_[term + 1].first_skip : skips_.size();
    return std::span(skips_).subspan(start, end - start);
}

std::span<const std::uint32_t> Segment::documents_of(std::uint32_t owner) const {
    const auto found = std::ranges::lower_bound(owner_list_, owner);
    if (found == owner_list_.end() || *found != owner) return {};
    const auto i = static_cast<std::size_t>(found - owner_list_.begin());
    return std::span(owner_documents_).subspan(owner_starts_[i], owner_starts_[i + 1] - owner_starts_[i]);
}

std::optional<std::uint32_t> Segment::find(std::string_view wanted) const {
    // Ids sort by time: most segments end before a new document.
    if (by_id_.empty() || id(by_id_.back()) < wanted) return std::nullopt;
    const auto found =
        std::ranges::lower_bound(by_id_, wanted, {}, [&](std::uint32_t document) { return id(document); });
    if (found == by_id_.end() || id(*found) != wanted) return std::nullopt;
    return *found;
}

void Segment::index_ids() {
    by_id_.resize(size());
    std::iota(by_id_.begin(), by_id_.end(), 0u);
    std::ranges::sort(by_id_, {}, [&](std::uint32_t document) { return id(document); });
}

void Segment::index_tags() {
    const auto range = vocabulary_.range("#");
    const auto each = [&](auto&& f) {
        for (auto term = range.first; term < range.second; ++term) {
            for (PostingReader reader(*this, term); reader.document() != PostingReader::kEnd; reader.next())
                f(reader.document(), term);
        }
    };
    tag_starts_.assign(size() + 1, 0);
    each([&](std::uint32_t document, std::uint32_t) { ++tag_starts_[document + 1]; });
    std::partial_sum(tag_starts_.begin(), tag_starts_.end(), tag_starts_.begin());
    tags_.resize(tag_starts_.back());
    auto next = tag_starts_;
    each([&](std::uint32_t document, std::uint32_t term) { tags_[next[document]++] = term; });
}

void Segment::index_owners() {
    std::vector<std::uint32_t> order(size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t document) { return owners_[document]; });
    for (std::uint32_t i = 0; i < size(); ++i) {
        const auto owner = owners_[order[i]];
        if (!owner_list_.empty() && owner_list_.back() == owner) continue;
        owner_list_.push_back(owner);
        owner_starts_.push_back(i);
    }
    owner_starts_.push_back(size());
    owner_documents_ = std::move(order);
}

double Segment::growth_of(std::uint32_t document, const Counts& counts) const {
    return boost(counts.popularity()) / static_cast<double>(boosts_[document]);
}

void Segment::set_counts(std::uint32_t document, const Counts& counts) {
    auto& c = changing_[document];
    c.likes.store(counts.likes, std::memory_order_relaxed);
    c.comments.store(counts.comments, std::memory_order_relaxed);
    c.reposts.store(counts.reposts, std::memory_order_relaxed);
    const auto grown = growth_of(document, counts);
    if (grown > growth_.load(std::memory_order_relaxed)) growth_.store(grown, std::memory_order_relaxed);
}

void Segment::kill(std::uint32_t document, std::uint32_t at) {
    auto& died = changing_[document].died;
    if (died.load(std::memory_order_relaxed) == 0) ++dead_;
    died.store(at, std::memory_order_relaxed);
}

std::size_t Segment::bytes() const {
    return vocabulary_.bytes() + terms_.size() * sizeof(TermInfo) + postings_.size() +
           skips_.size() * sizeof(Skip) + windows_.size() * sizeof(Window) + ids_.size() +
           size() * (5 * sizeof(std::uint32_t) + sizeof(std::int64_t) + sizeof(float) + sizeof(Changing)) +
           8 * owner_list_.size() + 4 * (tags_.size() + tag_starts_.size());
}

void PostingReader::seek(std::uint32_t document) {
    if (document_ >= document) return;
    if (!skips_.empty()) {
        const auto after = std::ranges::lower_bound(skips_, document, {}, &Skip::document);
        if (after != skips_.begin()) {
            const auto& skip = *std::prev(after);
            if (start_ + skip.start > at_) at_ = start_ + skip.start, last_ = skip.document;
        }
    }
    do next();
    while (document_ < document);
}

}  // namespace grover::search
