#include "platform/api/api.hpp"

#include <stdexcept>

namespace grover::api {

void Api::add(Endpoint endpoint) {
    endpoint.name = endpoint.route.absolute ? std::string(endpoint.route.path)
                                            : "/api" + std::string(endpoint.route.path);
    endpoint.index = endpoints_.size();
    if (endpoint.route.per_minute > 0 && !has_bucket(endpoint.route.limit))
        throw std::logic_error("a limit of its own for " + endpoint.name + ", which has none");
    for (const auto& [path, sentence] : switched_off_) {
        const auto& own = endpoint.route.path;
        if (own.starts_with(path) && (own.size() == path.size() || own[path.size()] == '/'))
            endpoint.switched_off = sentence;
    }
    endpoints_.push_back(std::make_unique<Endpoint>(std::move(endpoint)));
}

void Api::switch_off(std::string_view path, std::string_view sentence) {
    switched_off_.emplace_back(path, sentence);
}

std::string Reply::next(std::string_view position) {
    if (position.empty() || cursors_ == nullptr) return {};
    auto cursor = cursors_->seal(endpoint_, position);
    response_.add_header("X-Next-Cursor", cursor);
    return cursor;
}

void refuse_if_any(Problems& problems) {
    if (!problems.fields.empty()) {
        Error error(ErrorKind::invalid_input, "Validation failed");
        error.fields = std::move(problems.fields);
        throw error;
    }
    if (problems.refused) throw validation_error(std::move(*problems.refused));
}

}  // namespace grover::api
