// What the server and its image workers say to each other: one packet each way, over a SOCK_SEQPACKET pair,
// and two descriptors with the order. Both ends are the same program, so structs travel as they are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "domains/media/renditions.hpp"

namespace grover::media {

struct ImageOrder {
    Format format = Format::jpeg;
    Recipe recipe = Recipe::standard;
    bool is_animated = false;
};

enum class ImageOutcome : std::uint8_t {
    begun,  // the order has arrived: what ends the worker from now on is the picture's doing
    done,
    damaged,
    heic_not_supported,
    cannot_write,
    failed,  // a bug or a broken installation
};

struct ImageReply {
    ImageOutcome outcome = ImageOutcome::failed;
    int error_number = 0;       // cannot_write
    bool decodes_heic = false;  // begun
    std::vector<MadeRendition> made;
};

// Descriptors that arrived with an order; closed by this object.
struct ReceivedOrder {
    ImageOrder order;
    int source = -1;
    int target = -1;

    ReceivedOrder() = default;
    ReceivedOrder(ReceivedOrder&& other) noexcept;
    ReceivedOrder& operator=(ReceivedOrder&&) = delete;
    ~ReceivedOrder();
};

// False, or nothing, when the other end is gone. A reply that does not arrive by `deadline_ms` from now is
// nothing too.
bool send_order(int socket, const ImageOrder& order, int source, int target);
std::optional<ReceivedOrder> receive_order(int socket);
bool send_reply(int socket, const ImageReply& reply);
std::optional<ImageReply> receive_reply(int socket, int deadline_ms);

}  // namespace grover::media
