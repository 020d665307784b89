#include "platform/integrations/mail.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "platform/integrations/digest.hpp"
#include "platform/integrations/transfers.hpp"
#include "platform/observability/server_metrics.hpp"

namespace grover::integrations {
namespace {

using Status = MailOutcome::Status;

struct Upload {
    std::string_view left;
};

std::size_t give(char* to, std::size_t, std::size_t room, void* from) {
    auto& upload = *static_cast<Upload*>(from);
    const std::size_t size = std::min(room, upload.left.size());
    std::memcpy(to, upload.left.data(), size);
    upload.left.remove_prefix(size);
    return size;
}

// "noreply@grover.app" -> "<random>@grover.app"
std::string new_message_id(std::string_view from) {
    return random_text_256() + std::string(from.substr(std::min(from.find('@'), from.size())));
}

}  // namespace

struct Mailer::Impl {
    Impl(runtime::Loops* loops, const Clock& the_clock, MailOptions given)
        : clock(the_clock), options(std::move(given)), transfers(loops) {}

    MailOutcome write_file(const std::string& message) const;
    MailOutcome send_by_smtp(const Mail& mail, const std::string& message);

    const Clock& clock;
    MailOptions options;
    Transfers transfers;
};

Mailer::Mailer(runtime::Loops* loops, const Clock& clock, MailOptions options)
    : impl_(std::make_unique<Impl>(loops, clock, std::move(options))) {}
Mailer::~Mailer() = default;

bool Mailer::is_configured() const {
    return impl_->options.backend == MailBackend::smtp && !impl_->options.user.empty();
}

MailOutcome Mailer::send(const Mail& mail) {
    const auto& options = impl_->options;
    std::string message;
    try {
        message = format_mail(mail, options.from, impl_->clock.now(), new_message_id(options.from));
    } catch (const std::invalid_argument& error) {
        return {Status::refused, error.what()};
    }
    switch (options.backend) {
        case MailBackend::smtp:
            return impl_->send_by_smtp(mail, message);
        case MailBackend::file:
            return impl_->write_file(message);
        case MailBackend::log:
            if (options.log) options.log("mail to " + mail.to + ": " + mail.subject);
            return {};
        case MailBackend::none:
            return {};
    }
    return {};
}

// Written beside its name first, so that whoever watches the directory never reads half a mail.
MailOutcome Mailer::Impl::write_file(const std::string& message) const {
    std::error_code ignored;
    std::filesystem::create_directories(options.directory, ignored);
    const auto path = options.directory + "/" + std::to_string(clock.now().us) + "-" +
                      random_text_256().substr(0, 8) + ".eml";
    const auto unfinished = path + ".part";
    const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return {Status::failed, "cannot write to the mail directory: " + std::string(std::strerror(errno))};
    const bool written =
        ::write(file, message.data(), message.size()) == static_cast<ssize_t>(message.size());
    ::close(file);
    if (!written || std::rename(unfinished.c_str(), path.c_str()) != 0) {
        ::unlink(unfinished.c_str());
        return {Status::failed, "cannot write to the mail directory"};
    }
    return {};
}

MailOutcome Mailer::Impl::send_by_smtp(const Mail& mail, const std::string& message) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
        curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()), &curl_slist_free_all);
    if (!easy || !to) return {Status::failed, "out of memory"};
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy.get(), option, value); };
    const bool tls_at_once = options.port == 465;
    const auto url =
        (tls_at_once ? "smtps://" : "smtp://") + options.host + ":" + std::to_string(options.port);
    const auto sender = "<" + options.from + ">";
    Upload upload{message};
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
    if (!options.user.empty()) {
        set(CURLOPT_USERNAME, options.user.c_str());
        set(CURLOPT_PASSWORD, options.password.c_str());
    }
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    set(CURLOPT_MAIL_FROM, sender.c_str());
    set(CURLOPT_MAIL_RCPT, to.get());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &give);
    set(CURLOPT_READDATA, &upload);
    using Steady = std::chrono::steady_clock;
    const auto begun = Steady::now();
    const auto code = static_cast<CURLcode>(transfers.perform(easy.get()));
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begun);
    long reply = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply);
    metrics::outgoing_call("smtp", reply > 0 ? std::to_string(reply) : "unreachable", took);
    if (code == CURLE_OK) return {};
    // A 5xx to the recipient or the message is final (RFC 5321 §4.2.1). One to the log-in is our
    // configuration: mails wait until it is mended.
    const bool final = reply >= 500 && reply < 600 && reply != 530 && reply != 534 && reply != 535 &&
                       reply != 538 &&
                       (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                        code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_QUOTE_ERROR);
    std::string cause = curl_easy_strerror(code);
    if (reply > 0) cause += " (" + std::to_string(reply) + ")";
    return {final ? Status::refused : Status::failed, std::move(cause)};
}

}  // namespace grover::integrations
