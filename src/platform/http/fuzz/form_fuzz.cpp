// Everything small that is parsed out of a URL or a header.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/http/client_address.hpp"
#include "platform/http/compression.hpp"
#include "platform/http/form.hpp"
#include "platform/http/part_headers.hpp"

using namespace grover::http;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    require(percent_decoded(text, PlusIs::plus).size() <= text.size());
    try {
        std::size_t total = 0;
        const auto fields = parse_form(text);
        for (const auto& field : fields) total += field.name.size() + field.value.size();
        require(total <= text.size() && fields.size() <= kMaxFormFields);
    } catch (const grover::Error& error) {
        require(error.status == 413);
    }

    static_cast<void>(negotiate_coding(text));
    static_cast<void>(is_compressible_type(text));
    static_cast<void>(header_parameter(text, "boundary"));
    if (const auto headers = parse_part_headers(text)) static_cast<void>(headers->is_file());

    static const TrustedProxies proxies({"127.0.0.1/32", "10.0.0.0/8", "::1/128"});
    const std::vector<Header> headers{{"X-Forwarded-For", text}};
    RequestHead request;
    request.peer = "127.0.0.1";
    request.headers = headers;
    const auto client = proxies.client_address(request);
    const auto address = grover::parse_ip(client);
    require(address && to_string(*address) == client);
    require(!rate_key(client).empty());
    return 0;
}
