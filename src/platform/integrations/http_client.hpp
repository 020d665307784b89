// Requests to other servers, through libcurl. In a fiber only the fiber waits; on a plain thread the thread
// does.
//
// Redirects are not followed, TLS certificates are verified, proxies of the environment are ignored, nothing
// but http and https is spoken. What the peer sends is bounded. Every call ends: `timeout` bounds it from
// name look-up to last byte.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/runtime/runtime.hpp"

namespace grover::integrations {

struct HttpRequest {
    std::string_view service = "other";  // for metrics and the log: a name in the code
    // The service is one provider: while it keeps failing it is not asked (breaker.hpp).
    bool one_provider = false;
    std::string method = "GET";
    std::string url;
    std::vector<std::pair<std::string, std::string>>
        headers;       // without line breaks: such a request is not sent
    std::string body;  // sent when not empty
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{10'000};
    std::size_t max_response = 64 * 1024;
    std::vector<std::string> only_hosts;  // lower case; not empty: a URL of any other host is not asked
    // For URLs that users gave: whatever their host turns out to be, no private, loopback or link-local address is spoken to.
    bool public_addresses_only = false;
};

enum class HttpFailure : std::uint8_t { none, not_sent, unreachable, timeout, too_large, broken };

struct HttpAnswer {
    int status = 0;  // 0: there is no answer, and `failure` says why
    HttpFailure failure = HttpFailure::none;
    std::string cause;  // for the log; names neither URL nor headers
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case

    bool ok() const { return status >= 200 && status < 300; }
    std::string_view header(std::string_view lower_case_name) const;
    // Retry-After in seconds, an hour at most; nothing when it is absent or a date.
    std::optional<std::chrono::seconds> retry_after() const;
};

struct HttpClientOptions {
    std::string ca_file;  // PEM, trusted beside the system's certificates
    std::string user_agent = "Grover";
    bool one_plain_thread = false;  // nobody else calls send(): a connection is kept, end_by() works
};

class HttpClient {
public:
    // `loops` may be null (tools, tests). Destroyed after the loops ended and before they are.
    explicit HttpClient(runtime::Loops* loops, HttpClientOptions options = {});
    ~HttpClient();

    // What a peer does wrong is an answer without status, never an exception. Any thread.
    HttpAnswer send(const HttpRequest& request);
    // With one_plain_thread: what runs at that moment, and what is begun later, ends with a time-out. Any thread.
    void end_by(std::chrono::steady_clock::time_point when);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "a=1&b=x%20y"
std::string to_form(const std::vector<std::pair<std::string_view, std::string_view>>& fields);
// Percent-encoded for a query or a fragment: only letters, digits and "-_.~" stay.
std::string percent_encode(std::string_view text);

}  // namespace grover::integrations
