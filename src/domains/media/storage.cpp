#include "domains/media/storage.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "platform/base/error.hpp"

namespace grover::media {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kRetryAfter{30};
constexpr std::size_t kHashDigits = 8;
constexpr std::uint64_t kEnoughFree = 1'000'000'000;

[[noreturn]] void fail(const char* what) {
    throw storage_unavailable(std::string(what) + ": " + std::strerror(errno));
}

void require(bool worked, const char* what) {
    if (!worked) fail(what);
}

FileHandle open_directory(const fs::path& path) {
    return FileHandle(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void sync_directory(const fs::path& path) {
    const auto directory = open_directory(path);
    require(directory && fsync(directory.fd()) == 0, "fsync of a media directory");
}

// True when it was missing.
bool make_directory(const fs::path& path) {
    if (mkdir(path.c_str(), 0750) == 0) return true;
    require(errno == EEXIST, "mkdir below the media root");
    return false;
}

std::string hex(const unsigned char* bytes, std::size_t digits) {
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
    sodium_bin2hex(text.data(), text.size(), bytes, crypto_hash_sha256_BYTES);
    return {text.data(), digits};
}

std::string hash_of_text(std::string_view text, std::size_t digits) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return hex(hash.data(), digits);
}

bool is_word(std::string_view text, std::string_view extra) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
    });
}

// "full-0123abcd.jpg": what store() writes, and nothing that could lead elsewhere.
bool is_file_name(std::string_view name) {
    const auto dash = name.find('-'), dot = name.find('.');
    return dash != std::string_view::npos && dot != std::string_view::npos && dash < dot &&
           is_word(name.substr(0, dash), "_") && is_word(name.substr(dash + 1, dot - dash - 1), "") &&
           is_word(name.substr(dot + 1), "");
}

std::chrono::seconds age(const fs::path& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return {};
    return std::chrono::seconds(time(nullptr) - status.st_mtime);
}

}  // namespace

FileHandle::~FileHandle() {
    if (fd_ >= 0) close(fd_);
}

FileHandle::FileHandle(FileHandle&& other) noexcept : fd_(other.release()) {}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

int FileHandle::release() { return std::exchange(fd_, -1); }

Error storage_unavailable(std::string cause) {
    return unavailable("Storage is temporarily unavailable", kRetryAfter).with_cause(std::move(cause));
}

std::string content_hash(int fd) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::array<unsigned char, 64 * 1024> piece;
    off_t offset = 0;
    while (true) {
        const auto got = pread(fd, piece.data(), piece.size(), offset);
        if (got < 0 && errno == EINTR) continue;
        require(got >= 0, "read of a new media file");
        if (got == 0) break;
        crypto_hash_sha256_update(&state, piece.data(), static_cast<unsigned long long>(got));
        offset += got;
    }
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state, hash.data());
    return hex(hash.data(), kHashDigits);
}

Storage::Storage(fs::path root) : root_(std::move(root)) {
    std::error_code error;
    for (const auto* name : {"tmp", "files"}) {
        fs::create_directories(root_ / name, error);
        if (error) {
            throw std::runtime_error("MEDIA_ROOT " + root_.string() + " cannot be used: " + error.message());
        }
    }
}

Storage::Stage::Stage(fs::path path) : path_(std::move(path)), directory_(open_directory(path_)) {
    require(static_cast<bool>(directory_), "open of a media stage");
}

Storage::Stage::~Stage() {
    if (is_stored_) return;
    std::error_code ignored;  // remove_leftovers() tries again
    fs::remove_all(path_, ignored);
}

Storage::Stage Storage::new_stage() {
    std::string pattern = (root_ / "tmp" / "stage-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr, "mkdtemp below the media root");
    return Stage(pattern);
}

fs::path Storage::directory_of(const MediaId& medium) const {
    const auto hash = hash_of_text(medium.view(), 4);
    return root_ / "files" / hash.substr(0, 2) / hash.substr(2) / medium.view();
}

std::vector<Storage::StoredFile> Storage::store(Stage& stage, const MediaId& medium,
                                                const std::vector<NewFile>& files) {
    std::vector<StoredFile> stored;
    const fs::path place = directory_of(medium);
    // Only what is named below goes along.
    std::string pattern = (root_ / "tmp" / "ready-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr, "mkdtemp below the media root");
    Stage ready(pattern);

    for (const auto& file : files) {
        const FileHandle handle(
            openat(stage.fd(), file.rendition.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        struct stat status {};
        require(handle && fstat(handle.fd(), &status) == 0, "open of a new rendition");
        const auto hash = content_hash(handle.fd());
        require(fsync(handle.fd()) == 0, "fsync of a new rendition");
        const auto name = file.rendition + "-" + hash + "." + std::string(file.extension);
        require(renameat(stage.fd(), file.rendition.c_str(), ready.fd(), name.c_str()) == 0,
                "rename of a new rendition");
        stored.push_back({hash, static_cast<std::int64_t>(status.st_size)});
    }
    require(fchmod(ready.fd(), 0750) == 0 && fsync(ready.fd()) == 0, "fsync of a stage");

    const auto level_2 = place.parent_path(), level_1 = level_2.parent_path();
    if (make_directory(level_1)) sync_directory(level_1.parent_path());
    if (make_directory(level_2)) sync_directory(level_1);
    // Fails when the medium already has files: ids are random, so that is a bug and never overwritten.
    require(rename(ready.path_.c_str(), place.c_str()) == 0, "rename to the place of a medium");
    ready.is_stored_ = true;
    sync_directory(level_2);
    return stored;
}

std::string Storage::path_of(const MediaId& medium, std::string_view file_name) const {
    if (!is_well_formed_id(medium.view()) || !is_file_name(file_name)) return {};
    return (directory_of(medium) / file_name).string();
}

FileHandle Storage::open(const MediaId& medium, std::string_view file_name) const {
    const auto path = path_of(medium, file_name);
    return path.empty() ? FileHandle() : FileHandle(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
}

bool Storage::holds(const MediaId& medium) const {
    return is_well_formed_id(medium.view()) && access(directory_of(medium).c_str(), F_OK) == 0;
}

bool Storage::holds(const MediaId& medium, std::string_view file_name) const {
    const auto path = path_of(medium, file_name);
    struct stat status {};
    if (path.empty()) return false;
    if (lstat(path.c_str(), &status) == 0) return S_ISREG(status.st_mode) && status.st_size > 0;
    require(errno == ENOENT || errno == ENOTDIR, "look at a file");
    return false;
}

void Storage::remove(const MediaId& medium) {
    if (!is_well_formed_id(medium.view())) return;
    std::error_code error;
    fs::remove_all(directory_of(medium), error);
    errno = error.value();
    require(!error, "removal of a medium");
}

std::size_t Storage::remove_leftovers(std::chrono::seconds older_than) {
    std::size_t removed = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root_ / "tmp", error)) {
        if (age(entry.path()) < older_than) continue;
        std::error_code ignored;  // somebody else's request may just have finished with it
        fs::remove_all(entry.path(), ignored);
        if (!ignored) ++removed;
    }
    return removed;
}

std::vector<MediaId> Storage::media_in_shard(unsigned shard, std::chrono::seconds older_than) const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::string name{kDigits[shard / 16 % 16], kDigits[shard % 16]};
    std::vector<MediaId> media;
    std::error_code error;
    for (const auto& level_2 : fs::directory_iterator(root_ / "files" / name, error)) {
        for (const auto& medium : fs::directory_iterator(level_2.path(), error)) {
            const auto id = medium.path().filename().string();
            if (is_well_formed_id(id) && age(medium.path()) >= older_than) media.emplace_back(id);
        }
    }
    return media;
}

void Storage::take_in(const std::string& path, const Stage& stage, const std::string& rendition) {
    if (renameat(AT_FDCWD, path.c_str(), stage.fd(), rendition.c_str()) == 0) return;
    require(errno == EXDEV, "move of an upload");
    std::error_code error;
    fs::copy_file(path, stage.path(rendition), error);
    errno = error.value();
    require(!error, "copy of an upload");
    fs::remove(path, error);
}

bool Storage::is_available() const {
    struct statvfs space {};
    if (access((root_ / "tmp").c_str(), W_OK) != 0 || statvfs(root_.c_str(), &space) != 0) return false;
    const auto free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
    return free > kEnoughFree || space.f_bavail > space.f_blocks / 20;
}

}  // namespace grover::media
