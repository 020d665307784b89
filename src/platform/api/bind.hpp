// From the inputs of a request to the struct that describes them. Every bad field is reported at once (422); what the
// helpers of system.md §6 refuse (400) counts only when the shape is right.
#pragma once

#include <concepts>
#include <stdexcept>
#include <type_traits>

#include "platform/api/inputs.hpp"

namespace grover::api {

struct Problems {
    std::vector<FieldError> fields;      // 422
    std::optional<std::string> refused;  // 400, the first
    std::string cursor;                  // as sent; authenticated by the dispatcher

    void add(wire::Where where, std::string_view name, Issue issue) {
        fields.push_back(
            {{std::string(place_of(where)), std::string(name)}, std::move(issue.msg), std::move(issue.type)});
    }
};

template <class T>
inline constexpr bool is_id = requires {
    typename T::tag;
};

template <class M>
inline constexpr bool is_optional_id = false;
template <class M>
inline constexpr bool is_optional_id<std::optional<M>> = is_id<M>;

template <class M>
bool convert_member(const Found& in, std::string_view name, const wire::FieldRules& rules, M& out,
                    Issue& issue, Problems& problems) {
    if constexpr (wire::is_optional<M>) {
        return convert_member(in, name, rules, out.emplace(), issue, problems);
    } else if constexpr (is_id<M>) {
        std::string text;
        if (!convert_id(in, text, issue)) return false;
        if (auto problem = id_problem(text, name)) {
            if (!problems.refused) problems.refused = std::move(problem);
        } else {
            out = M(text);
        }
        return true;
    } else if constexpr (wire::NamedEnum<M>) {
        std::string text;
        wire::FieldRules plain;
        if (!convert(in, plain, text, issue)) return false;
        std::size_t index = 0;
        const auto names = enum_names(M{});
        if (!one_of(text, names, index, issue)) return false;
        out = static_cast<M>(index);
        return true;
    } else if constexpr (wire::is_vector<M>) {
        return convert_objects(in, rules, out, issue);
    } else {
        return convert(in, rules, out, issue);
    }
}

// A list of objects from a JSON array, or from a text that holds one (forms). Its length and the types of what the objects
// hold are checked here, their rules are not.
template <class T>
bool convert_objects(const Found& in, const wire::FieldRules& rules, std::vector<T>& out, Issue& issue) {
    constexpr std::size_t kMost = 1'000;
    std::optional<wire::JsonDocument> document;
    wire::JsonView list = in.json;
    if (in.form == Found::Form::text) {
        document = wire::JsonDocument::parse(in.text);
        if (document) list = document->root();
    }
    const bool is_list = (in.form == Found::Form::json || document) && list.kind() == wire::JsonKind::array;
    if (!is_list) {
        issue = {"Input should be a valid list", "list_type"};
        return false;
    }
    if (list.size() < rules.min_length || list.size() > std::min<std::size_t>(rules.max_length, kMost)) {
        issue = {"List has too few or too many items", "too_long"};
        return false;
    }
    try {
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (list.at(i).kind() != wire::JsonKind::object) throw std::invalid_argument("no object");
            wire::read_into(list.at(i), out.emplace_back());
        }
    } catch (const std::invalid_argument&) {
        issue = {"Input should be a list of objects with values of the right types", "list_type"};
        return false;
    }
    return true;
}

template <class M>
inline constexpr bool is_page = std::is_same_v<M, PageRequest>;

// `out` is the struct of the field, or one that inherits it.
template <class Struct, class M>
void bind_field(Inputs& inputs, const wire::Field<Struct, M>& field, std::type_identity_t<Struct>& out,
                Problems& problems) {
    const auto& rules = field.rules;
    Issue issue;
    if constexpr (is_page<M>) {
        convert_page(inputs, static_cast<int>(rules.high), out.*field.member, problems.cursor,
                     problems.fields);
    } else if constexpr (std::is_same_v<M, std::optional<http::UploadedFile>>) {
        out.*field.member = inputs.take_file(field.name, rules);
        // Nobody's second file is left out in silence.
        if (inputs.has_file(field.name, rules))
            problems.add(wire::in_body, field.name, {"Send one file", "too_long"});
    } else if constexpr (std::is_same_v<M, std::vector<std::string>> ||
                         std::is_same_v<M, std::optional<std::vector<std::string>>>) {
        std::vector<std::string> values;
        bool present = false;
        wire::Where where = wire::in_body;
        if (!convert_list(inputs, field.name, rules, present, where, values, issue))
            return problems.add(where, field.name, std::move(issue));
        if (present) {
            out.*field.member = std::move(values);
        } else if (wire::is_required_list<M>(rules)) {
            problems.add((rules.where & wire::in_body) ? wire::in_body : rules.where, field.name,
                         {"Field required", "missing"});
        }
    } else {
        const Found found = inputs.find(field.name, rules);
        // An empty text for anything but a text is no value: forms and query strings cannot say null. Clients in the field
        // send an empty id in JSON as well.
        constexpr bool is_text =
            std::is_same_v<M, std::string> || std::is_same_v<M, std::optional<std::string>>;
        const bool empty_text = found.form == Found::Form::text && found.text.empty();
        const bool empty_id = is_optional_id<M> && found.form == Found::Form::json &&
                              found.json.kind() == wire::JsonKind::string && found.json.string().empty();
        const bool empty_optional = wire::is_optional<M> && !is_text && (empty_text || empty_id);
        if constexpr (wire::is_optional<M>) {
            // Null says "none", where that differs from saying nothing.
            if (empty_optional && rules.null_is_empty) {
                (out.*field.member).emplace();
                return;
            }
        }
        if (found.form == Found::Form::absent || empty_optional) {
            if constexpr (!wire::is_optional<M>) {
                if (!rules.or_default) {
                    const auto where = (rules.where & wire::in_body) ? wire::in_body : rules.where;
                    problems.add(where, field.name, {"Field required", "missing"});
                }
            }
            return;
        }
        if (!convert_member(found, field.name, rules, out.*field.member, issue, problems))
            problems.add(found.where, field.name, std::move(issue));
    }
}

// A request that no field alone shows to be wrong says so itself, when its fields are in shape: 422, and so before the
// refusals of values (400) and of everything that has to be looked up.
//     std::optional<FieldError> misfit() const;
template <class T>
concept KnowsMisfit = requires(const T& in) {
    { in.misfit() } -> std::same_as<std::optional<FieldError>>;
};

template <class T>
void bind(Inputs& inputs, T& out, Problems& problems) {
    unpack([&](const auto&... f) { (bind_field(inputs, f, out, problems), ...); }, T::fields);
    if constexpr (KnowsMisfit<T>) {
        if (!problems.fields.empty()) return;
        if (auto misfit = out.misfit()) problems.fields.push_back(std::move(*misfit));
    }
}

// `page(&X::page)` describes a PageRequest: limit, skip and cursor.
template <class Struct>
constexpr auto page(PageRequest Struct::*member, int default_limit = kDefaultPageSize) {
    return wire::field("limit", member, wire::in_query, [=](wire::FieldRules& r) { r.high = default_limit; });
}

// A file part of a multipart form; absent when there is none.
template <class Struct, class... Names>
constexpr auto file(std::string_view name, std::optional<http::UploadedFile> Struct::*member,
                    Names... aliases) {
    return wire::field(name, member, wire::in_file, wire::also(aliases...));
}

}  // namespace grover::api
