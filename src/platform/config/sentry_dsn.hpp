// Where error reports go: {scheme}://{public_key}[:{secret}]@{host}[:{port}]{path}/{project_id} (contract/monitoring.md §2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grover {

struct SentryDsn {
    std::string public_key;
    std::string envelope_url;    // {scheme}://{host}[:{port}]{path}/api/{project_id}/envelope/
    std::string without_secret;  // the DSN as it is sent along
};

// Nothing when it is malformed.
std::optional<SentryDsn> parse_sentry_dsn(std::string_view dsn);

}  // namespace grover
