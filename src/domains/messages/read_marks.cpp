#include "domains/messages/read_marks.hpp"

#include <algorithm>
#include <tuple>

namespace grover::messages {

// The first mark that reaches the message is also the earliest: reaching further comes later.
std::optional<Time> ReadMarks::covering(const UserId& user, MarkKind kind, Time message_at) const {
    const auto found = std::ranges::lower_bound(
        marks_, std::tuple(user, kind, message_at), {},
        [](const MarkRow& mark) { return std::tuple(mark.user_id, mark.kind, mark.up_to); });
    if (found == marks_.end() || found->user_id != user || found->kind != kind) return std::nullopt;
    if (kind == MarkKind::read_alone && found->up_to != message_at) return std::nullopt;
    return found->marked_at;
}

std::optional<Time> ReadMarks::read_at(const UserId& user, Time message_at) const {
    const auto together = covering(user, MarkKind::read, message_at);
    const auto alone = covering(user, MarkKind::read_alone, message_at);
    if (together && alone) return std::min(*together, *alone);
    return together ? together : alone;
}

std::optional<Time> ReadMarks::delivered_at(const UserId& user, Time message_at) const {
    return covering(user, MarkKind::delivered, message_at);
}

void ReadMarks::fill_direct(Message& out, const MessageRow& row, const std::optional<UserId>& reader,
                            bool shows_receipts) const {
    out.delivered_at = row.delivered_at;
    if (reader && !out.delivered_at) out.delivered_at = delivered_at(*reader, row.created_at);
    out.delivered = out.delivered_at.has_value();
    if (!reader || !shows_receipts) return;
    const auto at = read_at(*reader, row.created_at);
    out.read = at.has_value();
    out.read_at.json = wire::to_json(at);
}

void ReadMarks::fill_group(Message& out, std::span<const MemberRow> members) const {
    std::vector<std::pair<Time, UserId>> readers;
    bool by_all = true;
    for (const auto& member : members) {
        if (member.user_id == out.sender_id) continue;
        if (const auto at = read_at(member.user_id, out.created_at)) {
            readers.emplace_back(*at, member.user_id);
        } else if (member.seen_from <= out.created_at) {
            by_all = false;
        }
    }
    std::ranges::sort(readers);
    out.read = by_all && !readers.empty();
    out.delivered = out.read;
    std::map<std::string, Time> times;
    auto& read_by = out.read_by.emplace();
    read_by.push_back(out.sender_id);
    for (const auto& [at, user] : readers) {
        read_by.push_back(user);
        times.emplace(user.str(), at);
    }
    out.read_at.json = wire::to_json(times);
}

}  // namespace grover::messages
