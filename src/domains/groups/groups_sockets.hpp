// What sockets hear of groups (contract/groups.md).
#pragma once

#include <string>

#include "domains/groups/groups.hpp"
#include "platform/sockets/hub.hpp"

namespace grover::jobs {
class Events;
}

namespace grover::groups {

// `base_url`: of links in payloads. All outlive the listeners.
void tell_groups_to_sockets(jobs::Events& events, sockets::Hub& hub, GroupsService& groups,
                            const std::string& base_url);

}  // namespace grover::groups
