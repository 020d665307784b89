// The headers of one part of a multipart body.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grover::http {

struct PartHeaders {
    std::string name;
    std::optional<std::string> file_name;
    std::string content_type;

    // A part that carries a file: it says so by a file name, or at least by a type that no text field has.
    bool is_file() const;
};

// `lines` end with CRLF each. Nothing if there is no form-data disposition with a name.
std::optional<PartHeaders> parse_part_headers(std::string_view lines);

// A parameter of a header value ("multipart/form-data; boundary=x"), unquoted. Names are given in lower case.
std::optional<std::string> header_parameter(std::string_view value, std::string_view lower_case_name);

}  // namespace grover::http
