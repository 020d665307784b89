// Heads and bodies as a client could send them: cut differently, they must mean the same.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/http/head.hpp"
#include "platform/http/request.hpp"

using namespace grover;
using namespace grover::http;

namespace {

constexpr HeadLimits kLimits{.target = 200, .headers = 1'000};
constexpr std::size_t kBodyLimit = 500;

void require(bool condition) {
    if (!condition) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// The rest of the input, a piece at a time, then the end of the connection.
class Rest final : public BodySource {
public:
    Rest(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}

    std::size_t receive(char* buffer, std::size_t size) override {
        if (bytes_.empty()) throw runtime::Cancelled();
        const auto take = std::min({size, piece_, bytes_.size()});
        std::memcpy(buffer, bytes_.data(), take);
        bytes_.remove_prefix(take);
        return take;
    }
    std::size_t left() const { return bytes_.size(); }

private:
    std::string_view bytes_;
    std::size_t piece_;
};

struct Outcome {
    std::size_t head_size = 0;
    int status = 0;
    std::string body;
    std::size_t left = 0;  // where the next request would begin

    bool operator==(const Outcome&) const = default;
};

std::size_t find_head(std::string_view bytes, std::size_t piece, HeadProblem& problem) {
    HeadScanner scanner;
    for (std::size_t size = std::min(piece, bytes.size());; size = std::min(size + piece, bytes.size())) {
        const auto end = scanner.find_end(bytes.substr(0, size), kLimits, problem);
        if (end != 0 || problem.status != 0 || size == bytes.size()) return end;
    }
}

Outcome run(std::string_view bytes, std::size_t piece, bool whole_body) {
    Outcome out;
    HeadProblem problem;
    const auto size = find_head(bytes, piece, problem);
    // Where the bytes are cut decides when a limit is seen to be passed, but not that it is.
    if (size == 0) return {0, problem.status == 0 ? 0 : 400, {}, 0};
    Request request;
    const auto head = bytes.substr(0, size);
    problem = parse_head(head, kLimits, request.headers, request.head, request.framing);
    if (problem.status != 0) return {0, 400, {}, 0};
    require(lies_in(request.head.target, head) && lies_in(request.head.query, head));
    require(lies_in(request.head.path, head) || request.head.path == "/");
    require(request.head.target.size() <= kLimits.target);
    for (const Header& header : request.headers)
        require(lies_in(header.name, head) && lies_in(header.value, head));
    require(!(request.framing.chunked && request.head.content_length));

    const auto body = bytes.substr(size);
    const auto received = std::min(piece, body.size());
    Rest rest(body.substr(received), piece);
    request.source = &rest;
    request.raw = body.substr(0, received);
    request.body = request.framing.chunked ? BodyFraming::chunked()
                                           : BodyFraming::of_length(request.head.content_length.value_or(0));
    out.head_size = size;
    try {
        if (whole_body) {
            out.body = request.read_body(kBodyLimit);
            require(out.body.size() <= kBodyLimit);
        } else {
            for (auto next = request.read_some(); !next.empty(); next = request.read_some()) out.body += next;
        }
        out.left = request.raw.size() + rest.left();
    } catch (const Error& error) {
        return {size, error.status, {}, 0};
    } catch (const runtime::Cancelled&) {
        return {size, 499, {}, 0};
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = data[0] + std::size_t{1};
    // A copy, so that reading behind the end is found out.
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto at_once = run(bytes, bytes.size(), false);
    require(run(bytes, piece, false) == at_once);
    const auto whole = run(bytes, piece, true);
    if (whole.status == 0 && at_once.status == 0) require(whole == at_once);
    return 0;
}
