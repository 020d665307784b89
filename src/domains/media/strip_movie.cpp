#include <algorithm>
#include <initializer_list>

#include "domains/media/movie.hpp"
#include "domains/media/strip_containers.hpp"

namespace grover::media {

namespace {

using Types = std::initializer_list<std::uint32_t>;

bool is_one_of(std::uint32_t type, Types types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

// What players need, level by level. All else, known or not, is metadata.
constexpr Types kTop{box_type("ftyp"), box_type("moov"), box_type("mdat"), box_type("moof"),
                     box_type("sidx"), box_type("styp"), box_type("ssix"), box_type("mfra"),
                     box_type("prft"), box_type("pdin")};
constexpr Types kMoov{box_type("mvhd"), box_type("trak"), box_type("mvex"), box_type("iods")};
constexpr Types kTrak{box_type("tkhd"), box_type("mdia"), box_type("edts"), box_type("tapt")};
constexpr Types kMdia{box_type("mdhd"), box_type("hdlr"), box_type("minf"), box_type("elng")};
constexpr Types kMinf{box_type("vmhd"), box_type("smhd"), box_type("hdlr"), box_type("dinf"),
                      box_type("stbl"), box_type("gmhd"), box_type("nmhd")};
constexpr Types kMoof{box_type("mfhd"), box_type("traf")};
constexpr Types kTraf{box_type("tfhd"), box_type("tfdt"), box_type("trun"),
                      box_type("sdtp"), box_type("sbgp"), box_type("sgpd"),
                      box_type("saiz"), box_type("saio"), box_type("senc")};

// A fragment a second, for as long as a recording may be, and then some.
constexpr std::size_t kMaxDataBoxes = 100'000;

class MovieStrip {
public:
    MovieStrip(ByteSource& file, FileEditor& edit) : file_(file), edit_(edit), movie_(read_movie(file)) {}

    void run() {
        each_top_box(file_, [&](const Box& box) {
            if (box.type != box_type("mdat")) return;
            if (data_.size() == kMaxDataBoxes) throw damaged();
            data_.push_back(box);
        });
        // Before any box is changed: the tables say where the samples are.
        for (const auto& track : movie_.tracks) {
            if (!track.is_kept) erase_samples(track);
        }
        const auto end = each_top_box(file_, [&](const Box& box) {
            if (!is_one_of(box.type, kTop)) free(box);
            if (box.type == box_type("moov")) strip_moov(box);
            if (box.type == box_type("moof")) strip_moof(box);
        });
        if (end < file_.size()) edit_.truncate(end);
    }

private:
    void free(const Box& box) {
        // With a 64-bit length the type stands at the same place.
        edit_.write(box.start + 4, "free");
        edit_.zero(box.body, box.end);
    }

    const Track* track_at(std::uint64_t start) const {
        const auto found = std::find_if(movie_.tracks.begin(), movie_.tracks.end(),
                                        [&](const Track& t) { return t.box.start == start; });
        return found == movie_.tracks.end() ? nullptr : &*found;
    }

    bool is_dropped(std::uint32_t track_id) const {
        return std::any_of(movie_.tracks.begin(), movie_.tracks.end(),
                           [&](const Track& track) { return track.id == track_id && !track.is_kept; });
    }

    // Creation and modification, after version and flags; eight bytes each in version 1.
    void erase_times(const Box& header) {
        const auto length = file_.u8(header.body) == 1 ? 16U : 8U;
        edit_.zero(header.body + 4, std::min<std::uint64_t>(header.end, header.body + 4 + length));
    }

    // The handler's name often says which camera wrote the file.
    void erase_name(const Box& hdlr) { edit_.zero(std::min(hdlr.end, hdlr.body + 24), hdlr.end); }

    void strip_moov(const Box& moov) {
        each_box_in(file_, moov, [&](const Box& box) {
            const Track* track = box.type == box_type("trak") ? track_at(box.start) : nullptr;
            const bool is_foreign_track =
                box.type == box_type("trak") && (track == nullptr || !track->is_kept);
            if (is_foreign_track || !is_one_of(box.type, kMoov)) return free(box);
            if (box.type == box_type("mvhd")) erase_times(box);
            if (track != nullptr) strip_track(*track);
        });
    }

    void strip_track(const Track& track) {
        each_box_in(file_, track.box, [&](const Box& box) {
            if (!is_one_of(box.type, kTrak)) return free(box);
            if (box.type == box_type("tkhd")) erase_times(box);
            if (box.type != box_type("mdia")) return;
            each_box_in(file_, box, [&](const Box& inner) {
                if (!is_one_of(inner.type, kMdia)) return free(inner);
                if (inner.type == box_type("mdhd")) erase_times(inner);
                if (inner.type == box_type("hdlr")) erase_name(inner);
                if (inner.type == box_type("minf")) strip_media(inner, track);
            });
        });
    }

    void strip_media(const Box& minf, const Track& track) {
        each_box_in(file_, minf, [&](const Box& box) {
            if (!is_one_of(box.type, kMinf)) return free(box);
            if (box.type == box_type("hdlr")) erase_name(box);
            if (box.type == box_type("dinf")) erase_file_names(box);
            if (box.type != box_type("stbl")) return;
            each_box_in(file_, box, [&](const Box& table) {
                if (is_one_of(table.type,
                              {box_type("udta"), box_type("meta"), box_type("uuid"), box_type("free")}))
                    free(table);
                if (table.type == box_type("stsd") && track.is_video()) erase_compressor(table);
            });
        });
    }

    // QuickTime's aliases name the file and the disk that the recording was made on.
    void erase_file_names(const Box& dinf) {
        each_box_in(file_, dinf, [&](const Box& dref) {
            if (dref.type != box_type("dref") || dref.body_size() < 8) return;
            each_box(file_, dref.body + 8, dref.end,
                     [&](const Box& entry) { edit_.zero(std::min(entry.end, entry.body + 4), entry.end); });
        });
    }

    // 32 bytes in each description of pictures: "GoPro AVC encoder".
    void erase_compressor(const Box& stsd) {
        constexpr std::uint64_t kName = 50, kNameLength = 32;
        each_box(file_, stsd.body + 8, stsd.end, [&](const Box& entry) {
            if (entry.end - entry.start >= kName + kNameLength) {
                edit_.zero(entry.start + kName, entry.start + kName + kNameLength);
            }
        });
    }

    void strip_moof(const Box& moof) {
        each_box_in(file_, moof, [&](const Box& box) {
            if (!is_one_of(box.type, kMoof) || (box.type == box_type("traf") && belongs_to_dropped(box)))
                return free(box);
            if (box.type != box_type("traf")) return;
            each_box_in(file_, box, [&](const Box& inner) {
                if (!is_one_of(inner.type, kTraf)) free(inner);
            });
        });
    }

    bool belongs_to_dropped(const Box& traf) {
        bool is_one = false;
        each_box_in(file_, traf, [&](const Box& box) {
            if (box.type == box_type("tfhd")) is_one = is_dropped(file_.u32be(box.body + 4));
        });
        return is_one;
    }

    // Tables of one track: how many samples each chunk has, how large each sample is, where each chunk begins.
    void erase_samples(const Track& track) {
        if (track.stbl.type == 0) return;
        Box sizes, runs, chunks;
        each_box_in(file_, track.stbl, [&](const Box& box) {
            if (box.type == box_type("stsz")) sizes = box;
            if (box.type == box_type("stsc")) runs = box;
            if (box.type == box_type("stco") || box.type == box_type("co64")) chunks = box;
        });
        if (sizes.type == 0 || runs.type == 0 || chunks.type == 0) return;

        const std::uint64_t chunk_width = chunks.type == box_type("co64") ? 8 : 4;
        const auto chunk_count = entries(chunks, 4, chunk_width);
        const auto run_count = entries(runs, 4, 12);
        const std::uint64_t uniform = file_.u32be(sizes.body + 4);
        const std::uint64_t sample_count = uniform != 0 ? file_.u32be(sizes.body + 8) : entries(sizes, 8, 4);

        std::uint64_t run = 0, sample = 0;
        for (std::uint64_t chunk = 0; chunk < chunk_count && run < run_count; ++chunk) {
            // Runs say from which chunk on (counted from 1) they hold.
            while (run + 1 < run_count && file_.u32be(runs.body + 8 + (run + 1) * 12) <= chunk + 1) ++run;
            const auto in_chunk =
                std::min<std::uint64_t>(file_.u32be(runs.body + 12 + run * 12), sample_count - sample);
            std::uint64_t length = uniform * in_chunk;
            for (std::uint64_t i = 0; uniform == 0 && i < in_chunk; ++i) {
                length += file_.u32be(sizes.body + 12 + (sample + i) * 4);
            }
            sample += in_chunk;
            const auto at = chunks.body + 8 + chunk * chunk_width;
            erase(chunk_width == 8 ? file_.u64be(at) : file_.u32be(at), length);
        }
    }

    // The entries that a table announces must fit into it.
    std::uint64_t entries(const Box& table, std::uint64_t count_at, std::uint64_t width) {
        const std::uint64_t count = file_.u32be(table.body + count_at);
        if (table.body_size() < count_at + 4 || count > (table.body_size() - count_at - 4) / width)
            throw damaged();
        return count;
    }

    void erase(std::uint64_t begin, std::uint64_t length) {
        if (begin >= file_.size()) return;
        const auto end = begin + std::min(length, file_.size() - begin);
        // Samples that overlap would let a small file cost any amount of writing.
        erased_ += end - begin;
        if (erased_ > file_.size()) throw damaged();
        // Only what lies in the data: a table that points elsewhere must not reach the boxes.
        auto data = std::partition_point(data_.begin(), data_.end(),
                                         [&](const Box& box) { return box.end <= begin; });
        for (; data != data_.end() && data->body < end; ++data) {
            edit_.zero(std::max(begin, data->body), std::min(end, data->end));
        }
    }

    ByteSource& file_;
    FileEditor& edit_;
    const Movie movie_;
    std::vector<Box> data_;  // mdat, in the order of the file
    std::uint64_t erased_ = 0;
};

}  // namespace

void strip_movie(ByteSource& file, FileEditor& edit) {
    MovieStrip(file, edit).run();
    file.refresh();
}

}  // namespace grover::media
