#include "platform/base/id.hpp"

#include <sodium.h>

#include <algorithm>

namespace grover {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";

// 130 bits of text for 128 bits of value: the first digit holds the top three bits.
std::array<char, 26> encode(std::uint64_t high, std::uint64_t low) {
    std::array<char, 26> text;
    for (std::size_t i = 26; i-- > 0;) {
        text[i] = kDigits[low & 31];
        low = (low >> 5) | (high << 59);
        high >>= 5;
    }
    return text;
}

}  // namespace

bool is_well_formed_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxIdLength && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
}

void fill_random(void* out, std::size_t size) {
    // One system call fills many ids: getrandom costs more than everything else an id needs.
    thread_local std::array<unsigned char, 4096> buffer;
    thread_local std::size_t used = buffer.size();
    if (size > buffer.size()) return randombytes_buf(out, size);
    if (buffer.size() - used < size) {
        randombytes_buf(buffer.data(), buffer.size());
        used = 0;
    }
    std::memcpy(out, buffer.data() + used, size);
    sodium_memzero(buffer.data() + used, size);
    used += size;
}

IdSource::Text IdSource::ordered(Time at) {
    std::uint64_t bits[2];
    fill_random(bits, sizeof bits);
    const auto microseconds = static_cast<std::uint64_t>(at.us) & ((std::uint64_t{1} << 56) - 1);
    return encode((microseconds << 8) | (bits[0] & 0xff), bits[1]);
}

IdSource::Text IdSource::random() {
    std::uint64_t bits[2];
    fill_random(bits, sizeof bits);
    return encode(bits[0], bits[1]);
}

}  // namespace grover
