// The inputs of one request as they came, and their conversion to the members of a request struct.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/base/page.hpp"
#include "platform/http/form.hpp"
#include "platform/http/multipart.hpp"
#include "platform/wire/fields.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::api {

// One value found for a field.
struct Found {
    enum class Form : std::uint8_t { absent, text, json };
    Form form = Form::absent;
    wire::Where where = wire::nowhere;
    std::string_view text;
    wire::JsonView json;
};

// Why a value was refused: 422.
struct Issue {
    std::string msg;
    std::string type;
};

class Inputs {
public:
    std::vector<std::pair<std::string_view, std::string>> path;  // decoded
    std::vector<http::FormField> query;
    std::vector<http::FormField> form;
    std::vector<http::UploadedFile> files;
    std::optional<wire::JsonDocument> json;
    wire::JsonView object;      // instead of `json`, part of a document that somebody else holds
    std::string_view body;      // as sent, unless it was multipart
    std::string held_body;      // what `body` views when texts were taken out of it
    bool is_cut_short = false;  // a file was too large; what followed it is not here
    // The body calls itself what it is not. What could be read of it is here, so that all that is missing is named.
    std::optional<FieldError> malformed;

    // The value of a field by its rules: path, then body, then query; names before aliases. JSON null is absent.
    Found find(std::string_view name, const wire::FieldRules& rules) const;
    // All values of a repeated form or query key ("a", also "a[]").
    std::vector<std::string_view> find_all(std::string_view name, const wire::FieldRules& rules,
                                           wire::Where& where) const;
    // Takes the file part of that name out.
    std::optional<http::UploadedFile> take_file(std::string_view name, const wire::FieldRules& rules);
    bool has_file(std::string_view name, const wire::FieldRules& rules) const;
};

std::string_view place_of(wire::Where where);  // "path", "body", "query"

// Conversions of one value; false fills in the issue.
bool convert(const Found& in, const wire::FieldRules& rules, std::string& out, Issue& issue);
bool convert(const Found& in, const wire::FieldRules& rules, bool& out, Issue& issue);
bool convert(const Found& in, const wire::FieldRules& rules, std::int64_t& out, Issue& issue);
bool convert(const Found& in, const wire::FieldRules& rules, double& out, Issue& issue);
bool convert(const Found& in, const wire::FieldRules& rules, Time& out, Issue& issue);
bool convert(const Found& in, const wire::FieldRules& rules, Cents& out, Issue& issue);
bool convert(const Found& in, const wire::FieldRules& rules, int& out, Issue& issue);
// A list of texts from a JSON array, repeated keys, "a, b" (comma_list) or a JSON array as text (json_text).
bool convert_list(const Inputs& inputs, std::string_view name, const wire::FieldRules& rules, bool& present,
                  wire::Where& where, std::vector<std::string>& out, Issue& issue);
// The text of an id, unchecked: `id_problem` says what is wrong with it (400), or nothing.
bool convert_id(const Found& in, std::string& out, Issue& issue);
std::optional<std::string> id_problem(std::string_view text, std::string_view kind);
bool one_of(std::string_view text, std::span<const std::string_view> names, std::size_t& index, Issue& issue);
// limit, skip and cursor of system.md §2; an undecodable cursor is left in `cursor` for the caller to authenticate.
bool convert_page(const Inputs& inputs, int default_limit, PageRequest& out, std::string& cursor,
                  std::vector<FieldError>& errors);

}  // namespace grover::api
