#include "platform/api/inputs.hpp"

#include <algorithm>

namespace grover::api {
namespace {

using wire::FieldRules;
using wire::JsonView;

// Calls f for the name and each alias until it returns true.
template <class F>
bool any_name(std::string_view name, const FieldRules& rules, F&& f) {
    if (f(name)) return true;
    for (const auto alias : rules.also) {
        if (alias.empty()) return false;
        if (f(alias)) return true;
    }
    return false;
}

const http::FormField* last_of(const std::vector<http::FormField>& fields, std::string_view name) {
    const auto found =
        std::find_if(fields.rbegin(), fields.rend(), [&](const auto& f) { return f.name == name; });
    return found == fields.rend() ? nullptr : &*found;
}

}  // namespace

Found Inputs::find(std::string_view name, const FieldRules& rules) const {
    Found out;
    const auto take = [&](wire::Where where, std::string_view text) {
        out = {Found::Form::text, where, text, {}};
        return true;
    };
    const auto in_pairs = [&](const std::vector<http::FormField>& fields, wire::Where where) {
        return any_name(name, rules, [&](std::string_view key) {
            const auto* field = last_of(fields, key);
            return field && take(where, field->value);
        });
    };
    if (rules.where & wire::in_path) {
        for (const auto& [key, value] : path) {
            if (key == name) {
                take(wire::in_path, value);
                return out;
            }
        }
    }
    if (rules.where & (wire::in_body | wire::in_file)) {
        if (const JsonView given = json ? json->root() : object; given.present()) {
            const bool found = any_name(name, rules, [&](std::string_view key) {
                const JsonView value = given.find(key);
                if (value.present() && value.is_null() && rules.null_is_empty) return take(wire::in_body, "");
                if (!value.present() || value.is_null()) return false;
                out = {Found::Form::json, wire::in_body, {}, value};
                return true;
            });
            if (found) return out;
        }
        if (in_pairs(form, wire::in_body)) return out;
    }
    if (rules.where & wire::in_query) in_pairs(query, wire::in_query);
    return out;
}

std::vector<std::string_view> Inputs::find_all(std::string_view name, const FieldRules& rules,
                                               wire::Where& where) const {
    std::vector<std::string_view> values;
    const auto collect = [&](const std::vector<http::FormField>& fields, wire::Where place) {
        return any_name(name, rules, [&](std::string_view key) {
            for (const auto& field : fields) {
                const std::string_view given = field.name;
                if (given == key ||
                    (given.size() == key.size() + 2 && given.starts_with(key) && given.ends_with("[]")))
                    values.push_back(field.value);
            }
            where = place;
            return !values.empty();
        });
    };
    if ((rules.where & wire::in_body) && collect(form, wire::in_body)) return values;
    if (rules.where & wire::in_query) collect(query, wire::in_query);
    return values;
}

std::optional<http::UploadedFile> Inputs::take_file(std::string_view name, const FieldRules& rules) {
    std::optional<http::UploadedFile> out;
    any_name(name, rules, [&](std::string_view key) {
        const auto found =
            std::find_if(files.begin(), files.end(), [&](const auto& f) { return f.part_name == key; });
        if (found == files.end()) return false;
        out = std::move(*found);
        files.erase(found);
        return true;
    });
    return out;
}

bool Inputs::has_file(std::string_view name, const FieldRules& rules) const {
    return any_name(name, rules, [&](std::string_view key) {
        return std::any_of(files.begin(), files.end(), [&](const auto& f) { return f.part_name == key; });
    });
}

}  // namespace grover::api
