// Multipart bodies: cut differently they must mean the same, and no file may be left behind.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "platform/base/error.hpp"
#include "platform/http/fuzz/directory.hpp"
#include "platform/http/memory_exchange.hpp"
#include "platform/http/multipart.hpp"

using namespace grover;
using namespace grover::http;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

std::string run(const std::string& body, std::size_t piece) {
    MultipartLimits limits;
    limits.file = 200;
    limits.request = 4'000;
    limits.request_of_several_files = 6'000;
    limits.text = 300;
    limits.parts = 10;
    limits.part_headers = 400;
    MemoryExchange exchange(body, piece);
    std::string out;
    try {
        const auto form =
            read_multipart(exchange, "multipart/form-data; boundary=\"b\"", fuzz_directory(), limits);
        if (!form.malformed.empty()) return "refused";
        for (const auto& field : form.fields) out += field.name + "=" + field.value + "\n";
        for (const auto& file : form.files) {
            out += file.part_name + "|" + file.file_name + "|" + file.declared_type + "|";
            require(file.too_large == file.path.empty());
            if (file.too_large) {
                out += "too large\n";
                continue;
            }
            std::ifstream in(file.path, std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(in), {}};
            require(content.size() == file.size);
            out += content + "\n";
        }
    } catch (const Error& error) {
        // Which limit is met first depends on the pieces.
        out = error.status == 413 ? "refused" : error.detail;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = data[0] + std::size_t{1};
    const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = run(body, body.size());
    const auto cut = run(body, piece);
    // A limit that only one of them ran into may make them differ; below all limits nothing may.
    if (body.size() <= 200) require(whole == cut);
    require(std::filesystem::is_empty(fuzz_directory()));
    return 0;
}
