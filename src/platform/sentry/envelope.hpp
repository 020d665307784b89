// The text of envelopes: a line about the whole, then each item behind a line about it (contract/monitoring.md §2.2).
#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/sentry/options.hpp"

namespace grover::sentry {

// The first line. Without an event id: an envelope that holds no event.
std::string envelope_head(const Options& options, std::string_view event_id, Time sent_at);

// `json` is on one line, as all JSON of ours.
void append_item(std::string& envelope, std::string_view type, std::string_view json);

// Everything behind the first line, so that an envelope from the disk is sent with the time and the DSN of today.
std::string_view items_of(std::string_view envelope);

}  // namespace grover::sentry
