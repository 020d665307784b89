#include "domains/media/media_store.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "sql/media.hpp"

namespace grover::media::store {

namespace {

// The columns of load_media.
struct Row {
    MediaId media_id;
    std::optional<UserId> owner_id;
    Kind kind{};
    Folder folder{};
    Status status{};
    Access access{};
    Provider provider{};
    std::optional<int> width;
    std::optional<int> height;
    std::optional<std::int64_t> duration_ms;
    bool is_animated = false;
    std::optional<std::string> alt_text;
    std::string renditions;
    Time created_at;
    std::optional<Time> attached_at;
    std::optional<Time> deleted_at;

    static constexpr auto columns = Pack{
        db::column("media_id", &Row::media_id),
        db::column("owner_id", &Row::owner_id),
        db::column("kind", &Row::kind),
        db::column("folder", &Row::folder),
        db::column("status", &Row::status),
        db::column("access", &Row::access),
        db::column("provider", &Row::provider),
        db::column("width", &Row::width),
        db::column("height", &Row::height),
        db::column("duration_ms", &Row::duration_ms),
        db::column("is_animated", &Row::is_animated),
        db::column("alt_text", &Row::alt_text),
        db::column("renditions", &Row::renditions),
        db::column("created_at", &Row::created_at),
        db::column("attached_at", &Row::attached_at),
        db::column("deleted_at", &Row::deleted_at),
    };
};

std::shared_ptr<const Medium> medium_of(Row&& row) {
    auto medium = std::make_shared<Medium>();
    medium->media_id = row.media_id;
    medium->owner_id = row.owner_id.value_or(UserId());
    medium->kind = row.kind;
    medium->folder = row.folder;
    medium->status = row.status;
    medium->access = row.access;
    medium->provider = row.provider;
    medium->width = row.width;
    medium->height = row.height;
    if (row.duration_ms) medium->duration = static_cast<double>(*row.duration_ms) / 1000;
    medium->is_animated = row.is_animated;
    medium->alt_text = std::move(row.alt_text);
    medium->renditions = unpack(row.renditions);
    medium->created_at = row.created_at;
    medium->is_attached = row.attached_at.has_value();
    medium->is_deleted = row.deleted_at.has_value();
    return medium;
}

template <class Enum>
std::int64_t number(Enum value) {
    return static_cast<std::int64_t>(value);
}

std::string_view next_word(std::string_view& line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    line = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
    if (word.empty()) throw std::invalid_argument("a stored rendition lacks a part");
    return word;
}

template <class Integer>
Integer next_number(std::string_view& line) {
    const auto word = next_word(line);
    Integer value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
        throw std::invalid_argument("a stored rendition has no number");
    return value;
}

}  // namespace

std::string pack(const std::vector<Rendition>& renditions) {
    std::string text;
    for (const auto& r : renditions) {
        fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {}\n", r.name, info_of(r.format).name,
                       r.hash, r.width, r.height, r.bytes);
    }
    return text;
}

std::vector<Rendition> unpack(std::string_view text) {
    std::vector<Rendition> renditions;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) throw std::invalid_argument("a stored rendition is cut off");
        auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        Rendition& r = renditions.emplace_back();
        r.name = next_word(line);
        r.format = format_named(next_word(line)).format;
        r.hash = next_word(line);
        r.width = next_number<int>(line);
        r.height = next_number<int>(line);
        r.bytes = next_number<std::int64_t>(line);
    }
    return renditions;
}

void insert(db::Write& tx, const Medium& medium) {
    std::int64_t bytes = 0;
    for (const auto& rendition : medium.renditions) bytes += rendition.bytes;
    const auto renditions = pack(medium.renditions);
    std::optional<std::int64_t> duration_ms;
    if (medium.duration) duration_ms = std::llround(*medium.duration * 1000);
    tx.exec(sql::media::insert_medium{
        .media_id = medium.media_id,
        .owner_id = medium.owner_id,
        .kind = number(medium.kind),
        .folder = number(medium.folder),
        .status = number(medium.status),
        .width = medium.width,
        .height = medium.height,
        .duration_ms = duration_ms,
        .is_animated = medium.is_animated,
        .renditions = renditions,
        .bytes = bytes,
        .uploaded_bytes = medium.uploaded_bytes,
        .created_at = medium.created_at,
    });
    tx.touch(medium.media_id);
}

std::vector<std::shared_ptr<const Medium>> load(db::Read& tx, const std::vector<std::string_view>& ids) {
    std::vector<std::shared_ptr<const Medium>> media;
    for (auto& row : tx.list<Row>(sql::media::load_media{.ids = ids}))
        media.push_back(medium_of(std::move(row)));
    return media;
}

void ask(db::Together& ask, db::Together::Column ids,
         std::function<void(std::shared_ptr<const Medium>)> on_medium) {
    ask.add(sql::media::load_media{.ids = nullptr}, ids,
            [on_medium = std::move(on_medium)](const db::Row& row) {
                on_medium(medium_of(db::read_row<Row>(row)));
            });
}

std::shared_ptr<const Medium> find(db::Read& tx, const MediaId& id) {
    const std::vector<std::string_view> one{id.view()};
    auto found = load(tx, one);
    return found.empty() ? nullptr : std::move(found.front());
}

std::int64_t stored_bytes(db::Read& tx) { return tx.value<std::int64_t>(sql::media::stored_bytes{}); }

std::int64_t uploaded_since(db::Read& tx, const UserId& owner, Time since) {
    return tx.value<std::int64_t>(sql::media::uploaded_since{.owner_id = owner, .since = since});
}

std::int64_t count_unattached(db::Read& tx, const UserId& owner, Time since) {
    return tx.value<std::int64_t>(sql::media::count_unattached{.owner_id = owner, .since = since});
}

void put_reference(db::Write& tx, const MediaId& medium, const Reference& by, Access access, Time now) {
    tx.exec(sql::media::put_reference{
        .media_id = medium, .kind = by.kind, .reference_id = by.id, .access = number(access), .now = now});
}

std::vector<MediaId> media_of(db::Read& tx, const Reference& by) {
    return tx.list<MediaId>(sql::media::media_of_reference{.kind = by.kind, .reference_id = by.id});
}

std::vector<MediaId> set_access(db::Write& tx, const Reference& by, Access access) {
    return tx.list<MediaId>(
        sql::media::set_reference_access{.access = number(access), .kind = by.kind, .reference_id = by.id});
}

std::vector<MediaId> remove_references(db::Write& tx, const Reference& by) {
    return tx.list<MediaId>(sql::media::remove_references{.kind = by.kind, .reference_id = by.id});
}

bool settle(db::Write& tx, const MediaId& medium, Time now) {
    if (!tx.exists(sql::media::lock_medium{.media_id = medium})) return false;
    const auto deleted_at = tx.find<std::optional<Time>>(sql::media::settle{.now = now, .media_id = medium});
    tx.touch(medium);
    return deleted_at && *deleted_at;
}

bool delete_unattached(db::Write& tx, const MediaId& medium, Time now) {
    tx.touch(medium);
    return tx.exists(sql::media::delete_unattached{.now = now, .media_id = medium});
}

std::vector<MediaId> old_unattached(db::Read& tx, Time before, int limit) {
    return tx.list<MediaId>(sql::media::old_unattached{.before = before, .limit = limit});
}

std::vector<MediaId> unattached_of(db::Read& tx, const UserId& owner, int limit) {
    return tx.list<MediaId>(sql::media::unattached_of_owner{.owner_id = owner, .limit = limit});
}

std::vector<MediaId> media_of_owner(db::Read& tx, const UserId& owner, Time at, const MediaId& after,
                                    int limit) {
    return tx.list<MediaId>(
        sql::media::media_of_owner{.owner_id = owner, .at = at, .id = after, .limit = limit});
}

bool is_deleted(db::Read& tx, const MediaId& medium) {
    return tx.exists(sql::media::is_deleted{.media_id = medium});
}

void note_files_deleted(db::Write& tx, const MediaId& medium, Time now) {
    tx.exec(sql::media::note_files_deleted{.now = now, .media_id = medium});
    tx.touch(medium);
}

std::vector<MediaId> old_tombstones(db::Read& tx, Time before, int limit) {
    return tx.list<MediaId>(sql::media::old_tombstones{.before = before, .limit = limit});
}

void forget(db::Write& tx, const MediaId& medium) {
    tx.exec(sql::media::forget_medium{.media_id = medium});
    tx.touch(medium);
}

std::vector<MediaId> known(db::Read& tx, const std::vector<MediaId>& ids) {
    const auto texts = db::ids_of(ids);
    return tx.list<MediaId>(sql::media::known_media{.ids = texts});
}

std::vector<MediaId> page_of_media(db::Read& tx, const MediaId& after, int limit) {
    return tx.list<MediaId>(sql::media::page_of_media{.after = after, .limit = limit});
}

}  // namespace grover::media::store
