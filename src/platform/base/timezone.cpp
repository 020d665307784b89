#include "platform/base/timezone.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace grover {

// What a TZif file (RFC 8536) says: from each moment on, seconds east of Greenwich.
struct TimeZone::Data {
    struct Change {
        std::int64_t at;  // seconds since the epoch
        std::int32_t offset;
    };
    std::int32_t first_offset = 0;
    std::vector<Change> changes;
};

namespace {

constexpr std::size_t kMaxFile = 256 * 1024;
constexpr std::size_t kMaxZones = 1'000;

bool is_name(std::string_view name) {
    const auto may_stand = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '+' || c == '/';
    };
    return !name.empty() && name.size() <= 64 && name[0] >= 'A' && name[0] <= 'Z' &&
           name.find("//") == name.npos && std::ranges::all_of(name, may_stand);
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    bool has(std::size_t size) const { return left_.size() >= size; }
    void skip(std::size_t size) { left_.remove_prefix(size); }
    std::string_view take(std::size_t size) {
        const auto taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }
    std::int64_t number(std::size_t size) {
        std::uint64_t value = left_[0] & 0x80 ? ~std::uint64_t{0} : 0;
        for (const char byte : take(size)) value = value << 8 | static_cast<unsigned char>(byte);
        return static_cast<std::int64_t>(value);
    }

private:
    std::string_view left_;
};

struct Header {
    std::size_t isut, isstd, leap, times, types, chars;
    std::size_t body(std::size_t time_size) const {
        return times * (time_size + 1) + types * 6 + chars + leap * (time_size + 4) + isstd + isut;
    }
};

std::optional<Header> read_header(Reader& in) {
    if (!in.has(44) || in.take(4) != "TZif") return std::nullopt;
    in.skip(16);
    const auto count = [&] { return static_cast<std::size_t>(in.number(4) & 0xFFFF'FFFF); };
    Header header{};
    header.isut = count();
    header.isstd = count();
    header.leap = count();
    header.times = count();
    header.types = count();
    header.chars = count();
    return header;
}

std::optional<TimeZone::Data> parse(std::string_view bytes) {
    Reader in(bytes);
    const auto short_times = read_header(in);
    if (!short_times || short_times->body(4) > kMaxFile || !in.has(short_times->body(4))) return std::nullopt;
    in.skip(short_times->body(4));
    const auto header = read_header(in);
    if (!header || header->types == 0 || header->body(8) > kMaxFile || !in.has(header->body(8)))
        return std::nullopt;
    std::vector<std::int64_t> times(header->times);
    for (auto& time : times) time = in.number(8);
    const auto indexes = in.take(header->times);
    std::vector<std::int32_t> offsets(header->types);
    for (auto& offset : offsets) {
        offset = static_cast<std::int32_t>(in.number(4));
        in.skip(2);
    }
    TimeZone::Data data{.first_offset = offsets.front()};
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto index = static_cast<unsigned char>(indexes[i]);
        if (index >= offsets.size()) return std::nullopt;
        data.changes.push_back({times[i], offsets[index]});
    }
    return data;
}

std::int64_t floor_divided(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

const TimeZone* TimeZone::find(std::string_view name) {
    struct Known {
        std::unique_ptr<const Data> data;
        std::unique_ptr<const TimeZone> zone;
    };
    static std::mutex mutex;
    static std::map<std::string, Known, std::less<>> known;

    const std::scoped_lock lock(mutex);
    if (const auto found = known.find(name); found != known.end()) return found->second.zone.get();
    std::optional<Data> data;
    if (name == "UTC") {
        data.emplace();
    } else if (is_name(name) && known.size() < kMaxZones) {
        std::ifstream file("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
        // Some names are folders: read() fails there, where an iterator would throw.
        std::string bytes(kMaxFile + 1, '\0');
        file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(file.gcount()));
        if (!bytes.empty() && bytes.size() <= kMaxFile) data = parse(bytes);
    }
    if (!data) return nullptr;
    Known entry{std::make_unique<const Data>(std::move(*data)), nullptr};
    entry.zone = std::make_unique<const TimeZone>(*entry.data);
    return known.emplace(std::string(name), std::move(entry)).first->second.zone.get();
}

const TimeZone& TimeZone::find_or_utc(std::string_view name) {
    const auto* zone = find(name);
    return zone ? *zone : *find("UTC");
}

std::chrono::seconds TimeZone::offset(Time at) const {
    const auto second = floor_divided(at.us, 1'000'000);
    const auto next = std::ranges::upper_bound(data_.changes, second, {}, &Data::Change::at);
    return std::chrono::seconds{next == data_.changes.begin() ? data_.first_offset : std::prev(next)->offset};
}

LocalTime TimeZone::local(Time at) const {
    const auto second = floor_divided(at.us, 1'000'000) + offset(at).count();
    const auto days = floor_divided(second, 86'400);
    const std::chrono::sys_days date{std::chrono::days{days}};
    const std::chrono::year_month_day parts{date};
    return {.year = static_cast<int>(parts.year()),
            .month = static_cast<unsigned>(parts.month()),
            .day = static_cast<unsigned>(parts.day()),
            .of_day = std::chrono::minutes{(second - days * 86'400) / 60},
            .weekday = std::chrono::weekday{date}.c_encoding()};
}

Time TimeZone::next(Time after, std::chrono::minutes of_day) const {
    const auto local_second = floor_divided(after.us, 1'000'000) + offset(after).count();
    const auto today = floor_divided(local_second, 86'400);
    for (std::int64_t day = today; day <= today + 2; ++day) {
        const auto wall = day * 86'400 + of_day.count() * 60;
        // The offset that holds at that moment; on the day of a change the one before it may be meant.
        auto at = wall - offset(after).count();
        for (int i = 0; i < 2; ++i) at = wall - offset(Time{at * 1'000'000}).count();
        if (at * 1'000'000 > after.us) return Time{at * 1'000'000};
    }
    return after + std::chrono::days{1};
}

}  // namespace grover
