#include "platform/search/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace grover::search {
namespace {

// As many lists as terms, up to this: a small vocabulary needs no large table.
constexpr std::uint32_t kMostLists = 1u << 15;

std::uint32_t hash_of(const char* three, std::uint32_t lists) {
    const auto byte = [&](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(three[i])); };
    const std::uint32_t value = (byte(0) << 16) | (byte(1) << 8) | byte(2);
    return ((value * 2'654'435'761u) >> 15) & (lists - 1);
}

// The different hashes of a term.
void hashes_of(std::string_view term, std::uint32_t lists, std::vector<std::uint32_t>& out) {
    out.clear();
    if (is_marked(term)) return;
    for (std::size_t i = 0; i + 3 <= term.size(); ++i) out.push_back(hash_of(term.data() + i, lists));
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
}

}  // namespace

void Vocabulary::add(std::string_view term) {
    text_ += term;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
}

void Vocabulary::finish() {
    text_.shrink_to_fit();
    ends_.shrink_to_fit();
    const std::uint32_t lists = std::min(std::bit_ceil(std::max(size(), 1u)), kMostLists);
    gram_starts_.assign(lists + 1, 0);
    std::vector<std::uint32_t> hashes;
    for (std::uint32_t term = 0; term < size(); ++term) {
        hashes_of(at(term), lists, hashes);
        for (const auto hash : hashes) ++gram_starts_[hash + 1];
    }
    std::partial_sum(gram_starts_.begin(), gram_starts_.end(), gram_starts_.begin());
    gram_terms_.resize(gram_starts_.back());
    auto next = gram_starts_;
    for (std::uint32_t term = 0; term < size(); ++term) {
        hashes_of(at(term), lists, hashes);
        for (const auto hash : hashes) gram_terms_[next[hash]++] = term;
    }
}

Vocabulary Vocabulary::of(std::string text, std::vector<std::uint32_t> ends) {
    Vocabulary out;
    out.text_ = std::move(text);
    out.ends_ = std::move(ends);
    out.finish();
    return out;
}

std::uint32_t Vocabulary::lower_bound(std::string_view term) const {
    std::uint32_t low = 0;
    std::uint32_t high = size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (at(middle) < term) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

std::optional<std::uint32_t> Vocabulary::find(std::string_view term) const {
    const auto found = lower_bound(term);
    if (found == size() || at(found) != term) return std::nullopt;
    return found;
}

std::pair<std::uint32_t, std::uint32_t> Vocabulary::range(std::string_view prefix) const {
    // UTF-8 never holds 0xFF, so no term is above this and begins with the prefix.
    return {lower_bound(prefix), lower_bound(std::string(prefix) + '\xFF')};
}

void Vocabulary::containing(std::string_view part, FunctionRef<void(std::uint32_t)> f) const {
    if (part.size() < 3 || gram_starts_.empty()) return;
    const auto lists = static_cast<std::uint32_t>(gram_starts_.size() - 1);
    std::uint32_t best = 0;
    std::uint32_t shortest = UINT32_MAX;
    for (std::size_t i = 0; i + 3 <= part.size(); ++i) {
        const auto hash = hash_of(part.data() + i, lists);
        const auto length = gram_starts_[hash + 1] - gram_starts_[hash];
        if (length < shortest) shortest = length, best = hash;
    }
    for (auto i = gram_starts_[best]; i < gram_starts_[best + 1]; ++i) {
        const auto where = at(gram_terms_[i]).find(part);
        if (where != std::string_view::npos && where > 0) f(gram_terms_[i]);
    }
}

}  // namespace grover::search
