// From JSON, a form or a query to a struct: whatever is sent is bound or refused, what is bound keeps its rules, and, written
// and sent again, it is the same.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/api/bind.hpp"
#include "platform/text/utf8.hpp"
#include "platform/wire/json_out.hpp"

using namespace grover;
using namespace grover::api;

namespace {

struct NoteTag {
    static constexpr std::string_view prefix = "note_";
    static constexpr std::string_view kind = "note_id";
};

enum class Mood : std::uint8_t { calm, wild };
constexpr std::array<std::string_view, 2> enum_names(Mood) { return {"calm", "wild"}; }

struct Item {
    std::string name;
    std::int64_t count = 0;
    std::vector<std::string> tags;
    static constexpr auto fields = Pack{wire::field("name", &Item::name), wire::field("count", &Item::count),
                                        wire::field("tags", &Item::tags)};
};

constexpr auto kSent = wire::in_body | wire::in_query;

struct Note {
    Id<NoteTag> id;
    std::string text;
    std::optional<std::string> more;
    std::optional<bool> loud;
    std::optional<int> count;
    std::optional<std::int64_t> wide;
    std::optional<double> ratio;
    std::optional<Time> at;
    std::optional<Cents> price;
    std::optional<Mood> mood;
    std::vector<std::string> tags;
    std::optional<std::vector<std::string>> names;
    std::optional<std::vector<Item>> items;

    static constexpr auto fields = Pack{
        wire::field("id", &Note::id, kSent),
        wire::field("text", &Note::text, kSent, wire::also("t"), wire::trimmed_length(1, 20)),
        wire::field("more", &Note::more, kSent, wire::length(0, 10)),
        wire::field("loud", &Note::loud, kSent),
        wire::field("count", &Note::count, kSent, wire::range(1, 100)),
        wire::field("wide", &Note::wide, kSent, wire::clamped(-1e6, 1e6)),
        wire::field("ratio", &Note::ratio, kSent),
        wire::field("at", &Note::at, kSent),
        wire::field("price", &Note::price, kSent),
        wire::field("mood", &Note::mood, kSent),
        wire::field("tags", &Note::tags, kSent, wire::comma_list, wire::length(0, 5)),
        wire::field("names", &Note::names, kSent, wire::json_text),
        wire::field("items", &Note::items, kSent, wire::length(0, 5)),
    };
};
static_assert(wire::describes_every_member<Note>);

void require(bool condition) {
    if (!condition) std::abort();
}

bool has_length(std::string_view text, std::size_t low, std::size_t high) {
    const auto length = text::count_code_points(text);
    return text::is_valid_utf8(text) && length >= low && length <= high;
}

bool is_bound(Inputs& inputs, Note& note) {
    Problems problems;
    bind(inputs, note, problems);
    for (const auto& problem : problems.fields)
        require(!problem.msg.empty() && text::is_valid_utf8(problem.msg));
    return problems.fields.empty() && !problems.refused;
}

void check(Note note) {
    require(is_well_formed_id(note.id.view()));
    require(has_length(note.text, 1, 20));
    require(!note.more || has_length(*note.more, 0, 10));
    require(!note.count || (*note.count >= 1 && *note.count <= 100));
    require(!note.wide || (*note.wide >= -1'000'000 && *note.wide <= 1'000'000));
    require(!note.ratio || std::isfinite(*note.ratio));
    note.ratio.reset();  // Boost.JSON may read the last bit of what is not exact differently
    require(note.tags.size() <= 5);
    require(!note.items || note.items->size() <= 5);

    const auto json = wire::to_json(note);
    Inputs again;
    again.json = wire::JsonDocument::parse(json);
    require(again.json.has_value());
    Note same;
    require(is_bound(again, same));
    require(wire::to_json(same) == json);
}

}  // namespace

// data: 'j' and JSON, or anything else and a form, the query of which may hold texts of JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    Inputs inputs;
    if (data[0] == 'j') {
        inputs.json = wire::JsonDocument::parse(text);
        if (!inputs.json) return 0;
    } else {
        try {
            (data[0] == 'f' ? inputs.form : inputs.query) = http::parse_form(text);
        } catch (const Error&) {
            return 0;
        }
    }
    if (Note note; is_bound(inputs, note)) check(std::move(note));
    return 0;
}
