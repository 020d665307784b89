#include "platform/archive/zip_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace grover::archive {
namespace {

struct CloseFile {
    int fd;
    ~CloseFile() {
        if (fd >= 0) ::close(fd);
    }
};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("zip: " + what); }

}  // namespace

struct ZipWriter::Impl {
    int fd = -1;
    struct archive* out = nullptr;
    struct archive_entry* entry = nullptr;
    int error = 0;
    bool thrown_away = false;

    ~Impl() {
        thrown_away = true;
        archive_write_free(out);
        archive_entry_free(entry);
        if (fd >= 0) ::close(fd);
    }

    // libarchive leaks its buffers when an archive fails, so it is never told: check() throws what is noted here.
    static la_ssize_t to_disk(struct archive*, void* self, const void* data, std::size_t size) {
        auto& impl = *static_cast<Impl*>(self);
        const auto* next = static_cast<const char*>(data);
        for (auto left = size; left > 0 && impl.error == 0 && !impl.thrown_away;) {
            const auto written = ::write(impl.fd, next, left);
            if (written < 0) {
                if (errno != EINTR) impl.error = errno;
                continue;
            }
            next += written;
            left -= static_cast<std::size_t>(written);
        }
        return static_cast<la_ssize_t>(size);
    }

    void check(int result) const {
        if (error != 0) fail(std::strerror(error));
        if (result < ARCHIVE_WARN)
            fail(archive_error_string(out) ? archive_error_string(out) : "unknown error");
    }
    void open_entry(std::string_view name) {
        archive_entry_clear(entry);
        const std::string text(name);
        archive_entry_set_pathname_utf8(entry, text.c_str());
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
    }
    void append(const char* data, std::size_t size) const {
        while (size > 0) {
            const auto written = archive_write_data(out, data, size);
            if (written <= 0) fail(archive_error_string(out) ? archive_error_string(out) : "nothing written");
            data += written;
            size -= static_cast<std::size_t>(written);
        }
        check(ARCHIVE_OK);
    }
};

ZipWriter::ZipWriter(const std::string& path) : impl_(std::make_unique<Impl>()) {
    impl_->fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (impl_->fd < 0) fail("cannot create the file: " + std::string(std::strerror(errno)));
    impl_->out = archive_write_new();
    impl_->entry = archive_entry_new();
    if (!impl_->out || !impl_->entry) throw std::bad_alloc();
    impl_->check(archive_write_set_format_zip(impl_->out));
    impl_->check(archive_write_set_format_option(impl_->out, "zip", "hdrcharset", "UTF-8"));
    impl_->check(archive_write_set_bytes_in_last_block(impl_->out, 1));
    impl_->check(archive_write_open(impl_->out, impl_.get(), nullptr, Impl::to_disk, nullptr));
}

ZipWriter::~ZipWriter() = default;

void ZipWriter::begin(std::string_view entry_name) {
    impl_->check(archive_write_zip_set_compression_deflate(impl_->out));
    impl_->open_entry(entry_name);
    archive_entry_unset_size(impl_->entry);
    impl_->check(archive_write_header(impl_->out, impl_->entry));
}

void ZipWriter::write(std::string_view piece) { impl_->append(piece.data(), piece.size()); }

bool ZipWriter::add_file(std::string_view entry_name, const std::string& source) {
    const CloseFile in{::open(source.c_str(), O_RDONLY | O_CLOEXEC)};
    if (in.fd < 0) {
        if (errno == ENOENT) return false;
        fail("cannot read a file: " + std::string(std::strerror(errno)));
    }
    struct stat facts {};
    if (::fstat(in.fd, &facts) != 0) fail("cannot read a file: " + std::string(std::strerror(errno)));
    impl_->check(archive_write_zip_set_compression_store(impl_->out));
    impl_->open_entry(entry_name);
    archive_entry_set_size(impl_->entry, facts.st_size);
    impl_->check(archive_write_header(impl_->out, impl_->entry));
    std::array<char, 64 * 1024> buffer;
    // Exactly the size that was announced, even if the file grows meanwhile.
    for (auto left = static_cast<std::size_t>(facts.st_size); left > 0;) {
        const auto got = ::read(in.fd, buffer.data(), std::min(left, buffer.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) fail("a file became shorter while it was read");
        impl_->append(buffer.data(), static_cast<std::size_t>(got));
        left -= static_cast<std::size_t>(got);
    }
    return true;
}

std::uint64_t ZipWriter::finish() {
    impl_->check(archive_write_close(impl_->out));
    archive_write_free(impl_->out);
    impl_->out = nullptr;
    struct stat facts {};
    if (::fsync(impl_->fd) != 0 || ::fstat(impl_->fd, &facts) != 0) fail(std::strerror(errno));
    return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace grover::archive
