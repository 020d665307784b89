#include "domains/media/media_test.hpp"

namespace grover::media {

using namespace samples;

namespace {

std::size_t files_below(const std::filesystem::path& path) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

std::string bytes_of(const http::FileBody& file) {
    std::string out(file.length, '\0');
    REQUIRE(pread(file.fd, out.data(), out.size(), static_cast<off_t>(file.offset)) ==
            static_cast<ssize_t>(out.size()));
    return out;
}

std::string made(const std::string& arguments, const std::string& name) {
    const Directory dir;
    ffmpeg(arguments, dir.path(name));
    return read_file(dir.path(name));
}

}  // namespace

std::string Answer::header(std::string_view name) const {
    const auto start = headers.find(std::string(name) + ": ");
    if (start == std::string::npos) return {};
    const auto value = start + name.size() + 2;
    return headers.substr(value, headers.find("\r\n", value) - value);
}

std::string Answer::text(std::string_view member) const {
    const auto key = "\"" + std::string(member) + "\":\"";
    const auto at = body.find(key);
    if (at == std::string::npos) return {};
    return body.substr(at + key.size(), body.find('"', at + key.size()) - at - key.size());
}

World::World() : db(testing::fresh_database({.clock = &clock})) {
    users = std::make_unique<users::UsersService>(
        *db, clock, ids,
        users::Options{.data_dir = dir.path("data"), .link_secret = "a secret of sixteen bytes"});
    media = std::make_unique<MediaService>(*db, *users, clock, workers,
                                           Options{.root = dir.path("media"),
                                                   .url_secret = "another secret of sixteen bytes",
                                                   .image_worker_command = image_worker_command()});
    background = std::make_unique<jobs::Background>(*db, jobs::Background::Options{.clock = &clock});
    background->jobs().on<DeleteMediaFiles>([this](const DeleteMediaFiles& job) { media->run(job); });
    add_media_api(api_, *media);
    dispatcher_ = std::make_unique<api::Dispatcher>(
        api_, clock, names_, keys_, nullptr,
        api::DispatcherOptions{.rate_limits = false,
                               .allowed_origins = {"https://app.example"},
                               .signing_secret = "0123456789abcdef0123456789abcdef",
                               .upload_directory = media->upload_directory()});
}

UserId World::user(const std::string& username) {
    return db->write([&](db::Write& tx) {
        return users->create(tx,
                             {.email = username + "@example.com", .name = username, .username = username});
    });
}

Caller World::caller(const UserId& user) const {
    Caller caller;
    caller.id = user;
    caller.base_url = kBase;
    return caller;
}

Answer World::send(http::Method method, const std::string& target, const UserId& user, std::string body,
                   std::vector<http::Header> headers) {
    const auto authorization = "Bearer " + user.str();
    if (!user.empty()) headers.push_back({"Authorization", authorization});
    headers.push_back({"Host", "localhost:8001"});
    const bool has_body = !body.empty();
    http::MemoryExchange exchange(std::move(body), 100'000);
    exchange.head.method = method;
    exchange.head.target = target;
    exchange.head.path = std::string_view(target).substr(0, target.find('?'));
    if (exchange.head.path.size() < target.size()) {
        exchange.head.query = std::string_view(target).substr(exchange.head.path.size() + 1);
    }
    exchange.head.headers = headers;
    exchange.head.has_body = has_body;
    exchange.head.peer = "192.0.2.7";
    dispatcher_->handle(exchange);
    auto& answer = exchange.answer;
    return {answer.status, answer.file ? bytes_of(*answer.file) : answer.body,
            std::string(answer.content_type), std::string(answer.header_block())};
}

Answer World::upload(const UserId& user, const std::string& file_bytes, const std::string& declared_type,
                     const std::string& more_fields) {
    const std::string boundary = "----a-boundary-of-our-own";
    std::string body = more_fields;
    body +=
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"media_upload\"\r\n";
    if (!declared_type.empty()) body += "Content-Type: " + declared_type + "\r\n";
    body += "\r\n" + file_bytes + "\r\n--" + boundary + "--\r\n";
    const auto type = "multipart/form-data; boundary=" + boundary;
    return send(http::Method::post, "/api/media/upload", user, body, {{"Content-Type", type}});
}

std::string World::target_of(const std::string& url) {
    REQUIRE_MESSAGE(url.starts_with(kBase), url);
    return url.substr(kBase.size());
}

MediaId World::uploaded(const UserId& user, const std::string& file_bytes, const Use& use) {
    http::UploadedFile file;
    file.path = media->upload_directory() + "/upload-of-a-test";
    file.size = file_bytes.size();
    write_file(file.path, file_bytes);
    return media->upload(user, file, use);
}

void World::attach(const UserId& user, const MediaId& medium, const Reference& by, Access access) {
    db->write([&](db::Write& tx) { media->attach(tx, user, medium, by, access); });
}

void World::release(const Reference& by) {
    db->write([&](db::Write& tx) { media->release(tx, by); });
}

MediaInfo World::info(const MediaId& medium, const View& view) {
    const auto found = db->read([&](db::Read& tx) { return media->find(tx, medium); });
    REQUIRE(found);
    return media->info(*found, view);
}

std::size_t World::stored_files() const { return files_below(dir.path("media/files")); }
std::size_t World::temporary_files() const { return files_below(dir.path("media/tmp")); }

const std::string& a_photo() {
    static const std::string photo = [] {
        const auto jpeg = made("-f lavfi -i mandelbrot=s=640x480 -frames:v 1 -q:v 3", "a.jpg");
        return jpeg.substr(0, 2) + exif_segment(1) + jpeg.substr(2);
    }();
    return photo;
}

const std::string& a_video() {
    static const std::string video =
        made("-f lavfi -i testsrc2=s=320x240:r=10:d=2 -f lavfi -i sine=d=2 -metadata title=" +
                 std::string(kSecret) + " -c:v libx264 -pix_fmt yuv420p -c:a aac",
             "a.mp4");
    return video;
}

const std::string& a_sound() {
    static const std::string sound =
        made("-f lavfi -i sine=d=2 -metadata title=" + std::string(kSecret) + " -c:a libmp3lame", "a.mp3");
    return sound;
}

TEST_CASE("what has nothing to read is named: unknown, deleted, or lost by the disk") {
    World w;
    const auto ada = w.user("ada");
    const auto here = w.uploaded(ada, a_photo()), lost = w.uploaded(ada, a_photo());
    const auto one_left = w.uploaded(ada, a_photo());
    const MediaId unknown("media_unknown");
    CHECK(w.media->unreadable({}).empty());
    const std::vector all{here, lost, one_left, unknown};
    CHECK(w.media->unreadable(all) == std::vector{unknown});
    auto& storage = w.media->parts().storage;
    storage.remove(lost);
    const auto medium = w.db->read([&](db::Read& tx) { return w.media->find(tx, one_left); });
    for (const auto& rendition : medium->renditions) {
        if (rendition.name != "thumb")
            std::filesystem::remove(storage.path_of(one_left, file_name_of(rendition)));
    }
    CHECK(w.media->unreadable(all) == std::vector{lost, unknown});
    // A file without anything in it is none.
    std::filesystem::resize_file(storage.path_of(one_left, file_name_of(*medium->find("thumb"))), 0);
    CHECK(w.media->unreadable(all) == std::vector{lost, one_left, unknown});
}

}  // namespace grover::media
