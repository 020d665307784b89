// An Exchange whose body comes from memory, in pieces of a chosen size. For tests and fuzzing.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/http/message.hpp"
#include "platform/http/upgrade.hpp"

namespace grover::http {

class MemoryExchange final : public Exchange {
public:
    MemoryExchange(std::string body, std::size_t piece) : body_(std::move(body)), piece_(piece) {
        head.has_body = true;
    }

    const RequestHead& request() const override { return head; }
    Response& response() override { return answer; }
    std::string_view read_body(std::size_t) override { return body_; }
    std::string_view read_some() override {
        // Each piece in memory of its own, so that looking behind its end is found out.
        const auto size = std::min(piece_, body_.size() - at_);
        current_ = std::make_unique<char[]>(size);
        std::copy_n(body_.data() + at_, size, current_.get());
        at_ += size;
        return {current_.get(), size};
    }
    void upgrade(std::unique_ptr<UpgradeHandler>) override {}
    std::size_t read_so_far() const { return at_; }

    RequestHead head;
    Response answer;

private:
    std::string body_;
    std::size_t piece_;
    std::size_t at_ = 0;
    std::unique_ptr<char[]> current_;
};

}  // namespace grover::http
