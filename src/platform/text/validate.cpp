#include "platform/text/validate.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "platform/base/error.hpp"
#include "platform/base/id.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error sentence(std::string_view subject, std::string_view rest) {
    return validation_error(std::string(subject) + std::string(rest));
}

// Neither of the two parts of an address starts or ends with a dot, and no two dots stand together.
bool has_sound_dots(std::string_view part) {
    return !part.starts_with('.') && !part.ends_with('.') && part.find("..") == std::string_view::npos;
}

bool is_email_local(std::string_view local) {
    return !local.empty() && has_sound_dots(local) && std::all_of(local.begin(), local.end(), [](char c) {
        return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
    });
}

bool is_email_domain(std::string_view domain) {
    const std::size_t dot = domain.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || !has_sound_dots(domain)) return false;
    const std::string_view top = domain.substr(dot + 1);
    return top.size() >= 2 && std::all_of(top.begin(), top.end(), is_lower) &&
           std::all_of(domain.begin(), domain.end(),
                       [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-'; });
}

// Sorted. Names that routes, clients or readers would take for something else than a person.
constexpr std::array<std::string_view, 32> kReservedUsernames{
    "admin",    "administrator", "all",     "anonymous", "api",        "deleted",  "everyone",  "grover",
    "help",     "here",          "login",   "logout",    "me",         "mod",      "moderator", "noreply",
    "null",     "official",      "owner",   "payments",  "postmaster", "register", "root",      "security",
    "settings", "staff",         "support", "system",    "undefined",  "unknown",  "webmaster", "www"};
static_assert(std::is_sorted(kReservedUsernames.begin(), kReservedUsernames.end()));

}  // namespace

std::string validate_id(std::string_view value, std::string_view kind) {
    if (value.empty()) throw sentence("Invalid ", kind);
    if (count_code_points(value) > kMaxIdLength) throw sentence(kind, " too long");
    if (!is_well_formed_id(value)) throw sentence("Invalid ", std::string(kind) + " format");
    return std::string(value);
}

std::string validate_name(std::string_view value, std::string_view field) {
    if (value.empty()) throw sentence(field, " is required");
    std::string name = sanitize_string(value, kMaxNameLength, field);
    if (name.empty()) throw sentence(field, " cannot be empty");
    return name;
}

std::string validate_bio(std::string_view value) { return sanitize_string(value, kMaxBioLength, "Bio"); }

std::string validate_email(std::string_view value) {
    const std::string email = lower_ascii(trim(value));
    if (email.empty()) throw validation_error("Email is required");
    const std::string_view whole = email;
    const std::size_t at = whole.find('@');
    if (at == std::string_view::npos || !is_email_local(whole.substr(0, at)) ||
        !is_email_domain(whole.substr(at + 1))) {
        throw validation_error("Invalid email format");
    }
    if (whole.size() > 254 || at > 64) throw validation_error("Email is too long");
    return email;
}

std::string validate_phone(std::string_view value) {
    if (trim(value).empty()) throw validation_error("Phone number is required");
    std::string phone;
    for (const char c : value) {
        if (is_digit(c) || (c == '+' && phone.empty())) phone += c;
    }
    const std::size_t digits = phone.size() - (phone.starts_with('+') ? 1 : 0);
    if (digits < 10 || digits > 15) throw validation_error("Phone number must be between 10 and 15 digits");
    return phone;
}

bool is_reserved_username(std::string_view lower_case_name) {
    return std::binary_search(kReservedUsernames.begin(), kReservedUsernames.end(), lower_case_name);
}

std::string validate_username(std::string_view value) {
    std::string name = lower_ascii(value);
    const bool well_formed =
        name.size() >= 3 && name.size() <= 30 &&
        std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
    if (!well_formed || is_reserved_username(name)) throw validation_error("Invalid username");
    return name;
}

Time validate_time(std::string_view value) {
    const std::optional<Time> time = parse_time(value);
    if (!time) throw validation_error("Invalid datetime format");
    return *time;
}

}  // namespace grover::text
