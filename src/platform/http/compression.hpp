// Content codings of answers: gzip, brotli, zstd (system.md §2 "Compression").
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace grover::http {

enum class Coding : std::uint8_t { identity, gzip, brotli, zstd };
std::string_view to_string(Coding coding);

inline constexpr std::size_t kMinCompressedBody = 1'000;

// Text that gets smaller: text/*, JSON, XML, JavaScript, SVG, OpenAPI, with or without parameters.
bool is_compressible_type(std::string_view content_type);

// The coding that the client weighs highest; of equals the cheapest to make: zstd, brotli, gzip.
Coding negotiate_coding(std::string_view accept_encoding);
bool accepts_gzip(std::string_view accept_encoding);

// Of a whole gzip file that was made at build time.
std::string unpack_gzip(std::string_view packed);

// One per thread; keeps its contexts, and what it made of bodies that are sent again and again.
class Compressor {
public:
    Compressor();
    ~Compressor();

    // False if it did not get smaller.
    bool compress(Coding coding, std::string_view body, std::string& out);
    // The same, remembered for as long as others hold the body. Null if it did not get smaller.
    std::shared_ptr<const std::string> compress_shared(Coding coding,
                                                       const std::shared_ptr<const std::string>& body);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::http
