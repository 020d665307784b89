#include "domains/discovery/search_highlights.hpp"

#include <algorithm>

#include "platform/search/typos.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/words.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::discovery {
namespace {

// Whether an indexed word is met by one of the query's, as match.cpp says.
class Meets {
public:
    Meets(const search::Query& query, bool with_typos) : query_(query) {
        for (const auto& phrase : query.phrases) exact_.insert(exact_.end(), phrase.begin(), phrase.end());
        for (const auto& tag : query.tags) {
            for (auto& word : text::words_of(tag)) exact_.push_back(std::move(word));
        }
        if (!with_typos) return;
        for (const auto& word : query.words) typos_.emplace_back(word);
    }

    bool operator()(std::string_view word) {
        if (std::ranges::find(exact_, word) != exact_.end()) return true;
        for (const auto& wanted : query_.words) {
            const auto at = word.find(wanted);
            if (at == std::string_view::npos) continue;
            const auto letters = text::count_code_points(wanted);
            if (word == wanted || letters >= 3 || (at == 0 && letters >= 2)) return true;
        }
        return std::ranges::any_of(typos_, [&](auto& typo) { return typo.distance(word) >= 0; });
    }

private:
    const search::Query& query_;
    std::vector<std::string> exact_;
    std::vector<search::TypoFinder> typos_;
};

}  // namespace

// Folding changes how many characters a word has, so what is marked is a whole run of word characters as it was written.
void add_highlights(std::vector<Highlight>& out, std::string_view field, std::string_view text,
                    const search::Query& query, bool with_typos) {
    Meets meets(query, with_typos);
    std::int64_t position = 0;
    for (std::size_t at = 0; at < text.size() && out.size() < kMostHighlights;) {
        auto end = at;
        char32_t c = text::next_code_point(text, end);
        if (!text::starts_word(c)) {
            at = end;
            ++position;
            continue;
        }
        std::int64_t length = 1;
        while (end < text.size()) {
            auto next = end;
            c = text::next_code_point(text, next);
            if (!text::is_word_code_point(c) && c != '+' && c != '#') break;
            end = next;
            ++length;
        }
        const auto run = text.substr(at, end - at);
        bool met = false;
        text::each_word(text::fold_for_search(run), [&](std::string_view word) { met = met || meets(word); });
        if (met) {
            // "c++" is a word; other signs at its end are none.
            auto shown = run;
            while (shown.ends_with('+') || shown.ends_with('#')) {
                const auto words = text::words_of(shown);
                if (!words.empty() && (words.back() == "c++" || words.back() == "c#")) break;
                shown.remove_suffix(1);
            }
            out.push_back({std::string(field), position,
                           length - static_cast<std::int64_t>(run.size() - shown.size())});
        }
        position += length;
        at = end;
    }
}

std::string with_highlights(std::string_view posts,
                            const std::map<PostId, std::vector<Highlight>>& highlights) {
    constexpr std::string_view kId = "\"post_id\":\"";
    std::string out;
    out.reserve(posts.size());
    int depth = 0;
    bool in_text = false;
    std::size_t start = 0;  // of the post
    for (std::size_t i = 0; i < posts.size(); ++i) {
        const char c = posts[i];
        if (in_text) {
            if (c == '\\') {
                out += posts.substr(i, 2);
                ++i;
                continue;
            }
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth == 2) start = i;
        } else if (c == '}' || c == ']') {
            if (--depth == 1) {
                // The post's own id is its first member of that name.
                auto id = posts.substr(posts.find(kId, start) + kId.size());
                const auto found = highlights.find(PostId(id.substr(0, id.find('"'))));
                out += ",\"highlights\":";
                wire::write(out, found == highlights.end() ? std::vector<Highlight>{} : found->second);
            }
        }
        out += c;
    }
    return out;
}

}  // namespace grover::discovery
