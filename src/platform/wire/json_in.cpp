#include "platform/wire/json_in.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <stdexcept>

#include "platform/text/time_format.hpp"

namespace grover::wire {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 32;

const json::value& value_of(const void* pointer) { return *static_cast<const json::value*>(pointer); }

[[noreturn]] void wrong_type() { throw std::invalid_argument("JSON value has another type"); }

}  // namespace

struct JsonDocument::Impl {
    json::monotonic_resource memory{4'096};
    json::value root;
};

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

std::optional<JsonDocument> JsonDocument::parse(std::string_view text) {
    auto impl = std::make_unique<Impl>();
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::error_code error;
    auto parsed = json::parse(json::string_view(text.data(), text.size()), error, &impl->memory, options);
    if (error) return std::nullopt;
    // The tree lives in `memory`: the root is moved, never copied out of it.
    std::destroy_at(&impl->root);
    std::construct_at(&impl->root, std::move(parsed));
    return JsonDocument(std::move(impl));
}

JsonView JsonDocument::root() const { return JsonView(&impl_->root); }

JsonKind JsonView::kind() const {
    if (!value_) return JsonKind::null;
    switch (value_of(value_).kind()) {
        case json::kind::null:
            return JsonKind::null;
        case json::kind::bool_:
            return JsonKind::boolean;
        case json::kind::int64:
            return JsonKind::integer;
        case json::kind::uint64:
        case json::kind::double_:
            return JsonKind::number;
        case json::kind::string:
            return JsonKind::string;
        case json::kind::array:
            return JsonKind::array;
        case json::kind::object:
            return JsonKind::object;
    }
    return JsonKind::null;
}

bool JsonView::boolean() const {
    if (kind() != JsonKind::boolean) wrong_type();
    return value_of(value_).get_bool();
}

std::optional<std::int64_t> JsonView::integer() const {
    if (kind() == JsonKind::integer) return value_of(value_).get_int64();
    if (kind() != JsonKind::number || !value_of(value_).is_double()) return std::nullopt;
    const double number = value_of(value_).get_double();
    // 2^53: beyond it a double no longer tells neighbours apart.
    if (std::abs(number) > 9'007'199'254'740'992.0 || number != std::floor(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

double JsonView::number() const {
    if (!value_) wrong_type();
    const auto& value = value_of(value_);
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_double()) return value.get_double();
    wrong_type();
}

std::string_view JsonView::string() const {
    if (kind() != JsonKind::string) wrong_type();
    const auto& text = value_of(value_).get_string();
    return {text.data(), text.size()};
}

std::size_t JsonView::size() const {
    if (kind() != JsonKind::array) wrong_type();
    return value_of(value_).get_array().size();
}

JsonView JsonView::at(std::size_t i) const {
    if (kind() != JsonKind::array) wrong_type();
    return JsonView(&value_of(value_).get_array()[i]);
}

JsonView JsonView::find(std::string_view key) const {
    if (kind() != JsonKind::object) return {};
    return JsonView(value_of(value_).get_object().if_contains(json::string_view(key.data(), key.size())));
}

void read_into(JsonView in, Time& out) {
    if (const auto us = in.integer()) {
        out = {*us};
        return;
    }
    const auto parsed = text::parse_time(in.string());
    if (!parsed) wrong_type();
    out = *parsed;
}

void read_into(JsonView in, Cents& out) {
    // Two decimals at most, written by to_dollars: the nearest cent is exact.
    out = {static_cast<std::int64_t>(std::llround(in.number() * 100))};
}

}  // namespace grover::wire
