#include "domains/auth/auth_mails.hpp"

#include <stdexcept>

#include "domains/auth/devices.hpp"
#include "platform/integrations/digest.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostInADay = 5;

std::chrono::microseconds lifetime_of(TokenKind kind) {
    switch (kind) {
        case TokenKind::verify_email:
        case TokenKind::change_email:
            return 24h;
        case TokenKind::reset_password:
            return 1h;
        // Seven days from the change, which may come a day after the request.
        case TokenKind::undo_email:
            return 8 * 24h;
    }
    return 0h;
}

MailKind mail_of(TokenKind kind) {
    switch (kind) {
        case TokenKind::verify_email:
            return MailKind::verify_email;
        case TokenKind::reset_password:
            return MailKind::reset_password;
        case TokenKind::change_email:
            return MailKind::change_email;
        case TokenKind::undo_email:
            break;
    }
    return MailKind::undo_email;
}

MailKind mail_of(SecurityMatter matter) {
    switch (matter) {
        case SecurityMatter::new_device:
            return MailKind::new_device;
        case SecurityMatter::password_changed:
            return MailKind::password_changed;
        case SecurityMatter::email_changed:
            return MailKind::email_changed;
        case SecurityMatter::email_restored:
            return MailKind::email_restored;
        case SecurityMatter::all_sessions_ended:
            return MailKind::all_sessions_ended;
        case SecurityMatter::stolen_refresh_token:
            break;
    }
    return MailKind::stolen_refresh_token;
}

std::string_view page_of(MailKind kind) {
    switch (kind) {
        case MailKind::verify_email:
        case MailKind::change_email:
            return "/auth/verify-email";
        case MailKind::reset_password:
            return "/auth/password/reset";
        case MailKind::undo_email:
            return "/auth/email/undo";
        default:
            return {};
    }
}

std::string token_of(const Core& core, std::string_view token_id) {
    return core.deriver.derive("mail token", token_id);
}

}  // namespace

void Mails::queue(db::Write& tx, MailKind kind, const users::AccountState& account, std::string to,
                  std::string detail) const {
    tx.enqueue(SendMail{.kind = kind,
                        .to = std::move(to),
                        .user_name = account.name,
                        .token_id = {},
                        .detail = std::move(detail)});
}

void Mails::queue_link(db::Write& tx, const users::AccountState& account, const Link& link) const {
    const Time now = core_.clock.now();
    const auto token_id = integrations::random_text_256();
    if (link.kind != TokenKind::undo_email) account_store::void_mail_tokens(tx, account.user_id, link.kind);
    account_store::insert_mail_token(tx, {.token_hash = SecretHash(token_of(core_, token_id)).view(),
                                          .user_id = account.user_id,
                                          .kind = link.kind,
                                          .email = link.email,
                                          .was_asked_for = link.was_asked_for,
                                          .now = now,
                                          .expires_at = now + lifetime_of(link.kind)});
    tx.enqueue(SendMail{.kind = mail_of(link.kind),
                        .to = link.to,
                        .user_name = account.name,
                        .token_id = token_id,
                        .detail = link.detail});
}

void Mails::alert(db::Write& tx, const users::AccountState& account, SecurityMatter matter, const Caller& me,
                  const std::optional<std::string>& device) const {
    const std::string platform(platform_of(me.user_agent));
    tx.publish(SecurityAlert{.user_id = account.user_id,
                             .matter = matter,
                             .platform = platform,
                             .device = device,
                             .ip = std::string(me.address),
                             .created_at = core_.clock.now()});
    std::string where = device.value_or(std::string());
    if (!where.empty()) where += ", ";
    where += platform == "unknown" ? "an unknown device" : platform;
    where += ", address ";
    where += me.address;
    queue(tx, mail_of(matter), account, account.email, std::move(where));
}

std::optional<std::chrono::seconds> Mails::must_wait(db::Write& tx, const UserId& user,
                                                     TokenKind kind) const {
    core_.users.take_turn(tx, user);
    const Time now = core_.clock.now();
    const auto times = account_store::asked_for(tx, user, kind, now - 24h);
    std::chrono::microseconds wait{0};
    if (!times.empty()) wait = times.front() + 1min - now;
    if (times.size() >= kMostInADay) wait = std::max(wait, times[kMostInADay - 1] + 24h - now);
    if (wait.count() <= 0) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(wait);
}

void Mails::send(const SendMail& job) const {
    std::string link;
    if (const auto page = page_of(job.kind); !page.empty())
        link = core_.api_link(page) + "?token=" + token_of(core_, job.token_id);
    const auto outcome = core_.mailer.send(compose(job, link));
    if (outcome.status != integrations::MailOutcome::Status::failed) return;
    throw std::runtime_error("mail not sent: " + outcome.cause);
}

}  // namespace grover::auth
