#include "domains/media/renditions.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "domains/media/picture_strip.hpp"
#include "domains/media/pictures.hpp"
#include "domains/media/vips_library.hpp"

namespace grover::media {

namespace {

constexpr int kFullSide = 2048;
constexpr std::uint64_t kFullBytes = kMegabyte;
constexpr int kSquareSide = 400;
constexpr int kThumbSide = 100;
constexpr std::size_t kThumbBytes = 10 * 1024;
constexpr int kQuality = 80, kThumbQuality = 70, kLowestQuality = 50, kQualityStep = 5;
constexpr double kShrinkStep = 0.85;
// For one dimension: as large as the other makes it.
constexpr int kUnbounded = 10'000'000;

struct Width {
    const char* name;
    int pixels;
};
constexpr std::array kWidths{Width{"large", 1200}, Width{"medium", 800}, Width{"small", 400}};

// Every failing call of libvips means that the picture is at fault: that is all a client needs to know.
void require(int result) {
    if (result == 0) return;
    const std::string_view reason = vips().error_buffer();
    const bool lacks_decoder = reason.find("heif") != std::string_view::npos &&
                               (reason.find("Unsupported codec") != std::string_view::npos ||
                                reason.find("decoder plugin") != std::string_view::npos ||
                                reason.find("decoding plugin") != std::string_view::npos);
    vips().error_clear();
    if (lacks_decoder) throw heic_not_supported();
    throw damaged();
}

ImagePtr taken(VipsImage* image) {
    if (image == nullptr) require(-1);
    return ImagePtr(image);
}

struct Buffer {
    Buffer() = default;
    Buffer(Buffer&& other) noexcept : data(std::exchange(other.data, nullptr)), size(other.size) {}
    Buffer& operator=(Buffer&& other) noexcept {
        std::swap(data, other.data);
        size = other.size;
        return *this;
    }
    ~Buffer() { vips().free(data); }

    void* data = nullptr;
    std::size_t size = 0;
};

class File {
public:
    File(int directory, const std::string& name)
        : fd_(openat(directory, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640)) {
        if (fd_ < 0) throw CannotWrite{errno};
    }
    ~File() { close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int fd() const { return fd_; }
    void write(const Buffer& buffer) const {
        const auto* at = static_cast<const char*>(buffer.data);
        for (std::size_t left = buffer.size; left > 0;) {
            const auto written = ::write(fd_, at, left);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw CannotWrite{errno};
            at += written;
            left -= static_cast<std::size_t>(written);
        }
    }
    std::uint64_t size() const {
        struct stat status {};
        if (fstat(fd_, &status) != 0) throw CannotWrite{errno};
        return static_cast<std::uint64_t>(status.st_size);
    }

private:
    int fd_;
};

// What the decoder's header says, after rotation.
struct Source {
    int width = 0, height = 0;
    bool is_turned = false;
    bool is_srgb = true;  // or grey; then nothing needs to be converted
};

// libvips has sources that read a descriptor, but thumbnails of those ignore `fail_on`: half a picture would
// pass.
std::string path_of(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

bool is_srgb_profile(const VipsImage* image) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (vips().image_get_blob(image, VIPS_META_ICC_NAME, &data, &size) != 0) {
        vips().error_clear();
        return false;
    }
    const std::string_view profile(static_cast<const char*>(data), size);
    constexpr std::string_view kUtf16Name("\0s\0R\0G\0B", 8);
    return profile.find("sRGB") != std::string_view::npos ||
           profile.find(kUtf16Name) != std::string_view::npos;
}

Source read_header(int fd) {
    const auto image = taken(vips().image_new_from_file(path_of(fd).c_str(), "access", VIPS_ACCESS_SEQUENTIAL,
                                                        static_cast<void*>(nullptr)));
    const int orientation = vips().image_get_orientation(image.get());
    Source header{.width = vips().image_get_width(image.get()),
                  .height = vips().image_get_page_height(image.get())};
    check_limits(
        {.width = header.width, .height = header.height, .frames = vips().image_get_n_pages(image.get())});
    header.is_turned = orientation > 1;
    if (orientation >= 5) std::swap(header.width, header.height);
    const bool has_profile = vips().image_get_typeof(image.get(), VIPS_META_ICC_NAME) != 0;
    header.is_srgb = vips().image_get_interpretation(image.get()) != VIPS_INTERPRETATION_CMYK &&
                     (!has_profile || is_srgb_profile(image.get()));
    return header;
}

// Decodes the picture into memory: at most that large, upright, sRGB, on white.
ImagePtr decode_once(int fd, int width, int height, VipsInteresting crop, bool uses_profile) {
    VipsImage* out = nullptr;
    // With an unusable embedded profile the conversion fails as a whole; without it the colours count as
    // sRGB.
    const char* profile = uses_profile ? "srgb" : nullptr;
    require(vips().thumbnail(path_of(fd).c_str(), &out, width, "height", height, "size", VIPS_SIZE_DOWN,
                             "crop", crop, "fail_on", VIPS_FAIL_ON_ERROR,
                             profile != nullptr ? "export_profile" : nullptr, profile,
                             static_cast<void*>(nullptr)));
    ImagePtr image(out);
    require(vips().colourspace(image.get(), &out, VIPS_INTERPRETATION_sRGB, static_cast<void*>(nullptr)));
    image.reset(out);
    if (vips().image_hasalpha(image.get()) != 0) {
        constexpr std::array<double, 3> kWhite{255, 255, 255};
        auto* background = vips().array_double_new(kWhite.data(), static_cast<int>(kWhite.size()));
        const int result =
            vips().flatten(image.get(), &out, "background", background, static_cast<void*>(nullptr));
        vips().area_unref(VIPS_AREA(background));
        require(result);
        image.reset(out);
    }
    require(vips().cast(image.get(), &out, VIPS_FORMAT_UCHAR, static_cast<void*>(nullptr)));
    image.reset(out);
    // Here the pixels are computed, and damage shows.
    return taken(vips().image_copy_memory(image.get()));
}

ImagePtr decode(int fd, const Source& header, int width, int height, VipsInteresting crop) {
    if (header.is_srgb) return decode_once(fd, width, height, crop, false);
    try {
        return decode_once(fd, width, height, crop, true);
    } catch (const Error&) {
        return decode_once(fd, width, height, crop, false);
    }
}

ImagePtr shrink(const ImagePtr& image, int width, int height) {
    VipsImage* out = nullptr;
    require(vips().thumbnail_image(image.get(), &out, width, "height", height, "size", VIPS_SIZE_DOWN,
                                   static_cast<void*>(nullptr)));
    ImagePtr small(out);
    return taken(vips().image_copy_memory(small.get()));
}

ImagePtr crop_to_square(const ImagePtr& image, int side) {
    VipsImage* out = nullptr;
    require(vips().thumbnail_image(image.get(), &out, side, "height", side, "crop", VIPS_INTERESTING_CENTRE,
                                   "size", VIPS_SIZE_BOTH, static_cast<void*>(nullptr)));
    ImagePtr square(out);
    return taken(vips().image_copy_memory(square.get()));
}

enum class Scans : std::uint8_t { one, progressive };

Buffer encode(const ImagePtr& image, int quality, Scans scans) {
    Buffer buffer;
    require(vips().jpegsave_buffer(image.get(), &buffer.data, &buffer.size, "Q", quality, "strip", TRUE,
                                   "optimize_coding", TRUE, "interlace",
                                   scans == Scans::progressive ? TRUE : FALSE, static_cast<void*>(nullptr)));
    return buffer;
}

int width_of(const ImagePtr& image) { return vips().image_get_width(image.get()); }
int height_of(const ImagePtr& image) { return vips().image_get_height(image.get()); }

// As good as fits into a megabyte: first the quality goes down, then the size.
std::pair<Buffer, ImagePtr> encode_full(ImagePtr image) {
    int quality = kQuality;
    Buffer buffer = encode(image, quality, Scans::progressive);
    while (buffer.size > kFullBytes) {
        if (quality > kLowestQuality) {
            quality -= kQualityStep;
        } else {
            const auto width = std::max(1, static_cast<int>(std::lround(width_of(image) * kShrinkStep)));
            const auto height = std::max(1, static_cast<int>(std::lround(height_of(image) * kShrinkStep)));
            image = shrink(image, width, height);
        }
        buffer = encode(image, quality, Scans::progressive);
    }
    return {std::move(buffer), std::move(image)};
}

class Studio {
public:
    Studio(int source, int target) : source_(source), target_(target) {}

    std::vector<MadeRendition> made;

    void write_jpeg(const char* name, const ImagePtr& image, const Buffer& buffer) {
        File(target_, name).write(buffer);
        made.push_back({name, Format::jpeg, width_of(image), height_of(image)});
    }

    void write_thumb(const ImagePtr& image) {
        const auto thumb = crop_to_square(image, kThumbSide);
        int quality = kThumbQuality;
        Buffer buffer = encode(thumb, quality, Scans::one);
        while (buffer.size > kThumbBytes && quality > kQualityStep) {
            quality -= kQualityStep;
            buffer = encode(thumb, quality, Scans::one);
        }
        write_jpeg("thumb", thumb, buffer);
    }

    void write_widths(const ImagePtr& image, int source_width) {
        for (const auto& [name, width] : kWidths) {
            const bool is_smallest = width == kWidths.back().pixels;
            if (width > source_width && !is_smallest) continue;
            const auto smaller = shrink(image, width, kUnbounded);
            write_jpeg(name, smaller, encode(smaller, kQuality, Scans::one));
        }
    }

    // The source as it is, without its metadata.
    void write_copy(Format format, int width, int height) {
        ByteSource bytes(source_);
        const File file(target_, "full");
        copy_without_metadata(bytes, format, file.fd());
        made.push_back({"full", format, width, height});
    }

    // True when the source itself, without its metadata, conforms and is no larger than what we would make of
    // it.
    bool write_conforming_source(Format format, const Source& header, std::size_t size_to_beat) {
        const bool conforms = format == Format::jpeg && !header.is_turned && header.is_srgb &&
                              std::max(header.width, header.height) <= kFullSide;
        if (!conforms) return false;
        ByteSource bytes(source_);
        const File file(target_, "full");
        copy_without_metadata(bytes, format, file.fd());
        if (file.size() <= std::min<std::uint64_t>(size_to_beat, kFullBytes)) {
            made.push_back({"full", format, header.width, header.height});
            return true;
        }
        if (unlinkat(target_, "full", 0) != 0) throw CannotWrite{errno};
        return false;
    }

private:
    int source_;
    int target_;
};

}  // namespace

bool decodes_heic() { return vips().type_find("VipsOperation", "heifload") != 0; }

std::vector<MadeRendition> make_renditions(int source, Format format, bool is_animated, Recipe recipe,
                                           int target) {
    if (format == Format::heic && !decodes_heic()) throw heic_not_supported();
    const Source header = read_header(source);
    Studio studio(source, target);
    if (recipe == Recipe::square) {
        const int side = std::min({kSquareSide, header.width, header.height});
        const auto image = decode(source, header, side, side, VIPS_INTERESTING_CENTRE);
        studio.write_jpeg("full", image, encode(image, kQuality, Scans::progressive));
        studio.write_thumb(image);
        return std::move(studio.made);
    }

    // One decoded copy serves all renditions. `large` of a tall picture is longer than `full`.
    const double scale = std::max(static_cast<double>(kFullSide) / std::max(header.width, header.height),
                                  static_cast<double>(kWidths.front().pixels) / header.width);
    const auto bounded = [&](int side) {
        return scale >= 1 ? side : std::max(1, static_cast<int>(std::ceil(side * scale)));
    };
    const auto image =
        decode(source, header, bounded(header.width), bounded(header.height), VIPS_INTERESTING_NONE);

    if (is_animated) {
        studio.write_copy(format, header.width, header.height);
    } else {
        auto [buffer, full] = encode_full(shrink(image, kFullSide, kFullSide));
        if (!studio.write_conforming_source(format, header, buffer.size))
            studio.write_jpeg("full", full, buffer);
    }
    studio.write_widths(image, header.width);
    studio.write_thumb(image);
    return std::move(studio.made);
}

}  // namespace grover::media
