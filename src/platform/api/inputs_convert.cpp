// What was found in a request, as the values that its fields describe.
#include "platform/api/inputs.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "platform/base/id.hpp"
#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::api {
namespace {

using wire::FieldRules;
using wire::JsonKind;
using wire::JsonView;

bool refuse(Issue& issue, std::string_view msg, std::string_view type) {
    issue.msg = msg;
    issue.type = type;
    return false;
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

bool in_range(double value, const FieldRules& rules, Issue& issue) {
    const auto bound = [](double number) {
        std::string text;
        wire::append_number(text, number);
        return text;
    };
    if (value < rules.low)
        return refuse(issue, "Input should be greater than or equal to " + bound(rules.low),
                      "greater_than_equal");
    if (value > rules.high)
        return refuse(issue, "Input should be less than or equal to " + bound(rules.high), "less_than_equal");
    return true;
}

// Digits with an optional sign, saturated to 64 bits; nothing when it is anything else.
std::optional<std::int64_t> whole_number(std::string_view text) {
    text = trimmed(text);
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    if (text.empty() || text.size() > 100 ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc::result_out_of_range) return negative ? INT64_MIN : INT64_MAX;
    return negative ? -value : value;
}

// A whole number too large for JsonView::integer(), saturated likewise; nothing for a fraction.
std::optional<std::int64_t> whole_number(double number) {
    if (number != std::floor(number)) return std::nullopt;
    return number < 0 ? INT64_MIN : INT64_MAX;
}

bool check_text(std::string_view text, const FieldRules& rules, Issue& issue) {
    if (!text::is_valid_utf8(text)) return refuse(issue, "Input should be valid UTF-8", "string_unicode");
    const auto length = text::count_code_points(text);
    if (length < rules.min_length) {
        return refuse(issue,
                      "String should have at least " + std::to_string(rules.min_length) +
                          (rules.min_length == 1 ? " character" : " characters"),
                      "string_too_short");
    }
    if (length > rules.max_length) {
        return refuse(issue, "String should have at most " + std::to_string(rules.max_length) + " characters",
                      "string_too_long");
    }
    return true;
}

}  // namespace

std::string_view place_of(wire::Where where) {
    if (where == wire::in_path) return "path";
    if (where == wire::in_query) return "query";
    return "body";
}

bool convert(const Found& in, const FieldRules& rules, std::string& out, Issue& issue) {
    std::string_view text = in.text;
    if (in.form == Found::Form::json) {
        if (in.json.kind() != JsonKind::string)
            return refuse(issue, "Input should be a valid string", "string_type");
        text = in.json.string();
    }
    if (rules.trim) text = trimmed(text);
    if (!check_text(text, rules, issue)) return false;
    out = text;
    return true;
}

bool convert(const Found& in, const FieldRules&, bool& out, Issue& issue) {
    const auto wrong = [&] { return refuse(issue, "Input should be a valid boolean", "bool_parsing"); };
    std::string word;
    if (in.form == Found::Form::json) {
        if (in.json.kind() == JsonKind::boolean) {
            out = in.json.boolean();
            return true;
        }
        if (in.json.kind() == JsonKind::string) {
            word = lower(in.json.string());
        } else if (const auto number = in.json.integer()) {
            word = std::to_string(*number);
        }
    } else {
        word = lower(in.text);
    }
    for (const auto yes : {"true", "1", "yes", "on"}) {
        if (word == yes) return out = true;
    }
    for (const auto no : {"false", "0", "no", "off"}) {
        if (word == no) {
            out = false;
            return true;
        }
    }
    return wrong();
}

bool convert(const Found& in, const FieldRules& rules, std::int64_t& out, Issue& issue) {
    std::optional<std::int64_t> value;
    if (in.form == Found::Form::text) {
        value = whole_number(in.text);
    } else if (in.json.kind() == JsonKind::string) {
        value = whole_number(in.json.string());
    } else {
        value = in.json.integer();
        if (!value && in.json.kind() == JsonKind::number) value = whole_number(in.json.number());
    }
    if (!value) return refuse(issue, "Input should be a valid integer", "int_parsing");
    if (rules.clamp) {
        *value = static_cast<std::int64_t>(std::clamp(static_cast<double>(*value), rules.low, rules.high));
    } else if (!in_range(static_cast<double>(*value), rules, issue)) {
        return false;
    }
    if (*value == INT64_MIN || *value == INT64_MAX)
        return refuse(issue, "Input should be a valid integer", "int_parsing_size");
    out = *value;
    return true;
}

bool convert(const Found& in, const FieldRules& rules, int& out, Issue& issue) {
    std::int64_t wide = 0;
    if (!convert(in, rules, wide, issue)) return false;
    if (wide < INT32_MIN || wide > INT32_MAX)
        return refuse(issue, "Input should be a valid integer", "int_parsing_size");
    out = static_cast<int>(wide);
    return true;
}

bool convert(const Found& in, const FieldRules& rules, double& out, Issue& issue) {
    const auto wrong = [&] { return refuse(issue, "Input should be a valid number", "float_parsing"); };
    const auto parse = [&](std::string_view text) {
        text = trimmed(text);
        const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
        return result.ec == std::errc{} && result.ptr == text.data() + text.size();
    };
    if (in.form == Found::Form::text) {
        if (!parse(in.text)) return wrong();
    } else if (in.json.kind() == JsonKind::string) {
        if (!parse(in.json.string())) return wrong();
    } else if (in.json.kind() == JsonKind::integer || in.json.kind() == JsonKind::number) {
        out = in.json.number();
    } else {
        return wrong();
    }
    if (!std::isfinite(out)) return wrong();
    return in_range(out, rules, issue);
}

bool convert(const Found& in, const FieldRules&, Time& out, Issue& issue) {
    const auto wrong = [&] { return refuse(issue, "Input should be a valid datetime", "datetime_parsing"); };
    std::string_view text = in.text;
    if (in.form == Found::Form::json) {
        if (in.json.kind() != JsonKind::string) return wrong();
        text = in.json.string();
    }
    const auto parsed = text::parse_time(trimmed(text));
    if (!parsed) return wrong();
    out = *parsed;
    return true;
}

bool convert(const Found& in, const FieldRules& rules, Cents& out, Issue& issue) {
    double dollars = 0;
    FieldRules unbounded = rules;
    unbounded.low = -1e12, unbounded.high = 1e12;  // the amount's own bounds are rules of the domain: 400
    const bool is_json_text = in.form == Found::Form::json && in.json.kind() == JsonKind::string;
    const std::string_view text = is_json_text ? in.json.string() : in.text;
    if (text.find_first_of("eE") != std::string_view::npos)
        return refuse(issue, "Input should be a valid amount", "float_parsing");
    if (!convert(in, unbounded, dollars, issue)) return false;
    out = {static_cast<std::int64_t>(std::floor(dollars * 100 + 0.5 + 1e-9))};
    return true;
}

namespace {

bool read_list(const Inputs& inputs, std::string_view name, const FieldRules& rules, bool& present,
               wire::Where& where, std::vector<std::string>& out, Issue& issue) {
    const auto add = [&](std::string_view item) {
        if (!text::is_valid_utf8(item)) return refuse(issue, "Input should be valid UTF-8", "string_unicode");
        if (out.size() >= 1'000) return refuse(issue, "List is too long", "too_long");
        out.emplace_back(item);
        return true;
    };
    const auto add_json = [&](JsonView list) {
        if (list.kind() != JsonKind::array) return refuse(issue, "Input should be a valid list", "list_type");
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (list.at(i).kind() != JsonKind::string)
                return refuse(issue, "Input should be a list of strings", "string_type");
            if (!add(list.at(i).string())) return false;
        }
        return true;
    };
    const auto add_text = [&](std::string_view text) {
        if (rules.json_text) {
            if (trimmed(text).empty()) return true;  // forms cannot say null
            const auto document = wire::JsonDocument::parse(text);
            return document ? add_json(document->root())
                            : refuse(issue, "Input should be a JSON list of strings", "json_invalid");
        }
        if (!rules.comma_list) return add(text);
        while (true) {
            const auto comma = text.find(',');
            const auto item = trimmed(text.substr(0, comma));
            if (!item.empty() && !add(item)) return false;
            if (comma == std::string_view::npos) return true;
            text.remove_prefix(comma + 1);
        }
    };

    out.clear();
    const Found found = inputs.find(name, rules);
    where = found.where;
    present = found.form != Found::Form::absent;
    if (found.form == Found::Form::json) {
        // A text is a list only where the contract says so; a query string or a form has no other way to say one item.
        const bool is_text = found.json.kind() == JsonKind::string && (rules.comma_list || rules.json_text);
        return is_text ? add_text(found.json.string()) : add_json(found.json);
    }
    const auto values = inputs.find_all(name, rules, where);
    if (values.empty()) return true;
    present = true;
    // One text may be the whole list; several are its items.
    if (values.size() == 1) return add_text(values.front());
    return std::all_of(values.begin(), values.end(), add);
}

}  // namespace

bool convert_list(const Inputs& inputs, std::string_view name, const FieldRules& rules, bool& present,
                  wire::Where& where, std::vector<std::string>& out, Issue& issue) {
    if (!read_list(inputs, name, rules, present, where, out, issue)) return false;
    const auto items = [](std::size_t count) {
        return std::to_string(count) + (count == 1 ? " item" : " items");
    };
    if (present && out.size() < rules.min_length)
        return refuse(issue, "List should have at least " + items(rules.min_length), "too_short");
    if (out.size() > rules.max_length)
        return refuse(issue, "List should have at most " + items(rules.max_length), "too_long");
    return true;
}

bool convert_id(const Found& in, std::string& out, Issue& issue) {
    if (in.form == Found::Form::json) {
        if (in.json.kind() != JsonKind::string)
            return refuse(issue, "Input should be a valid string", "string_type");
        out = in.json.string();
    } else {
        out = in.text;
    }
    if (!text::is_valid_utf8(out)) return refuse(issue, "Input should be valid UTF-8", "string_unicode");
    return true;
}

std::optional<std::string> id_problem(std::string_view text, std::string_view kind) {
    if (text.empty()) return "Invalid " + std::string(kind);
    if (text.size() > kMaxIdLength && text::count_code_points(text) > kMaxIdLength)
        return std::string(kind) + " too long";
    if (!is_well_formed_id(text)) return "Invalid " + std::string(kind) + " format";
    return std::nullopt;
}

bool one_of(std::string_view text, std::span<const std::string_view> names, std::size_t& index,
            Issue& issue) {
    for (index = 0; index < names.size(); ++index) {
        if (names[index] == text) return true;
    }
    issue.msg = "Input should be ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) issue.msg += i + 1 == names.size() ? " or " : ", ";
        issue.msg += "'" + std::string(names[i]) + "'";
    }
    issue.type = "enum";
    return false;
}

bool convert_page(const Inputs& inputs, int default_limit, PageRequest& out, std::string& cursor,
                  std::vector<FieldError>& errors) {
    FieldRules rules;
    rules.where = wire::in_query;
    const auto number = [&](std::string_view name, std::int64_t initial) {
        const Found found = inputs.find(name, rules);
        if (found.form == Found::Form::absent || found.text.empty()) return initial;
        const auto value = whole_number(found.text);
        if (!value)
            errors.push_back(
                {{"query", std::string(name)}, "Input should be a valid integer", "int_parsing"});
        return value.value_or(initial);
    };
    const auto before = errors.size();
    out.limit = static_cast<int>(std::clamp<std::int64_t>(number("limit", default_limit), 1, kMaxPageSize));
    out.skip = std::clamp<std::int64_t>(number("skip", 0), 0, kMaxSkip);
    cursor = inputs.find("cursor", rules).text;
    return errors.size() == before;
}

}  // namespace grover::api
