#include "platform/api/request_body.hpp"

#include <algorithm>
#include <cctype>

#include "platform/http/form.hpp"
#include "platform/http/long_texts.hpp"
#include "platform/http/multipart.hpp"

namespace grover::api {
namespace {

constexpr std::size_t kMaxBody = 1 << 20;

bool contains_no_case(std::string_view text, std::string_view lower) {
    const auto found = std::search(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    });
    return found != text.end();
}

bool is_multipart(const http::RequestHead& request) {
    return contains_no_case(request.header("content-type"), "multipart/form-data");
}

// What the endpoint reads of such a request at most.
std::uint64_t most_read(const http::RequestHead& request, const Endpoint& endpoint) {
    if (is_multipart(request)) return http::MultipartLimits{}.request_of_several_files;
    return endpoint.route.takes_base64 ? http::LongTextLimits{}.body : kMaxBody;
}

}  // namespace

void refuse_hopeless_length(const http::RequestHead& request) {
    if (request.content_length.value_or(0) > http::MultipartLimits{}.request_of_several_files)
        throw Error(ErrorKind::too_large, "Request body too large");
}

void refuse_long_body(const http::RequestHead& request, const Endpoint& endpoint) {
    const auto length = request.content_length.value_or(0);
    if (endpoint.reads_body && length > kMaxBody && length > most_read(request, endpoint))
        throw Error(ErrorKind::too_large, "Request body too large");
}

void read_body(http::Exchange& exchange, const Endpoint& endpoint, const std::string& upload_directory,
               Inputs& inputs, std::size_t& bytes_in) {
    const auto& request = exchange.request();
    const auto type = request.header("content-type");
    const bool is_form = contains_no_case(type, "application/x-www-form-urlencoded");
    const http::TextFileFields text_files(endpoint.route.takes_base64
                                              ? std::span<const std::string_view>(endpoint.file_fields)
                                              : std::span<const std::string_view>());
    if (is_multipart(request)) {
        auto form = http::read_multipart(exchange, type, upload_directory, {.text_files = text_files});
        bytes_in = form.bytes_read;
        inputs.form = std::move(form.fields);
        inputs.files = std::move(form.files);
        inputs.is_cut_short = form.is_cut_short;
        if (!form.malformed.empty())
            inputs.malformed = FieldError{{"body"}, std::move(form.malformed), "multipart_invalid"};
        return;
    }
    if (endpoint.route.takes_base64 && request.content_length.value_or(kMaxBody + 1) > kMaxBody) {
        const auto read = is_form ? http::read_form_with_files : http::read_json_with_files;
        auto large = read(exchange, text_files, upload_directory, {});
        bytes_in = large.bytes_read;
        inputs.held_body = std::move(large.body);
        inputs.files = std::move(large.files);
        inputs.body = inputs.held_body;
    } else {
        inputs.body = exchange.read_body(kMaxBody);
        bytes_in = inputs.body.size();
    }
    const auto body = inputs.body;
    if (is_form) {
        inputs.form = http::parse_form(body);
        return;
    }
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    inputs.json = wire::JsonDocument::parse(body);
    // Only what calls itself JSON must be JSON: scripts in the field send bodies that nobody reads.
    if (!contains_no_case(type, "json")) return;
    if (!inputs.json) inputs.malformed = FieldError{{"body"}, "Malformed JSON", "json_invalid"};
    // `null` is what clients send that have nothing to say.
    if (inputs.json && inputs.json->root().kind() != wire::JsonKind::object && !inputs.json->root().is_null())
        throw invalid_input({"body"}, "Input should be a valid object", "object_type");
}

}  // namespace grover::api
