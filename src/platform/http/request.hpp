// One request being read, handled and answered. Private to platform/http; pooled by its worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/body_framing.hpp"
#include "platform/http/head.hpp"
#include "platform/http/message.hpp"
#include "platform/http/upgrade.hpp"
#include "platform/runtime/fiber.hpp"

namespace grover::http {

// Where a request gets the bytes of its body from: its connection.
class BodySource {
public:
    // In the request's fiber. Waits for at least one byte and returns how many came. Throws Cancelled when
    // the connection ended, or the request was answered without the handler.
    virtual std::size_t receive(char* buffer, std::size_t size) = 0;
    // Exchange::hold.
    virtual void hold(std::chrono::seconds) {}

protected:
    ~BodySource() = default;
};

class Request final : public Exchange {
public:
    // Exchange.
    const RequestHead& request() const override { return head; }
    Response& response() override { return answer; }
    std::string_view read_body(std::size_t limit) override;
    std::string_view read_some() override;
    void upgrade(std::unique_ptr<UpgradeHandler> handler) override { upgrade_handler = std::move(handler); }
    void hold(std::chrono::seconds limit) override { source->hold(limit); }

    // Ready for another request; keeps memory that is likely to be needed again.
    void clear();
    // Takes content that has already arrived, to reach the end of the body. True if it did.
    bool skip_received();

    RequestHead head;
    std::vector<Header> headers;
    Framing framing;
    Response answer;
    std::unique_ptr<UpgradeHandler> upgrade_handler;

    BodySource* source = nullptr;
    BodyFraming body;
    std::string_view raw;  // received, not yet decoded: in the connection's buffer or in `buffer`
    bool raw_in_input = true;
    bool body_failed = false;
    bool continue_sent = false;

    runtime::FiberHandle fiber;
    bool in_handler = false;
    bool abandoned = false;  // answered without the handler, which still runs

    // The answer on its way.
    std::string head_bytes;
    std::string compressed;
    std::shared_ptr<const std::string> compressed_shared;
    std::string_view head_left;
    std::string_view body_left;
    std::uint64_t file_offset = 0;
    std::uint64_t file_left = 0;
    bool close_after = false;

private:
    std::string_view take_content();
    [[noreturn]] void fail_malformed();

    std::string whole_body_;
    std::string_view body_view_;
    bool body_was_read_ = false;
    std::unique_ptr<char[]> buffer_;
};

}  // namespace grover::http
