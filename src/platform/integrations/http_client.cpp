#include "platform/integrations/http_client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <mutex>

#include "platform/base/ip_network.hpp"
#include "platform/integrations/breaker.hpp"
#include "platform/integrations/thread_transfers.hpp"
#include "platform/integrations/transfers.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/server_metrics.hpp"

namespace grover::integrations {
namespace {

constexpr std::size_t kMaxHeaders = 32 * 1024;
constexpr log::Logger kLog{"outgoing"};

std::string_view name_of(HttpFailure failure) {
    constexpr std::array<std::string_view, 6> kNames{"none",    "not_sent",  "unreachable",
                                                     "timeout", "too_large", "broken"};
    return kNames[static_cast<std::size_t>(failure)];
}

struct Handle {
    CURL* easy = curl_easy_init();
    curl_slist* headers = nullptr;

    Handle() = default;
    ~Handle() {
        curl_slist_free_all(headers);
        curl_easy_cleanup(easy);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    template <class Value>
    void set(CURLoption option, Value value) {
        curl_easy_setopt(easy, option, value);
    }
    bool add_header(const std::string& line) {
        auto* longer = curl_slist_append(headers, line.c_str());
        if (longer) headers = longer;
        return longer != nullptr;
    }
};

struct Receiver {
    HttpAnswer& answer;
    std::size_t max_body;
    std::size_t header_bytes = 0;
    bool too_large = false;
    bool went_astray = false;  // to an address that is not public
};

bool leads_outside(std::string_view address) {
    const auto parsed = parse_ip(address);
    return parsed && is_public(*parsed);
}

// Before a new connection, with the address that the look-up gave.
curl_socket_t open_public_socket(void* to, curlsocktype, curl_sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = {};
    const void* const host =
        address->family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&address->addr)->sin_addr)
            : &reinterpret_cast<sockaddr_in6*>(&address->addr)->sin6_addr;
    const bool is_ip = address->family == AF_INET || address->family == AF_INET6;
    if (!is_ip || inet_ntop(address->family, host, text, sizeof text) == nullptr || !leads_outside(text)) {
        static_cast<Receiver*>(to)->went_astray = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Before a request on any connection, one that another request opened included.
int check_public_peer(void* to, char* peer, char*, int, int) {
    if (leads_outside(peer)) return CURL_PREREQFUNC_OK;
    static_cast<Receiver*>(to)->went_astray = true;
    return CURL_PREREQFUNC_ABORT;
}

std::size_t receive_body(char* data, std::size_t, std::size_t size, void* to) {
    auto& receiver = *static_cast<Receiver*>(to);
    if (receiver.answer.body.size() + size > receiver.max_body) {
        receiver.too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    receiver.answer.body.append(data, size);
    return size;
}

std::size_t receive_header(char* data, std::size_t, std::size_t size, void* to) {
    auto& receiver = *static_cast<Receiver*>(to);
    receiver.header_bytes += size;
    if (receiver.header_bytes > kMaxHeaders) {
        receiver.too_large = true;
        return 0;
    }
    const std::string_view line(data, size);
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/")) {
        receiver.answer.headers.clear();  // an interim answer (100) came before
    } else if (colon != std::string_view::npos) {
        std::string name(line.substr(0, colon));
        for (char& c : name) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        auto value = line.substr(colon + 1);
        const auto first = value.find_first_not_of(" \t");
        const auto last = value.find_last_not_of(" \t\r\n");
        value = first == std::string_view::npos ? std::string_view{} : value.substr(first, last - first + 1);
        receiver.answer.headers.emplace_back(std::move(name), std::string(value));
    }
    return size;
}

bool has_line_break(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

// The host of an absolute URL as curl itself reads it, in lower case; empty when it is none.
std::string host_of(const std::string& url) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
    char* host = nullptr;
    if (curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) return {};
    std::string out(host);
    curl_free(host);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

HttpFailure failure_of(CURL* easy, CURLcode code) {
    long sent = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return HttpFailure::timeout;
        case CURLE_URL_MALFORMAT:
            return HttpFailure::not_sent;
        // Of our URL, or of an answer that is no HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL:
            return sent == 0 ? HttpFailure::not_sent : HttpFailure::broken;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
            return HttpFailure::unreachable;
        default:
            return HttpFailure::broken;
    }
}

HttpAnswer failed(HttpFailure failure, std::string cause) {
    HttpAnswer answer;
    answer.failure = failure;
    answer.cause = std::move(cause);
    return answer;
}

}  // namespace

struct HttpClient::Impl {
    Impl(runtime::Loops* loops, HttpClientOptions given) : options(std::move(given)), transfers(loops) {
        if (options.one_plain_thread) of_thread.emplace();
    }

    HttpAnswer send(const HttpRequest& request);
    HttpAnswer send_unless_failing(const HttpRequest& request);
    bool prepare(Handle& handle, const HttpRequest& request, Receiver& receiver) const;

    HttpClientOptions options;
    Transfers transfers;
    std::optional<ThreadTransfers> of_thread;
    std::mutex mutex;
    std::map<std::string_view, Breaker> breakers;  // under mutex; they stay where they are
};

bool HttpClient::Impl::prepare(Handle& handle, const HttpRequest& request, Receiver& receiver) const {
    handle.set(CURLOPT_URL, request.url.c_str());
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
    handle.set(CURLOPT_PROXY, "");
    handle.set(CURLOPT_NOSIGNAL, 1L);
    handle.set(CURLOPT_FOLLOWLOCATION, 0L);
    handle.set(CURLOPT_SSL_VERIFYPEER, 1L);
    handle.set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty())
        handle.set(CURLOPT_CAINFO, options.ca_file.c_str());  // CAPATH keeps the system's
    handle.set(CURLOPT_USERAGENT, options.user_agent.c_str());
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    handle.set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    handle.set(CURLOPT_WRITEFUNCTION, &receive_body);
    handle.set(CURLOPT_WRITEDATA, &receiver);
    handle.set(CURLOPT_HEADERFUNCTION, &receive_header);
    handle.set(CURLOPT_HEADERDATA, &receiver);
    if (request.public_addresses_only) {
        handle.set(CURLOPT_OPENSOCKETFUNCTION, &open_public_socket);
        handle.set(CURLOPT_OPENSOCKETDATA, &receiver);
        handle.set(CURLOPT_PREREQFUNCTION, &check_public_peer);
        handle.set(CURLOPT_PREREQDATA, &receiver);
    }
    for (const auto& [name, value] : request.headers) {
        if (has_line_break(name) || has_line_break(value) || !handle.add_header(name + ": " + value))
            return false;
    }
    if (!request.body.empty()) {
        handle.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        handle.set(CURLOPT_POSTFIELDS, request.body.data());
        // A peer that does not know "Expect" would hold every larger request up for a second.
        if (!handle.add_header("Expect:")) return false;
    }
    if (request.method != "GET" || !request.body.empty())
        handle.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "HEAD") handle.set(CURLOPT_NOBODY, 1L);
    handle.set(CURLOPT_HTTPHEADER, handle.headers);
    return true;
}

std::string_view HttpAnswer::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
        if (name == lower_case_name) return value;
    }
    return {};
}

std::optional<std::chrono::seconds> HttpAnswer::retry_after() const {
    constexpr std::int64_t kLongest = 3'600;
    const auto text = header("retry-after");
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
    return std::chrono::seconds{std::min(seconds, kLongest)};
}

HttpClient::HttpClient(runtime::Loops* loops, HttpClientOptions options)
    : impl_(std::make_unique<Impl>(loops, std::move(options))) {}
HttpClient::~HttpClient() = default;

void HttpClient::end_by(std::chrono::steady_clock::time_point when) {
    if (impl_->of_thread) impl_->of_thread->end_by(when);
}

HttpAnswer HttpClient::send(const HttpRequest& request) {
    using Steady = std::chrono::steady_clock;
    const auto begun = Steady::now();
    auto answer = impl_->send_unless_failing(request);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begun);
    const auto status =
        answer.status != 0 ? std::to_string(answer.status) : std::string(name_of(answer.failure));
    metrics::outgoing_call(request.service, status, took);
    const bool failed = answer.status == 0 || answer.status >= 500;
    const double ms = static_cast<double>(took.count()) / 1'000;
    if (failed) kLog.warning("outgoing call", {{"service", request.service}, {"status", status}, {"ms", ms}});
    if (!failed) kLog.debug("outgoing call", {{"service", request.service}, {"status", status}, {"ms", ms}});
    return answer;
}

HttpAnswer HttpClient::Impl::send_unless_failing(const HttpRequest& request) {
    if (!request.one_provider) return send(request);
    auto& breaker = [&]() -> Breaker& {
        const std::scoped_lock lock(mutex);
        return breakers.try_emplace(request.service, request.service).first->second;
    }();
    if (!breaker.lets_through(std::chrono::steady_clock::now()))
        return failed(HttpFailure::unreachable, "the service keeps failing and is left alone for a moment");
    auto answer = send(request);
    // What the provider refuses is an answer; what was never sent says nothing of it.
    const bool is_fault = answer.status >= 500 || answer.failure == HttpFailure::unreachable ||
                          answer.failure == HttpFailure::timeout || answer.failure == HttpFailure::broken;
    breaker.report(!is_fault, std::chrono::steady_clock::now());
    return answer;
}

HttpAnswer HttpClient::Impl::send(const HttpRequest& request) {
    if (!request.only_hosts.empty()) {
        const auto host = host_of(request.url);
        if (std::find(request.only_hosts.begin(), request.only_hosts.end(), host) ==
            request.only_hosts.end()) {
            return failed(HttpFailure::not_sent, "the host is not allowed");
        }
    }
    HttpAnswer answer;
    Receiver receiver{answer, request.max_response};
    Handle handle;
    if (!handle.easy || !prepare(handle, request, receiver)) {
        return failed(HttpFailure::not_sent, "the request cannot be sent as it is");
    }
    const auto code =
        static_cast<CURLcode>(of_thread ? of_thread->perform(handle.easy) : transfers.perform(handle.easy));
    if (receiver.too_large) return failed(HttpFailure::too_large, "the answer is larger than allowed");
    if (code != CURLE_OK && receiver.went_astray)
        return failed(HttpFailure::not_sent, "the address is not public");
    if (code != CURLE_OK) return failed(failure_of(handle.easy, code), curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(handle.easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::string to_form(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) out += '&';
        out += percent_encode(name);
        out += '=';
        out += percent_encode(value);
    }
    return out;
}

}  // namespace grover::integrations
