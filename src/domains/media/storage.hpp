// Media files on the local disk (contract/media.md §8): durable before a row points at them, all of a medium or nothing.
//
//     <root>/tmp/        what is still coming in or being made
//     <root>/files/ab/cd/<media_id>/<rendition>-<8 hex of the content>.<extension>      abcd: hash of the id
//
// A back end in the cloud will hold copies of these files; Medium::provider says where a medium's URLs point.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/base/id.hpp"

namespace grover::media {

// A descriptor that closes itself.
class FileHandle {
public:
    FileHandle() = default;
    explicit FileHandle(int fd) : fd_(fd) {}
    ~FileHandle();
    FileHandle(FileHandle&& other) noexcept;
    FileHandle& operator=(FileHandle&& other) noexcept;

    int fd() const { return fd_; }
    int release();
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

// 503 "Storage is temporarily unavailable"; the cause is logged.
Error storage_unavailable(std::string cause);

// 8 hex digits of the SHA-256 of an open file, read piece by piece.
std::string content_hash(int fd);

// Everything may be called from any thread; all of it blocks. Throws 503 "Storage is temporarily unavailable" when the disk is
// full or fails; what was written until then is removed.
class Storage {
public:
    // Makes the directories. Throws std::runtime_error with a sentence for the operator.
    explicit Storage(std::filesystem::path root);

    // A directory for one medium in the making. It goes, with its files, when the object does, unless it was stored.
    class Stage {
    public:
        explicit Stage(std::filesystem::path path);
        ~Stage();
        Stage(const Stage&) = delete;
        Stage& operator=(const Stage&) = delete;

        int fd() const { return directory_.fd(); }
        std::filesystem::path path(std::string_view name) const { return path_ / name; }

    private:
        friend class Storage;
        std::filesystem::path path_;
        FileHandle directory_;
        bool is_stored_ = false;
    };
    // Not movable, so that its place is known: `const auto stage = storage.new_stage();`
    Stage new_stage();

    struct NewFile {
        std::string rendition;  // its name in the stage
        std::string_view extension;
    };
    struct StoredFile {
        std::string hash;
        std::int64_t bytes = 0;
    };
    // Names each file by its content, makes all of them durable and moves them to their place in one step. In the order of
    // `files`; others in the stage are dropped. Never replaces anything.
    std::vector<StoredFile> store(Stage& stage, const MediaId& medium, const std::vector<NewFile>& files);

    // For reading; empty when it does not exist. Any other name than those of the layout does not exist.
    FileHandle open(const MediaId& medium, std::string_view file_name) const;
    // Where open() looks, for the copy in an export. Of the layout's names only; else empty.
    std::string path_of(const MediaId& medium, std::string_view file_name) const;
    bool holds(const MediaId& medium) const;
    // Whether open() would find it, and something in it.
    bool holds(const MediaId& medium, std::string_view file_name) const;
    // All files of a medium. Idempotent.
    void remove(const MediaId& medium);

    // Where uploads are spooled; on the same disk, so that nothing is copied.
    std::string upload_directory() const { return (root_ / "tmp").string(); }
    // Moves a spooled upload into a stage; copies it when it lies on another disk.
    void take_in(const std::string& path, const Stage& stage, const std::string& rendition);
    // What crashed requests left behind. Returns how many.
    std::size_t remove_leftovers(std::chrono::seconds older_than);
    // All media that are older than that below one of the kShards directories of the first level, in no order.
    static constexpr unsigned kShards = 256;
    std::vector<MediaId> media_in_shard(unsigned shard, std::chrono::seconds older_than) const;

    // Writable, and more than 1 GB or 5 % free.
    bool is_available() const;

private:
    std::filesystem::path directory_of(const MediaId& medium) const;

    std::filesystem::path root_;
};

}  // namespace grover::media
