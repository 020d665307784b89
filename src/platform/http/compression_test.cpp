#include <brotli/decode.h>
#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

#include "platform/http/compression.hpp"

using namespace grover::http;

namespace {

std::string gunzip(const std::string& data, std::size_t size) {
    std::string out(size, '\0');
    z_stream stream{};
    REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    CHECK(stream.avail_out == 0);
    ::inflateEnd(&stream);
    return out;
}

std::string unbrotli(const std::string& data, std::size_t size) {
    std::string out(size, '\0');
    CHECK(::BrotliDecoderDecompress(data.size(), reinterpret_cast<const std::uint8_t*>(data.data()), &size,
                                    reinterpret_cast<std::uint8_t*>(out.data())) ==
          BROTLI_DECODER_RESULT_SUCCESS);
    return out;
}

std::string unzstd(const std::string& data, std::size_t size) {
    std::string out(size, '\0');
    CHECK(::ZSTD_decompress(out.data(), out.size(), data.data(), data.size()) == size);
    return out;
}

std::string sample(std::size_t size) {
    std::string text;
    for (int i = 0; text.size() < size; ++i)
        text += "{\"post_id\": \"post_" + std::to_string(i * 7919) + "\"},";
    text.resize(size);
    return text;
}

}  // namespace

TEST_CASE("the client's weights decide, then what is cheapest") {
    CHECK(negotiate_coding("") == Coding::identity);
    CHECK(negotiate_coding("gzip") == Coding::gzip);
    CHECK(negotiate_coding("gzip, deflate, br") == Coding::brotli);
    CHECK(negotiate_coding("gzip, deflate, br, zstd") == Coding::zstd);
    CHECK(negotiate_coding("gzip;q=1.0, br;q=0.5") == Coding::gzip);
    CHECK(negotiate_coding("gzip;q=0.001, zstd;q=0") == Coding::gzip);
    CHECK(negotiate_coding("gzip;q=0") == Coding::identity);
    CHECK(negotiate_coding("GZIP ; q=0.5") == Coding::gzip);
    CHECK(negotiate_coding("identity, gzip;q=0.5") == Coding::identity);
    CHECK(negotiate_coding("*") == Coding::gzip);
    CHECK(negotiate_coding("*;q=0") == Coding::identity);
    CHECK(negotiate_coding("br;q=0, *") == Coding::gzip);
    CHECK(negotiate_coding("gzip;q=nonsense") == Coding::gzip);
    CHECK(negotiate_coding(",,;;q=,") == Coding::identity);
    CHECK(negotiate_coding("deflate, compress, gzipp") == Coding::identity);
}

TEST_CASE("what was packed beforehand goes to clients that take it, and unpacked to the others") {
    for (const auto* takes : {"gzip", "br, GZIP;q=0.1", "*", "x-gzip"}) CHECK(accepts_gzip(takes));
    for (const auto* does_not : {"", "identity", "br", "gzip;q=0", "*;q=0"})
        CHECK_FALSE(accepts_gzip(does_not));

    Compressor compressor;
    std::string text, packed;
    for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
    REQUIRE(compressor.compress(Coding::gzip, text, packed));
    CHECK(unpack_gzip(packed) == text);
    packed[packed.size() / 2] ^= 1;
    CHECK_THROWS(unpack_gzip(packed));
}

TEST_CASE("text is compressed, pictures are not") {
    CHECK(is_compressible_type("application/json"));
    CHECK(is_compressible_type("application/json; charset=utf-8"));
    CHECK(is_compressible_type("text/html"));
    CHECK(is_compressible_type("text/csv; charset=utf-8"));
    CHECK(is_compressible_type("application/openapi+json"));
    CHECK(is_compressible_type("image/svg+xml"));
    CHECK_FALSE(is_compressible_type("image/png"));
    CHECK_FALSE(is_compressible_type("application/octet-stream"));
    CHECK_FALSE(is_compressible_type("video/mp4"));
    CHECK_FALSE(is_compressible_type(""));
}

TEST_CASE("what was compressed comes back, again and again on the same contexts") {
    Compressor compressor;
    std::string out;
    for (const std::size_t size : {1'000UL, 15'000UL, 300'000UL, 1'000UL}) {
        const auto text = sample(size);
        REQUIRE(compressor.compress(Coding::gzip, text, out));
        CHECK(out.size() < size);
        CHECK(gunzip(out, size) == text);
        REQUIRE(compressor.compress(Coding::brotli, text, out));
        CHECK(unbrotli(out, size) == text);
        REQUIRE(compressor.compress(Coding::zstd, text, out));
        CHECK(unzstd(out, size) == text);
    }
}

TEST_CASE("what would not get smaller stays as it is") {
    Compressor compressor;
    std::string noise;
    std::uint64_t state = 88172645463325252ULL;
    for (int i = 0; i < 2'000; ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.push_back(static_cast<char>(state));
    }
    std::string out;
    for (const auto coding : {Coding::gzip, Coding::brotli, Coding::zstd})
        CHECK_FALSE(compressor.compress(coding, noise, out));
    REQUIRE(compressor.compress(Coding::gzip, sample(2'000), out));
    CHECK(gunzip(out, 2'000) == sample(2'000));
}

TEST_CASE("a shared body is compressed once for as long as it lives") {
    Compressor compressor;
    auto body = std::make_shared<const std::string>(sample(5'000));
    const auto first = compressor.compress_shared(Coding::gzip, body);
    REQUIRE(first);
    CHECK(compressor.compress_shared(Coding::gzip, body) == first);
    CHECK(compressor.compress_shared(Coding::zstd, body) != first);
    for (int i = 0; i < 100; ++i) {
        // A new body at what may be the old one's address.
        body.reset();
        body = std::make_shared<const std::string>(sample(5'000 + static_cast<std::size_t>(i)));
        CHECK(gunzip(*compressor.compress_shared(Coding::gzip, body), body->size()) == *body);
    }
}
