#include "domains/media/movie.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace grover::media {

namespace {

constexpr std::size_t kMaxTracks = 64;

// Version 0 counts time in 32 bits, version 1 in 64. All ones mean "unknown".
std::uint64_t read_time(ByteSource& file, bool wide, std::uint64_t offset) {
    if (wide) {
        const auto value = file.u64be(offset);
        return value == ~std::uint64_t{0} ? 0 : value;
    }
    const auto value = file.u32be(offset);
    return value == ~std::uint32_t{0} ? 0 : value;
}

double seconds(std::uint64_t units, std::uint32_t timescale) {
    return timescale == 0 ? 0 : static_cast<double>(units) / timescale;
}

// 16.16 fixed point, as sizes and matrices are stored.
int whole_part(std::uint32_t fixed) { return static_cast<int>(fixed >> 16); }

struct Header {
    int width = 0, height = 0;
    bool on_its_side = false;  // turned by 90 or 270 degrees
};

Header read_track_header(ByteSource& file, const Box& tkhd, Track& track) {
    const bool wide = file.u8(tkhd.body) == 1;
    track.id = file.u32be(tkhd.body + (wide ? 20 : 12));
    const auto matrix = tkhd.body + (wide ? 52 : 40);
    Header header;
    header.on_its_side =
        file.u32be(matrix) == 0 && file.u32be(matrix + 16) == 0 && file.u32be(matrix + 4) != 0;
    header.width = whole_part(file.u32be(matrix + 36));
    header.height = whole_part(file.u32be(matrix + 40));
    return header;
}

void read_media_header(ByteSource& file, const Box& mdhd, Track& track) {
    const bool wide = file.u8(mdhd.body) == 1;
    track.timescale = file.u32be(mdhd.body + (wide ? 20 : 12));
    track.duration = seconds(read_time(file, wide, mdhd.body + (wide ? 24 : 16)), track.timescale);
}

struct CodedSize {
    int width = 0, height = 0;
};

CodedSize read_sample_table(ByteSource& file, const Box& stbl, Track& track) {
    CodedSize coded;
    track.stbl = stbl;
    each_box_in(file, stbl, [&](const Box& box) {
        if (box.type == box_type("stsd") && file.u32be(box.body + 4) > 0) {
            const Box entry = box_at(file, box.body + 8, box.end);
            track.codec = entry.type;
            if (track.is_video()) {
                if (entry.end - entry.start < 36) throw damaged();
                coded = {file.u16be(entry.start + 32), file.u16be(entry.start + 34)};
            }
        } else if (box.type == box_type("stsz") || box.type == box_type("stz2")) {
            track.has_samples = file.u32be(box.body + 8) > 0;
        }
    });
    return coded;
}

Track read_track(ByteSource& file, const Box& trak) {
    Track track{.box = trak};
    Header header;
    CodedSize coded;
    each_box_in(file, trak, [&](const Box& box) {
        if (box.type == box_type("tkhd")) header = read_track_header(file, box, track);
        if (box.type != box_type("mdia")) return;
        each_box_in(file, box, [&](const Box& inner) {
            if (inner.type == box_type("mdhd")) read_media_header(file, inner, track);
            if (inner.type == box_type("hdlr")) track.handler = file.u32be(inner.body + 8);
        });
        // A second pass: reading the samples needs the handler, which may stand behind them.
        each_box_in(file, box, [&](const Box& inner) {
            if (inner.type != box_type("minf")) return;
            each_box_in(file, inner, [&](const Box& stbl) {
                if (stbl.type == box_type("stbl")) coded = read_sample_table(file, stbl, track);
            });
        });
    });
    if (track.is_video()) {
        if (coded.width <= 0 || coded.height <= 0 || coded.width > kMaxSide || coded.height > kMaxSide)
            throw damaged();
        const bool shown_size_is_sane =
            header.width > 0 && header.height > 0 && header.width <= kMaxSide && header.height <= kMaxSide;
        track.width = shown_size_is_sane ? header.width : coded.width;
        track.height = shown_size_is_sane ? header.height : coded.height;
        if (header.on_its_side) std::swap(track.width, track.height);
    }
    return track;
}

// Where fragments end, for files written by a recorder that never went back to note the length.
class FragmentClock {
public:
    void read_defaults(ByteSource& file, const Box& mvex) {
        each_box_in(file, mvex, [&](const Box& box) {
            if (box.type != box_type("trex")) return;
            if (default_duration_.size() == kMaxTracks) throw damaged();
            default_duration_[file.u32be(box.body + 4)] = file.u32be(box.body + 12);
        });
    }

    void read_fragment(ByteSource& file, const Box& moof) {
        each_box_in(file, moof, [&](const Box& box) {
            if (box.type == box_type("traf")) read_track_fragment(file, box);
        });
    }

    std::uint64_t end_of(std::uint32_t track) const {
        const auto found = end_.find(track);
        return found == end_.end() ? 0 : found->second;
    }
    bool has_samples(std::uint32_t track) const { return end_.contains(track); }

private:
    std::uint32_t default_duration(std::uint32_t track) const {
        const auto found = default_duration_.find(track);
        return found == default_duration_.end() ? 0 : found->second;
    }

    void read_track_fragment(ByteSource& file, const Box& traf) {
        std::uint32_t track = 0, sample_duration = 0;
        std::uint64_t duration = 0;
        bool has_start = false, has_run = false;
        std::uint64_t start = 0;
        each_box_in(file, traf, [&](const Box& box) {
            const auto flags = file.u32be(box.body) & 0xFFFFFF;
            if (box.type == box_type("tfhd")) {
                track = file.u32be(box.body + 4);
                sample_duration = default_duration(track);
                const std::uint64_t skipped = ((flags & 1) != 0 ? 8U : 0U) + ((flags & 2) != 0 ? 4U : 0U);
                if ((flags & 8) != 0) sample_duration = file.u32be(box.body + 8 + skipped);
            } else if (box.type == box_type("tfdt")) {
                has_start = true;
                start = read_time(file, file.u8(box.body) == 1, box.body + 4);
            } else if (box.type == box_type("trun")) {
                has_run = true;
                duration += read_run(file, box, flags, sample_duration);
            }
        });
        if (!has_run) return;
        if (end_.size() == kMaxTracks && !end_.contains(track)) throw damaged();
        auto& end = end_[track];
        end = std::max(end, (has_start ? start : end) + duration);
    }

    static std::uint64_t read_run(ByteSource& file, const Box& trun, std::uint32_t flags,
                                  std::uint32_t sample_duration) {
        const std::uint64_t samples = file.u32be(trun.body + 4);
        const auto present = [&](std::uint32_t flag) { return (flags & flag) != 0 ? 4ULL : 0ULL; };
        const auto first = trun.body + 8 + present(0x1) + present(0x4);
        const auto step = present(0x100) + present(0x200) + present(0x400) + present(0x800);
        if (first > trun.end || samples * step > trun.end - first) throw damaged();
        if (present(0x100) == 0) return samples * sample_duration;
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < samples; ++i) sum += file.u32be(first + i * step);
        return sum;
    }

    std::map<std::uint32_t, std::uint32_t> default_duration_;
    std::map<std::uint32_t, std::uint64_t> end_;
};

void read_moov(ByteSource& file, const Box& moov, Movie& movie, FragmentClock& fragments) {
    each_box_in(file, moov, [&](const Box& box) {
        if (box.type == box_type("trak")) {
            if (movie.tracks.size() == kMaxTracks) throw damaged();
            movie.tracks.push_back(read_track(file, box));
        } else if (box.type == box_type("mvex")) {
            movie.fragmented = true;
            fragments.read_defaults(file, box);
        }
    });
}

// The cover of an audio book, stored as a one-picture video track.
bool is_cover(const Movie& movie, const Track& track) {
    const bool audio_file = movie.brand == box_type("M4A ") || movie.brand == box_type("M4B ");
    return audio_file && (track.codec == box_type("jpeg") || track.codec == box_type("png "));
}

}  // namespace

const Track* Movie::video() const {
    const auto found =
        std::find_if(tracks.begin(), tracks.end(), [](auto& t) { return t.is_kept && t.is_video(); });
    return found == tracks.end() ? nullptr : &*found;
}

const Track* Movie::audio() const {
    const auto found =
        std::find_if(tracks.begin(), tracks.end(), [](auto& t) { return t.is_kept && t.is_audio(); });
    return found == tracks.end() ? nullptr : &*found;
}

Movie read_movie(ByteSource& file) {
    Movie movie;
    FragmentClock fragments;
    bool has_moov = false;
    each_top_box(file, [&](const Box& box) {
        if (box.type == box_type("ftyp")) movie.brand = file.u32be(box.body);
        if (box.type == box_type("moov")) {
            if (has_moov) throw damaged();
            has_moov = true;
            read_moov(file, box, movie, fragments);
        }
        if (box.type == box_type("moof")) fragments.read_fragment(file, box);
    });

    for (auto& track : movie.tracks) {
        track.is_kept = (track.is_video() || track.is_audio()) && !is_cover(movie, track);
        if (!track.is_kept) continue;
        if (fragments.has_samples(track.id)) {
            track.has_samples = true;
            track.duration = std::max(track.duration, seconds(fragments.end_of(track.id), track.timescale));
        }
        // A track that promises a kind and holds nothing of it.
        if (!track.has_samples) track.is_kept = false;
        if (track.is_kept) movie.duration = std::max(movie.duration, track.duration);
    }
    if (movie.video() == nullptr && movie.audio() == nullptr) throw damaged();
    return movie;
}

}  // namespace grover::media
