// A sound for tests that upload one: nothing but its own bytes is needed to take it in.
#pragma once

#include <cstdint>
#include <string>

namespace grover::testing {

// A WAV file of a tenth of a second.
inline std::string wave() {
    constexpr std::uint32_t kSamples = 800;
    std::string bytes = "RIFF";
    const auto number = [&](std::uint32_t value, int size) {
        for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
    };
    number(36 + kSamples * 2, 4);
    bytes += "WAVEfmt ";
    // Its header is 16 bytes: PCM, one channel, samples and bytes a second, bytes and bits a sample.
    number(16, 4), number(1, 2), number(1, 2), number(8'000, 4), number(16'000, 4), number(2, 2),
        number(16, 2);
    bytes += "data";
    number(kSamples * 2, 4);
    bytes.append(kSamples * 2, '\1');
    return bytes;
}

}  // namespace grover::testing
