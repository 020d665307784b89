// All different terms of a segment, sorted, and how a query's word finds those it matches. Immutable: any thread.
//
// A term is a word, or a marked word that only an equal one finds: its first byte says so (kMarks).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/function_ref.hpp"

namespace grover::search {

// "#" whole hashtags, "@" mentions, "\x01" everything else that is looked up whole.
constexpr bool is_marked(std::string_view term) {
    return !term.empty() && (term[0] == '#' || term[0] == '@' || term[0] == '\x01');
}

class Vocabulary {
public:
    // In ascending order, each once.
    void add(std::string_view term);
    // After the last one: prepares the search for parts of words.
    void finish();

    std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }
    std::string_view at(std::uint32_t term) const {
        const std::uint32_t start = term == 0 ? 0 : ends_[term - 1];
        return std::string_view(text_).substr(start, ends_[term] - start);
    }
    std::optional<std::uint32_t> find(std::string_view term) const;
    // The terms beginning with `prefix`: [first, last).
    std::pair<std::uint32_t, std::uint32_t> range(std::string_view prefix) const;
    // Calls f(term) for the unmarked terms that contain `part` behind their beginning; at least 3 bytes.
    void containing(std::string_view part, FunctionRef<void(std::uint32_t)> f) const;

    std::size_t bytes() const {
        return text_.capacity() + 4 * (ends_.capacity() + gram_starts_.capacity() + gram_terms_.capacity());
    }

    const std::string& text() const { return text_; }
    const std::vector<std::uint32_t>& ends() const { return ends_; }
    // What text() and ends() of another one held.
    static Vocabulary of(std::string text, std::vector<std::uint32_t> ends);

private:
    std::uint32_t lower_bound(std::string_view term) const;

    std::string text_;
    std::vector<std::uint32_t> ends_;
    // For each hash of three bytes the terms that contain them: gram_terms_[gram_starts_[h] .. gram_starts_[h + 1]).
    std::vector<std::uint32_t> gram_starts_;
    std::vector<std::uint32_t> gram_terms_;
};

}  // namespace grover::search
