// Ids of sessions and sockets: <node>-<thread><random>. Node and thread say where to look it up, 132 random bits make it
// unguessable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grover::realtime {

struct IdParts {
    std::string_view node;
    unsigned thread = 0;
    std::uint64_t key = 0;  // 60 of its random bits, for tables: never trusted without comparing the whole id
};

std::string make_id(std::string_view node, unsigned thread);
// Nothing for what cannot be an id.
std::optional<IdParts> parse_id(std::string_view id);
bool is_node_name(std::string_view name);

}  // namespace grover::realtime
