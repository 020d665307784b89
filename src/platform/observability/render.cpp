#include "platform/observability/render.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace grover::metrics {
namespace {

void append_label_value(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
}

void append_help(std::string& out, std::string_view help) {
    for (const char c : help) {
        if (c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
}

std::string_view word(Type type) {
    constexpr std::array<std::string_view, 4> kWords{"counter", "gauge", "histogram", "summary"};
    return kWords[static_cast<std::size_t>(type)];
}

void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
    } else {
        std::array<char, 32> buffer;
        const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
        out.append(buffer.data(), result.ptr);
    }
}

}  // namespace

std::string label_text(const Labels& labels) {
    std::string out;
    for (const auto& [name, value] : labels) {
        out += out.empty() ? '{' : ',';
        out += name;
        out += "=\"";
        append_label_value(out, value);
        out += '"';
    }
    if (!out.empty()) out += '}';
    return out;
}

void Text::family(std::string_view name, std::string_view help, Type type) {
    name_ = name;
    // OpenMetrics names the family of a counter without the suffix of its samples.
    std::string_view shown = name;
    if (format_ == TextFormat::openmetrics && type == Type::counter && shown.ends_with("_total"))
        shown.remove_suffix(6);
    out_.append("# HELP ").append(shown).append(" ");
    append_help(out_, help);
    out_.append("\n# TYPE ").append(shown).append(" ").append(word(type)).append("\n");
}

void Text::begin_sample(std::string_view suffix, std::string_view labels, std::string_view more_labels) {
    out_.append(name_).append(suffix);
    if (more_labels.empty()) {
        out_.append(labels);
    } else if (labels.empty()) {
        out_.append("{").append(more_labels).append("}");
    } else {
        out_.append(labels.substr(0, labels.size() - 1)).append(",").append(more_labels).append("}");
    }
    out_ += ' ';
}

void Text::sample(std::string_view suffix, std::string_view labels, double value) {
    begin_sample(suffix, labels, {});
    append_number(out_, value);
    out_ += '\n';
}

void Text::sample(std::string_view suffix, std::string_view labels, std::uint64_t value) {
    begin_sample(suffix, labels, {});
    out_ += std::to_string(value);
    out_ += '\n';
}

void Text::histogram(std::string_view labels, std::span<const std::int64_t> bounds,
                     std::span<const std::uint64_t> counts, std::uint64_t sum_us) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
        count += counts[i];
        std::string le = "le=\"";
        append_number(le, i == bounds.size() ? HUGE_VAL : static_cast<double>(bounds[i]) / 1e6);
        // OpenMetrics wants a decimal point in whole bounds.
        if (format_ == TextFormat::openmetrics && i < bounds.size() && le.find('.') == std::string::npos)
            le += ".0";
        le += '"';
        begin_sample("_bucket", labels, le);
        out_ += std::to_string(count);
        out_ += '\n';
    }
    sample("_sum", labels, static_cast<double>(sum_us) / 1e6);
    sample("_count", labels, count);
}

std::string Text::finish() && {
    if (format_ == TextFormat::openmetrics) out_ += "# EOF\n";
    return std::move(out_);
}

std::string_view content_type(TextFormat format) {
    return format == TextFormat::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                             : "text/plain; version=0.0.4; charset=utf-8";
}

TextFormat wanted_format(std::string_view accept) {
    return accept.find("application/openmetrics-text") != std::string_view::npos ? TextFormat::openmetrics
                                                                                 : TextFormat::prometheus;
}

}  // namespace grover::metrics
