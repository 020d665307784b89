// What the mails of this domain say.
#include "domains/auth/auth_mails.hpp"

namespace grover::auth {
namespace {

// Nothing that a person chose may end a line: a name must not look like a part of the letter.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    return out;
}

struct Words {
    std::string_view subject;
    std::string text;
};

Words words_of(const SendMail& job, const std::string& link) {
    const auto detail = one_line(job.detail);
    switch (job.kind) {
        case MailKind::verify_email:
            return {"Confirm your e-mail address", "please confirm that this address is yours:\n\n" + link +
                                                       "\n\nThe link works for 24 hours. If you did not sign "
                                                       "up for Grover, ignore this mail.\n"};
        case MailKind::reset_password:
            return {"Reset your password",
                    "somebody, hopefully you, asked to reset your password. Choose a new one here:\n\n" +
                        link +
                        "\n\nThe link works once, for one hour. If it was not you, ignore this mail: nothing "
                        "has changed.\n"};
        case MailKind::change_email:
            return {"Confirm your new e-mail address",
                    "please confirm that this is the new address of your account:\n\n" + link +
                        "\n\nThe link works for 24 hours. Until then nothing changes.\n"};
        case MailKind::undo_email:
            return {"Your e-mail address is about to change",
                    "somebody who is signed in to your account asked to change its address to " + detail +
                        ". If it was not you, keep this address here:\n\n" + link +
                        "\n\nThe link works for 7 days, also after the change. It signs everybody out; then "
                        "reset your password.\n"};
        case MailKind::new_device:
            return {"New sign-in to your account",
                    "your account was just used from a device that we have not seen lately:\n\n" + detail +
                        "\n\nIf it was not you, change your password now: that signs everybody else out.\n"};
        case MailKind::password_changed:
            return {"Your password was changed", "the password of your account was just changed (" + detail +
                                                     "), and everybody else was signed out.\n\nIf it was not "
                                                     "you, reset it with \"forgot password\".\n"};
        case MailKind::email_changed:
            return {"Your e-mail address was changed",
                    "the address of your account is now " + detail +
                        ".\n\nIf it was not you, use the link of our mail before this one to go back.\n"};
        case MailKind::email_restored:
            return {"Your e-mail address stays as it was",
                    "a change of your account's address was undone, and everybody was signed out.\n\nPlease "
                    "reset your password "
                    "now with \"forgot password\": somebody else may know it.\n"};
        case MailKind::all_sessions_ended:
            return {"Signed out everywhere",
                    "all sessions of your account were just ended (" + detail +
                        ").\n\nIf it was not you, reset your password with \"forgot password\".\n"};
        case MailKind::stolen_refresh_token:
            break;
    }
    return {"A sign-in was used twice",
            "a credential of one of your sessions was used from two places, so we ended that session (" +
                detail + ").\n\nIf you do not know why, reset your password with \"forgot password\".\n"};
}

}  // namespace

integrations::Mail compose(const SendMail& job, const std::string& link) {
    auto words = words_of(job, link);
    return {.to = job.to,
            .subject = std::string(words.subject),
            .text = "Hello " + one_line(job.user_name) + ",\n\n" + words.text + "\nGrover\n"};
}

}  // namespace grover::auth
