#include "domains/media/urls.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/api/origin.hpp"
#include "platform/text/base64.hpp"

namespace grover::media {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kRoot = "grover/";
constexpr std::string_view kRoute = "/api/media/";
constexpr std::size_t kMaxTransforms = 16;

Time round_down(Time t, std::chrono::microseconds step) { return {t.us - t.us % step.count()}; }

// Takes the text up to the next slash.
std::string_view next_segment(std::string_view& rest) {
    const auto slash = rest.find('/');
    const auto segment = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    return segment;
}

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

bool parse_kind(std::string_view word, Kind& kind) {
    const auto names = enum_names(Kind{});
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return false;
    kind = static_cast<Kind>(found - names.begin());
    return true;
}

// Whatever stands there is ignored (media.md §6), but it stands there as it is: nothing that some reader of paths takes for
// another one.
bool is_transform(std::string_view segment) {
    return segment != "." && segment != ".." && std::ranges::none_of(segment, [](char c) {
               return c == '%' || c == '\\' || (c >= 0 && c < ' ') || c == '\x7f';
           });
}

// Those of the clients, separated by slashes or commas: so_0, f_jpg, q_auto, w_400. What we do not know is ignored.
void read_transforms(std::string_view segment, MediaPath& path) {
    while (!segment.empty()) {
        const auto comma = segment.find(',');
        const auto word = segment.substr(0, comma);
        segment = comma == std::string_view::npos ? std::string_view{} : segment.substr(comma + 1);
        if (word.starts_with("so_") || word == "f_jpg" || word == "f_jpeg" || word == "f_auto")
            path.wants_still = true;
        if (word.starts_with("w_")) {
            int width = 0;
            const auto digits = word.substr(2);
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
            if (error == std::errc{} && end == digits.data() + digits.size() && width > 0) path.width = width;
        }
    }
}

}  // namespace

std::string file_name_of(const Rendition& rendition) {
    std::string name = rendition.name;
    name += '-';
    name += rendition.hash;
    name += '.';
    name += info_of(rendition.format).extension;
    return name;
}

std::string key_of(Folder folder, const MediaId& medium, const Rendition& rendition) {
    std::string key(kRoot);
    key += to_string(folder);
    key += '/';
    key += medium.view();
    key += '/';
    key += file_name_of(rendition);
    return key;
}

std::optional<MediaPath> parse_media_path(std::string_view path) {
    MediaPath found;
    if (!parse_kind(next_segment(path), found.kind) || next_segment(path) != "upload") return std::nullopt;
    for (std::size_t i = 0; !path.starts_with(kRoot); ++i) {
        if (path.empty() || i == kMaxTransforms) return std::nullopt;
        const auto segment = next_segment(path);
        if (!is_transform(segment)) return std::nullopt;
        read_transforms(segment, found);
    }
    path.remove_prefix(kRoot.size());
    if (!parse_folder(next_segment(path), found.folder)) return std::nullopt;
    const auto id = next_segment(path);
    if (!is_well_formed_id(id) || !id.starts_with(MediaTag::prefix)) return std::nullopt;
    found.medium = MediaId(id);
    found.file_name = path;
    const bool is_file_name =
        !path.empty() && path.front() != '.' && std::all_of(path.begin(), path.end(), is_key_character);
    if (!is_file_name) return std::nullopt;
    if (found.kind != Kind::video) found.wants_still = false;
    return found;
}

Time UrlSigner::expiry(Time now) { return round_down(now, 12h) + 24h; }
Time UrlSigner::short_expiry(Time now) { return round_down(now, 1min) + 10min; }
Time UrlSigner::expiry_changes_at(Time now) { return round_down(now, 12h) + 12h; }

std::string UrlSigner::sign(const MediaId& medium, std::string_view rendition, std::string_view exp) const {
    // No part contains a line break, so no two inputs read alike.
    std::string message = medium.str();
    message += '\n';
    message += rendition;
    message += '\n';
    message += exp;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret_.data()),
                                secret_.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                  message.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return text::to_base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string UrlSigner::query(const MediaId& medium, Time expires) const { return query(medium, {}, expires); }

std::string UrlSigner::query(const MediaId& medium, std::string_view rendition, Time expires) const {
    const auto exp = std::to_string(expires.us / 1'000'000);
    return "?exp=" + exp + "&sig=" + sign(medium, rendition, exp);
}

bool UrlSigner::opens(const MediaId& medium, std::string_view rendition, std::string_view exp,
                      std::string_view sig, Time now) const {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(exp.data(), exp.data() + exp.size(), seconds);
    if (error != std::errc{} || end != exp.data() + exp.size() || seconds <= now.us / 1'000'000) return false;
    const auto is_signature = [&](std::string_view scope) {
        const auto expected = sign(medium, scope, exp);
        return sig.size() == expected.size() &&
               sodium_memcmp(sig.data(), expected.data(), expected.size()) == 0;
    };
    return is_signature({}) || is_signature(rendition);
}

std::string MediaUrls::prefix(std::string_view base_url, Kind kind) const {
    std::string url;
    if (bases_.cdn_base_url.empty()) {
        url = base_url;
        url += kRoute;
    } else {
        url = bases_.cdn_base_url;
        url += '/';
    }
    url += to_string(kind);
    url += "/upload/";
    return url;
}

std::string MediaUrls::plain(std::string_view base_url, Kind kind, std::string_view key) const {
    auto url = prefix(base_url, kind);
    url += key;
    return url;
}

std::optional<MediaId> MediaUrls::medium_in(std::string_view url) const {
    url = url.substr(0, url.find_first_of("?#"));
    const auto medium_behind = [&](std::size_t base) -> std::optional<MediaId> {
        const auto found = parse_media_path(url.substr(base));
        return found ? std::optional(found->medium) : std::nullopt;
    };
    if (const auto& cdn = bases_.cdn_base_url; !cdn.empty() && url.starts_with(cdn + '/'))
        return medium_behind(cdn.size() + 1);
    if (const auto& base = bases_.public_base_url;
        !base.empty() && url.starts_with(base + std::string(kRoute)))
        return medium_behind(base.size() + kRoute.size());
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    url.remove_prefix(scheme + 3);
    const auto host = url.substr(0, url.find('/'));
    const auto path = url.substr(host.size());
    if (!path.starts_with(kRoute) || !api::is_own_host(host, bases_.public_base_url, bases_.allowed_origins))
        return std::nullopt;
    return medium_behind(host.size() + kRoute.size());
}

}  // namespace grover::media
