#include "platform/http/message.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace grover::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string_view to_string(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            break;
    }
    return "OTHER";
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
    return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(),
                                                          [](char a, char b) { return lower(a) == b; });
}

std::string_view RequestHead::header(std::string_view lower_case_name) const {
    for (const Header& header : headers) {
        if (equals_ignoring_case(header.name, lower_case_name)) return header.value;
    }
    return {};
}

Response::~Response() {
    if (file && file->fd >= 0) ::close(file->fd);
}

void Response::add_header(std::string_view name, std::string_view value) {
    // A value that came from outside must not end the line: what would is left out.
    const auto ends_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    headers_ += name;
    headers_ += ": ";
    if (std::none_of(value.begin(), value.end(), ends_line)) {
        headers_ += value;
    } else {
        std::copy_if(value.begin(), value.end(), std::back_inserter(headers_), std::not_fn(ends_line));
    }
    headers_ += "\r\n";
}

bool Response::has_header(std::string_view name) const {
    for (std::string_view rest = headers_; !rest.empty();) {
        const auto end = rest.find("\r\n");
        if (rest.size() > name.size() && rest[name.size()] == ':' &&
            std::equal(name.begin(), name.end(), rest.begin(),
                       [](char a, char b) { return lower(a) == lower(b); })) {
            return true;
        }
        rest.remove_prefix(end + 2);
    }
    return false;
}

void Response::clear() {
    if (file && file->fd >= 0) ::close(file->fd);
    file.reset();
    status = 200;
    body.clear();
    shared_body.reset();
    content_type = "application/json";
    may_compress = true;
    close = false;
    headers_.clear();
}

}  // namespace grover::http
