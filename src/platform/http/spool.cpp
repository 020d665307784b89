#include "platform/http/spool.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/base/error.hpp"

namespace grover::http {

Spool::Spool(const std::string& directory) {
    std::array<unsigned char, 16> random{};
    while (::getrandom(random.data(), random.size(), 0) < 0) {
    }
    path_ = directory + "/upload-";
    for (const unsigned char byte : random) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        path_ += kDigits[byte >> 4];
        path_ += kDigits[byte & 15];
    }
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
