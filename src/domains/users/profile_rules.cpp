#include "domains/users/profile_rules.hpp"

#include "platform/base/error.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"

namespace grover::users {
namespace {

std::string checked_name(const std::string& value) {
    if (text::trim(value).empty()) throw validation_error("Name cannot be empty");
    return text::validate_name(value, "Name");
}

std::string checked_website(const std::string& value) {
    std::string url(text::trim(value));
    if (url.empty()) return url;
    const auto scheme = text::lower_ascii(std::string_view(url).substr(0, 8));
    if (!scheme.starts_with("http://") && !scheme.starts_with("https://")) url.insert(0, "https://");
    if (text::count_code_points(url) > 200) throw validation_error("Invalid URL format");
    return text::validate_url(url);
}

std::string checked_handle(const std::string& value, std::string_view field) {
    std::string_view handle = text::trim(value);
    if (handle.starts_with('@')) handle.remove_prefix(1);
    return text::sanitize_string(handle, 50, field);
}

std::string checked_paypal(const std::string& value) {
    const auto address = text::trim(value);
    if (address.empty()) return {};
    if (text::count_code_points(address) > 100) throw validation_error("Invalid PayPal email");
    try {
        return text::validate_email(address);
    } catch (const Error&) {
        throw validation_error("Invalid PayPal email");
    }
}

}  // namespace

store::ProfileChange checked(const UserUpdate& in) {
    store::ProfileChange out;
    if (in.name) out.name = checked_name(*in.name);
    if (in.bio) out.bio = text::validate_bio(*in.bio);
    if (in.website) out.website = checked_website(*in.website);
    if (in.twitter) out.twitter = checked_handle(*in.twitter, "Twitter");
    if (in.instagram) out.instagram = checked_handle(*in.instagram, "Instagram");
    if (in.linkedin) out.linkedin = text::sanitize_string(*in.linkedin, 100, "LinkedIn");
    if (in.paypal_email) out.paypal_email = checked_paypal(*in.paypal_email);
    if (in.monetization_enabled) out.monetization = *in.monetization_enabled ? "on" : "off";
    return out;
}

bool is_picture_url(std::string_view text) {
    if (!text.starts_with("https://") || text::count_code_points(text) > kMaxPictureUrl) return false;
    try {
        return text::validate_url(text) == text;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace grover::users
