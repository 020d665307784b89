#include "platform/http/compression.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <vector>

#include "platform/http/message.hpp"

namespace grover::http {

namespace {

// Measured on a 15 KB feed page: the levels at which another microsecond buys little.
constexpr int kGzipLevel = 4;
constexpr int kBrotliQuality = 4;
constexpr int kZstdLevel = 3;
constexpr int kGzipWindow = 15 + 16;  // + 16: a gzip header instead of a zlib one
constexpr int kGzipMemory = 8;

// The loop answers nobody else meanwhile, so a very large body gets the fastest levels.
constexpr std::size_t kLargeBody = 256 * 1024;

constexpr std::size_t kRememberedBodies = 32;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Thousandths; a weight that is none counts as 1.
int weight_of(std::string_view parameters) {
    const auto q = parameters.find("q=");
    if (q == parameters.npos) return 1000;
    const auto text = trimmed(parameters.substr(q + 2));
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return 1000;
    int weight = (text[0] - '0') * 1000;
    for (std::size_t i = 2, unit = 100; i < text.size() && i < 5 && text[1] == '.'; ++i, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') break;
        weight += (text[i] - '0') * static_cast<int>(unit);
    }
    return std::min(weight, 1000);
}

}  // namespace

std::string_view to_string(Coding coding) {
    switch (coding) {
        case Coding::gzip:
            return "gzip";
        case Coding::brotli:
            return "br";
        case Coding::zstd:
            return "zstd";
        case Coding::identity:
            break;
    }
    return {};
}

bool is_compressible_type(std::string_view content_type) {
    const auto type = trimmed(content_type.substr(0, content_type.find(';')));
    if (type.starts_with("text/")) return true;
    if (type.starts_with("application/")) {
        const auto subtype = type.substr(std::string_view("application/").size());
        return subtype == "json" || subtype == "javascript" || subtype == "xml" || subtype == "openapi" ||
               subtype == "manifest+json" || subtype == "x-ndjson" || subtype.ends_with("+json") ||
               subtype.ends_with("+xml") || subtype.starts_with("openapi");
    }
    return type == "image/svg+xml";
}

namespace {

// What the client says of each coding; -1: nothing.
struct Weights {
    int gzip = -1;
    int brotli = -1;
    int zstd = -1;
    int identity = -1;
};

Weights weights_in(std::string_view accept_encoding) {
    Weights weights;
    int any = -1;
    while (!accept_encoding.empty()) {
        const auto item = accept_encoding.substr(0, accept_encoding.find(','));
        accept_encoding.remove_prefix(std::min(accept_encoding.size(), item.size() + 1));
        const auto semicolon = std::min(item.find(';'), item.size());
        const auto name = trimmed(item.substr(0, semicolon));
        const int weight = weight_of(item.substr(semicolon));
        if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) weights.gzip = weight;
        if (equals_ignoring_case(name, "br")) weights.brotli = weight;
        if (equals_ignoring_case(name, "zstd")) weights.zstd = weight;
        if (equals_ignoring_case(name, "identity")) weights.identity = weight;
        if (name == "*") any = weight;
    }
    // "*" means gzip: the others only for clients that name them.
    if (weights.gzip < 0) weights.gzip = any;
    return weights;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) { return weights_in(accept_encoding).gzip > 0; }

Coding negotiate_coding(std::string_view accept_encoding) {
    const auto weights = weights_in(accept_encoding);
    Coding best = Coding::identity;
    int weight = std::max(weights.identity, 0);
    const auto consider = [&](Coding coding, int its_weight) {
        if (its_weight > 0 && (its_weight > weight || (its_weight == weight && best == Coding::identity))) {
            best = coding;
            weight = its_weight;
        }
    };
    consider(Coding::zstd, weights.zstd);
    consider(Coding::brotli, weights.brotli);
    consider(Coding::gzip, weights.gzip);
    return best;
}

std::string unpack_gzip(std::string_view packed) {
    // The last four bytes say how much was packed; what was embedded at build time is below 4 GiB.
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size |= std::uint32_t{static_cast<unsigned char>(packed[packed.size() - 4 + i])} << (8 * i);
    std::string out(size, '\0');
    z_stream stream{};
    if (::inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = size;
    const int end = ::inflate(&stream, Z_FINISH);
    ::inflateEnd(&stream);
    if (end != Z_STREAM_END) throw std::runtime_error("damaged gzip data");
    return out;
}

struct Compressor::Impl {
    struct Remembered {
        std::weak_ptr<const std::string> source;
        Coding coding = Coding::identity;
        std::shared_ptr<const std::string> compressed;  // null: did not get smaller
    };

    ~Impl() {
        if (gzip_ready) ::deflateEnd(&gzip);
        ::ZSTD_freeCCtx(zstd);
    }

    bool run_gzip(std::string_view body, std::string& out);
    bool run_brotli(std::string_view body, std::string& out) const;
    bool run_zstd(std::string_view body, std::string& out);

    z_stream gzip{};
    bool gzip_ready = false;
    ZSTD_CCtx* zstd = nullptr;
    std::vector<Remembered> remembered;
    std::size_t next = 0;
};

Compressor::Compressor() : impl_(std::make_unique<Impl>()) {}
Compressor::~Compressor() = default;

bool Compressor::Impl::run_gzip(std::string_view body, std::string& out) {
    if (!gzip_ready) {
        if (::deflateInit2(&gzip, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            return false;
        gzip_ready = true;
    }
    ::deflateReset(&gzip);
    ::deflateParams(&gzip, body.size() > kLargeBody ? 1 : kGzipLevel, Z_DEFAULT_STRATEGY);
    gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    gzip.avail_in = static_cast<uInt>(body.size());
    gzip.next_out = reinterpret_cast<Bytef*>(out.data());
    gzip.avail_out = static_cast<uInt>(out.size());
    if (::deflate(&gzip, Z_FINISH) != Z_STREAM_END) return false;
    out.resize(gzip.total_out);
    return true;
}

bool Compressor::Impl::run_brotli(std::string_view body, std::string& out) const {
    std::size_t size = out.size();
    const int quality = body.size() > kLargeBody ? 1 : kBrotliQuality;
    if (::BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(),
                                reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                                reinterpret_cast<std::uint8_t*>(out.data())) != BROTLI_TRUE) {
        return false;
    }
    out.resize(size);
    return true;
}

bool Compressor::Impl::run_zstd(std::string_view body, std::string& out) {
    if (zstd == nullptr) zstd = ::ZSTD_createCCtx();
    if (zstd == nullptr) return false;
    const int level = body.size() > kLargeBody ? 1 : kZstdLevel;
    const std::size_t size =
        ::ZSTD_compressCCtx(zstd, out.data(), out.size(), body.data(), body.size(), level);
    if (::ZSTD_isError(size) != 0) return false;
    out.resize(size);
    return true;
}

bool Compressor::compress(Coding coding, std::string_view body, std::string& out) {
    // Room for less than the body: an encoder that runs out of it has made nothing smaller.
    out.resize(body.size() - 1);
    switch (coding) {
        case Coding::gzip:
            return impl_->run_gzip(body, out);
        case Coding::brotli:
            return impl_->run_brotli(body, out);
        case Coding::zstd:
            return impl_->run_zstd(body, out);
        case Coding::identity:
            break;
    }
    return false;
}

std::shared_ptr<const std::string> Compressor::compress_shared(
    Coding coding, const std::shared_ptr<const std::string>& body) {
    for (const auto& known : impl_->remembered) {
        const bool same = !known.source.owner_before(body) && !body.owner_before(known.source);
        if (same && known.coding == coding && !known.source.expired()) return known.compressed;
    }
    auto made = std::make_shared<std::string>();
    if (!compress(coding, *body, *made)) made.reset();
    if (made) made->shrink_to_fit();
    Impl::Remembered entry{body, coding, made};
    if (impl_->remembered.size() < kRememberedBodies) {
        impl_->remembered.push_back(std::move(entry));
    } else {
        impl_->remembered[impl_->next] = std::move(entry);
        impl_->next = (impl_->next + 1) % kRememberedBodies;
    }
    return made;
}

}  // namespace grover::http
