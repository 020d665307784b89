#include "platform/api/fingerprint.hpp"

#include <sodium.h>

#include <array>
#include <fstream>

#include "platform/runtime/give_way.hpp"

namespace grover::api {
namespace {

constexpr std::streamsize kPiece = 1 << 20;

class Hash {
public:
    Hash() { crypto_generichash_init(&state_, nullptr, 0, crypto_generichash_BYTES); }

    // Each part with its length: "ab","c" is not "a","bc".
    void add(std::string_view text) {
        const std::uint64_t size = text.size();
        raw(reinterpret_cast<const char*>(&size), sizeof size);
        raw(text.data(), text.size());
    }

    // A large file takes a while, and the loop answers others meanwhile.
    void add_file(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        std::string buffer(kPiece, '\0');
        while (in.read(buffer.data(), kPiece) || in.gcount() > 0) {
            raw(buffer.data(), static_cast<std::size_t>(in.gcount()));
            if (in) runtime::give_way();
        }
    }

    std::string hex() {
        std::array<unsigned char, crypto_generichash_BYTES> digest;
        crypto_generichash_final(&state_, digest.data(), digest.size());
        std::array<char, 2 * crypto_generichash_BYTES + 1> text;
        return sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    }

private:
    void raw(const char* data, std::size_t size) {
        crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(data), size);
    }

    crypto_generichash_state state_;
};

}  // namespace

std::string fingerprint_of(const Inputs& inputs) {
    Hash hash;
    for (const auto& [name, value] : inputs.path) hash.add(value);
    for (const auto* fields : {&inputs.query, &inputs.form}) {
        for (const auto& field : *fields) {
            hash.add(field.name);
            hash.add(field.value);
        }
        hash.add("|");
    }
    hash.add(inputs.body);
    for (const auto& file : inputs.files) {
        hash.add(file.part_name);
        hash.add_file(file.path);
    }
    return hash.hex();
}

}  // namespace grover::api
