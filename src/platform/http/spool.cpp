#include "platform/http/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/random_text.hpp"

namespace grover::http {

Spool::Spool(const std::string& directory) : path_(directory + "/upload-" + random_hex(32)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ < 0) fail();
}

Spool::~Spool() { ::close(fd_); }

void Spool::write(std::string_view data) {
    while (!data.empty()) {
        const ssize_t written = ::write(fd_, data.data(), data.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail();
        data.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Spool::fail() const {
    throw unavailable("Storage is temporarily unavailable", std::chrono::seconds(5))
        .with_cause("cannot write the upload " + path_ + ": " + std::strerror(errno));
}

SpooledText::SpooledText(std::string field_name, const std::string& directory) : spool_(directory) {
    file_.part_name = std::move(field_name);
    file_.path = spool_.path();
    file_.is_text = true;
}

void SpooledText::write(std::string_view text) {
    file_.size += text.size();
    spool_.write(text);
}

}  // namespace grover::http
