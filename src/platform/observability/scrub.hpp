// Takes secrets and personal data out of what leaves the server in logs, reports and breadcrumbs
// (contract/monitoring.md §2.3 "Scrubbing"). Linear; any thread.
#pragma once

#include <string>
#include <string_view>

namespace grover::log {

inline constexpr std::string_view kFiltered = "[Filtered]";

// Whether values under this key are never shown: "password", "access_token", "Set-Cookie", "apiKey", …
// Not "session_id" and "status_code", which hold no secret.
bool is_secret_key(std::string_view key);

// Whether the key holds an IP address.
bool is_address_key(std::string_view key);

// Whether scrub() might change the text: a quick look that most texts pass.
bool may_need_scrubbing(std::string_view text);

// The text without tokens of ours (gst_, grt_, gtk_, sid_, lk_), JWTs, e-mail addresses, and query strings of socket,
// live, media and payment paths. "sess_…" stays: it names a session but opens nothing.
std::string scrub(std::string_view text);

// The text without IP addresses, for reports that leave without personal data.
std::string without_addresses(std::string_view text);

// 192.0.2.17 -> 192.0.2.0, 2001:db8:1:2::3 -> 2001:db8:1::. What is no address becomes "".
std::string anonymous_ip(std::string_view address);

}  // namespace grover::log
