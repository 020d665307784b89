#include "domains/media/image_protocol.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace grover::media {

namespace {

constexpr std::size_t kDescriptors = 2;
constexpr std::size_t kMaxRenditions = 8;
constexpr std::size_t kMaxName = 15;

struct PackedRendition {
    std::array<char, kMaxName + 1> name{};
    Format format = Format::jpeg;
    int width = 0, height = 0;
};

struct PackedReply {
    ImageOutcome outcome = ImageOutcome::failed;
    int error_number = 0;
    bool decodes_heic = false;
    std::size_t count = 0;
    std::array<PackedRendition, kMaxRenditions> made{};
};

union ControlBuffer {
    cmsghdr header;
    char bytes[CMSG_SPACE(kDescriptors * sizeof(int))];
};

}  // namespace

ReceivedOrder::ReceivedOrder(ReceivedOrder&& other) noexcept
    : order(other.order), source(std::exchange(other.source, -1)), target(std::exchange(other.target, -1)) {}

ReceivedOrder::~ReceivedOrder() {
    if (source >= 0) close(source);
    if (target >= 0) close(target);
}

bool send_order(int socket, const ImageOrder& order, int source, int target) {
    ImageOrder copy = order;
    iovec data{&copy, sizeof copy};
    ControlBuffer control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(kDescriptors * sizeof(int));
    const std::array<int, kDescriptors> descriptors{source, target};
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
    return sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof copy);
}

std::optional<ReceivedOrder> receive_order(int socket) {
    ReceivedOrder received;
    iovec data{&received.order, sizeof received.order};
    ControlBuffer control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    ssize_t got = 0;
    do {
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    const cmsghdr* header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(kDescriptors * sizeof(int))) {
        return std::nullopt;
    }
    std::array<int, kDescriptors> descriptors{};
    std::memcpy(descriptors.data(), CMSG_DATA(header), sizeof descriptors);
    received.source = descriptors[0];
    received.target = descriptors[1];
    if (got != static_cast<ssize_t>(sizeof received.order)) return std::nullopt;
    return received;
}

bool send_reply(int socket, const ImageReply& reply) {
    PackedReply packed{
        .outcome = reply.outcome, .error_number = reply.error_number, .decodes_heic = reply.decodes_heic};
    packed.count = std::min(reply.made.size(), kMaxRenditions);
    for (std::size_t i = 0; i < packed.count; ++i) {
        const auto& made = reply.made[i];
        auto& to = packed.made[i];
        std::copy_n(made.name.begin(), std::min(made.name.size(), kMaxName), to.name.begin());
        to.format = made.format;
        to.width = made.width;
        to.height = made.height;
    }
    return send(socket, &packed, sizeof packed, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof packed);
}

std::optional<ImageReply> receive_reply(int socket, int deadline_ms) {
    using Steady = std::chrono::steady_clock;
    const auto deadline = Steady::now() + std::chrono::milliseconds(deadline_ms);
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
        pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
        const int ready = poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return std::nullopt;
        break;
    }
    PackedReply packed;
    if (recv(socket, &packed, sizeof packed, 0) != static_cast<ssize_t>(sizeof packed)) return std::nullopt;
    // The worker decodes hostile files: what it says is checked like any other input.
    if (packed.outcome > ImageOutcome::failed || packed.count > kMaxRenditions) return std::nullopt;
    ImageReply reply{
        .outcome = packed.outcome, .error_number = packed.error_number, .decodes_heic = packed.decodes_heic};
    for (std::size_t i = 0; i < packed.count; ++i) {
        const auto& from = packed.made[i];
        const std::string name(from.name.begin(), std::find(from.name.begin(), from.name.end(), '\0'));
        const bool is_word = !name.empty() && std::all_of(name.begin(), name.end(),
                                                          [](char c) { return c >= 'a' && c <= 'z'; });
        const bool is_picture = from.format <= Format::heic && from.width > 0 && from.width <= kMaxSide &&
                                from.height > 0 && from.height <= kMaxSide;
        if (!is_word || !is_picture) return std::nullopt;
        reply.made.push_back({name, from.format, from.width, from.height});
    }
    return reply;
}

}  // namespace grover::media
