#include "platform/sentry/captured.hpp"

#include <algorithm>

#include "platform/base/random_text.hpp"
#include "platform/http/form.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/observability/context.hpp"
#include "platform/observability/scrub.hpp"
#include "platform/text/utf8.hpp"

namespace grover::sentry {
namespace {

constexpr std::size_t kLongestText = 1'024;
constexpr std::size_t kLongestTag = 200;
constexpr std::size_t kLongestUrl = 1'024;
constexpr std::size_t kLongestId = 64;
constexpr std::size_t kMostLookedAt = 8 * 1'024;

// Valid UTF-8 of at most so many bytes.
std::string valid(std::string_view text, std::size_t longest) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t before = out.size();
        text::append_code_point(out, text::next_code_point(text, at));
        if (out.size() <= longest) continue;
        out.resize(before);
        break;
    }
    return out;
}

bool may_be_in_a_secret(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("._-+%@:").find(c) != std::string_view::npos;
}

// What is worth looking at. The word that the cut goes through is left out: half a secret does not look like one.
std::string_view head_of(std::string_view text) {
    if (text.size() <= kMostLookedAt) return text;
    std::size_t end = kMostLookedAt;
    while (end > 0 && may_be_in_a_secret(text[end - 1])) --end;
    return text.substr(0, end);
}

// Secrets go first and the text is cut afterwards.
std::string safe(std::string_view text, std::size_t longest, bool send_pii) {
    const auto head = head_of(text);
    const auto without_secrets = log::may_need_scrubbing(head) ? log::scrub(head) : std::string(head);
    return valid(send_pii ? without_secrets : log::without_addresses(without_secrets), longest);
}

// A value is looked at as its reader sees it, however it was encoded.
std::string safe_pair(std::string_view pair, bool send_pii) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = http::percent_decoded(pair.substr(0, equals), http::PlusIs::space);
    std::string shown_key = integrations::percent_encode(safe(key, kLongestTag, send_pii));
    if (equals == pair.size()) return shown_key;
    if (log::is_secret_key(key) || (!send_pii && log::is_address_key(key)))
        return shown_key + '=' + std::string(log::kFiltered);
    const auto value = http::percent_decoded(pair.substr(equals + 1), http::PlusIs::space);
    const auto shown = safe(value, kLongestUrl, send_pii);
    return shown_key + '=' + (shown == value ? integrations::percent_encode(value) : shown);
}

std::string safe_query(std::string_view path, std::string_view query, bool send_pii) {
    if (query.empty()) return {};
    // Those of socket, live and payment paths are nobody's business.
    if (log::scrub(std::string(path) + "?x").ends_with(log::kFiltered)) return std::string(log::kFiltered);
    std::string out;
    while (!query.empty() && out.size() < kLongestUrl) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (!out.empty()) out += '&';
        out += safe_pair(pair, send_pii);
    }
    return out;
}

CapturedRequest capture_request(const reports::Request& request, const Options& options) {
    CapturedRequest out;
    out.method = valid(request.method, kLongestTag);
    out.url = options.base_url + safe(request.path, kLongestUrl, options.send_pii);
    out.query_string = safe_query(request.path, head_of(request.query), options.send_pii);
    out.status = request.status;
    // Others may hold anything, so none of them goes along.
    if (!request.content_type.empty())
        out.headers["Content-Type"] = safe(request.content_type, kLongestTag, options.send_pii);
    if (!request.user_agent.empty())
        out.headers["User-Agent"] = safe(request.user_agent, kLongestTag, options.send_pii);
    return out;
}

}  // namespace

Captured capture(const reports::Failure& failure, Time now, const Options& options) {
    static constexpr log::Context kNothing{};
    const auto* const work = log::current_context() != nullptr ? log::current_context() : &kNothing;
    Captured out;
    out.event_id = failure.event_id.empty() ? make_event_id() : std::string(failure.event_id);
    out.at = now;
    out.level = failure.level;
    out.handled = failure.handled;
    out.group = valid(failure.group, kLongestTag);
    out.component = valid(failure.component, kLongestTag);
    out.action = safe(failure.action, kLongestTag, options.send_pii);
    out.transaction = safe(failure.transaction, kLongestTag, options.send_pii);
    out.type = valid(failure.type, kLongestTag);
    out.text = safe(failure.text, kLongestText, options.send_pii);
    out.request_id = valid(work->request_id, kLongestId);
    out.user_id = valid(failure.user_id.empty() ? work->user_id : failure.user_id, kLongestId);
    if (failure.request) {
        if (options.send_pii) out.address = valid(failure.request->address, kLongestId);
        out.request = capture_request(*failure.request, options);
    }
    return out;
}

std::string make_event_id() { return random_hex(32); }

}  // namespace grover::sentry
