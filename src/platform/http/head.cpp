#include "platform/http/head.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstring>

namespace grover::http {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;

namespace {

constexpr HeadProblem kMalformed{400, "Malformed HTTP request"};
constexpr HeadProblem kTargetTooLong{414, "URL too long"};
constexpr HeadProblem kHeadersTooLong{431, "Request headers too large"};
constexpr HeadProblem kUnknownExpectation{417, "Expectation not supported"};

// Longer than any method and version: what a first line may have besides its target.
constexpr std::size_t kLineExtra = 64;
constexpr std::size_t kMaxHeaders = 256;
constexpr std::string_view kVersion = " HTTP/1.1\r\n";

// Who may read the answer, and how it is called.
constexpr std::array<std::string_view, 2> kSalvaged{"origin", "x-request-id"};

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method to_method(verb method) {
    switch (method) {
        case verb::get:
            return Method::get;
        case verb::head:
            return Method::head;
        case verb::post:
            return Method::post;
        case verb::put:
            return Method::put;
        case verb::patch:
            return Method::patch;
        case verb::delete_:
            return Method::delete_;
        case verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

class Parser final : public beast::http::basic_parser<true> {
public:
    Parser(std::vector<Header>& headers, RequestHead& head, Framing& framing)
        : headers_(headers), head_(head), framing_(framing) {}

    HeadProblem problem;
    std::size_t hosts = 0;

private:
    using error_code = beast::error_code;
    using string_view = beast::string_view;

    void on_request_impl(verb method, string_view, string_view target, int version, error_code&) override {
        head_.method = to_method(method);
        head_.target = view(target);
        head_.http_1_0 = version == 10;
    }

    void on_field_impl(field name_id, string_view name_text, string_view value_text,
                       error_code& error) override {
        const std::string_view name = view(name_text);
        const std::string_view value = view(value_text);
        // A folded line comes either out of a buffer of Beast's own, or from behind the end of its first
        // line.
        const char* const name_end = name.data() + name.size();
        const bool adjacent =
            value.data() > name_end && value.data() - name_end < static_cast<std::ptrdiff_t>(kMaxFoldGap);
        if (!value.empty() &&
            (!adjacent || std::memchr(name_end, '\r', static_cast<std::size_t>(value.data() - name_end)))) {
            return refuse(kMalformed, error);
        }
        if (headers_.size() == kMaxHeaders) return refuse(kHeadersTooLong, error);
        headers_.push_back({name, value});
        switch (name_id) {
            case field::host:
                ++hosts;
                break;
            case field::content_length:
                return on_content_length(value, error);
            case field::transfer_encoding:
                return on_transfer_encoding(value, error);
            case field::expect:
                if (head_.http_1_0) break;
                if (!equals_ignoring_case(value, "100-continue")) return refuse(kUnknownExpectation, error);
                framing_.expects_continue = true;
                break;
            default:
                break;
        }
    }

    void on_content_length(std::string_view value, error_code& error) {
        std::uint64_t length = 0;
        const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), length);
        const bool whole = failure == std::errc{} && end == value.data() + value.size();
        if (!whole || head_.content_length || framing_.chunked) return refuse(kMalformed, error);
        head_.content_length = length;
    }

    void on_transfer_encoding(std::string_view value, error_code& error) {
        const bool plain = equals_ignoring_case(value, "chunked") && !head_.http_1_0;
        if (!plain || framing_.chunked || head_.content_length) return refuse(kMalformed, error);
        framing_.chunked = true;
    }

    void refuse(const HeadProblem& why, error_code& error) {
        problem = why;
        error = beast::http::error::bad_field;
    }

    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    static constexpr std::size_t kMaxFoldGap = 64 * 1024;

    std::vector<Header>& headers_;
    RequestHead& head_;
    Framing& framing_;
};

// Origin form, absolute form (its authority is dropped: Host decides), or "*".
bool split_target(RequestHead& head) {
    std::string_view path = head.target;
    if (!path.starts_with('/') && path != "*") {
        const auto scheme = path.find("://");
        if (scheme == path.npos)
            return head.method == Method::other;  // CONNECT: 404 for the application to say
        const auto authority = scheme + 3;
        const auto slash = path.find_first_of("/?", authority);
        path = slash == path.npos ? "/" : path.substr(slash);
        if (path.starts_with('?')) {
            head.path = "/";
            head.query = path.substr(1);
            return true;
        }
    }
    const auto question = path.find('?');
    head.path = path.substr(0, question);
    head.query = question == path.npos ? std::string_view() : path.substr(question + 1);
    return true;
}

}  // namespace

std::size_t HeadScanner::find_end(std::string_view bytes, const HeadLimits& limits, HeadProblem& problem) {
    // Not even a method: TLS on a plain port, for example. It would never send an end.
    if (!bytes.empty() && (bytes[0] < 'A' || bytes[0] > 'z')) {
        problem = kMalformed;
        return 0;
    }
    while (scanned_ < bytes.size()) {
        const char* const begin = bytes.data() + scanned_;
        const void* const found = std::memchr(begin, '\n', bytes.size() - scanned_);
        if (found == nullptr) {
            scanned_ = bytes.size();
            break;
        }
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        scanned_ = at + 1;
        if (at == line_begin_ || bytes[at - 1] != '\r') {
            problem = kMalformed;
            return 0;
        }
        if (at == line_begin_ + 1) {
            if (first_line_ == 0) problem = kMalformed;
            return problem.status == 0 ? scanned_ : 0;
        }
        if (first_line_ == 0) first_line_ = scanned_;
        if (first_line_ > limits.target + kLineExtra) {
            problem = kTargetTooLong;
            return 0;
        }
        line_begin_ = scanned_;
    }
    if (first_line_ == 0) {
        if (bytes.size() > limits.target + kLineExtra) problem = kTargetTooLong;
    } else if (bytes.size() - first_line_ >
               limits.headers + 1) {  // the empty line does not count, and is not whole yet
        problem = kHeadersTooLong;
    }
    return 0;
}

HeadProblem parse_head(std::string_view bytes, const HeadLimits& limits, std::vector<Header>& headers,
                       RequestHead& head, Framing& framing) {
    headers.clear();
    head = {};
    framing = {};
    Parser parser(headers, head, framing);
    parser.header_limit(static_cast<std::uint32_t>(bytes.size() + 1));
    parser.body_limit(boost::none);
    beast::error_code error;
    const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error) return parser.problem.status != 0 ? parser.problem : kMalformed;
    if (used != bytes.size() || !parser.is_header_done()) return kMalformed;
    if (head.target.size() > limits.target) return kTargetTooLong;
    const auto before_headers =
        static_cast<std::size_t>(head.target.data() - bytes.data()) + head.target.size() + kVersion.size();
    if (bytes.size() - before_headers > limits.headers + 2) return kHeadersTooLong;
    if (parser.hosts > 1 || (parser.hosts == 0 && !head.http_1_0)) return kMalformed;
    if (!split_target(head)) return kMalformed;
    head.headers = headers;
    head.has_body = framing.chunked || head.content_length.value_or(0) > 0;
    framing.keep_alive = parser.keep_alive();
    return {};
}

void salvage(std::string_view bytes, std::vector<Header>& headers, RequestHead& head) {
    headers.clear();
    head = {};
    const auto first = bytes.find("\r\n");
    if (first == std::string_view::npos) return;
    bytes.remove_prefix(first + 2);
    for (auto end = bytes.find("\r\n"); end != std::string_view::npos && end > 0; end = bytes.find("\r\n")) {
        const auto line = bytes.substr(0, end);
        bytes.remove_prefix(end + 2);
        const auto name = line.substr(0, line.find(':'));
        const bool is_wanted = name.size() < line.size() && std::ranges::any_of(kSalvaged, [&](auto wanted) {
                                   return equals_ignoring_case(name, wanted);
                               });
        if (!is_wanted || headers.size() == kMaxHeaders) continue;
        auto value = line.substr(name.size() + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_last_not_of(" \t") + 1);
        headers.push_back({name, value});
    }
    head.headers = headers;
}

}  // namespace grover::http
