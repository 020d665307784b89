// Bodies with long texts in them: cut differently they must mean the same, and no file may be left behind.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "platform/base/error.hpp"
#include "platform/http/fuzz/directory.hpp"
#include "platform/http/long_texts.hpp"
#include "platform/http/memory_exchange.hpp"

using namespace grover;
using namespace grover::http;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

constexpr std::array<std::string_view, 1> kNames{"m"};

std::string run(const std::string& body, std::size_t piece, bool form, const std::string& directory) {
    MemoryExchange exchange(body, piece);
    try {
        const auto read = (form ? read_form_with_files : read_json_with_files)(
            exchange, TextFileFields(kNames), directory, {});
        std::string out = read.body;
        for (const auto& file : read.files) {
            std::ifstream in(file.path, std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(in), {}};
            require(content.size() == file.size);
            out += '\n' + file.part_name + ' ' + content;
        }
        return out;
    } catch (const Error& error) {
        return std::to_string(error.status);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& directory = fuzz_directory();
    if (size < 2) return 0;
    // A 'L' stands for a text that is long enough to be a file.
    std::string body;
    for (std::size_t i = 1; i < size; ++i) {
        if (data[i] == 'L' && body.size() < 200'000) body.append(kMaxHeldText + 1, 'A');
        body += static_cast<char>(data[i]);
    }
    // At most a few thousand pieces, or most of the time would go into cutting.
    const auto piece = (data[0] + std::size_t{1}) * (body.size() / 4'096 + 1);
    for (const bool form : {false, true})
        require(run(body, body.size(), form, directory) == run(body, piece, form, directory));
    require(std::filesystem::is_empty(directory));
    return 0;
}
