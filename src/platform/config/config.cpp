#include "platform/config/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "platform/config/dotenv.hpp"
#include "platform/config/setting.hpp"
#include "platform/text/utf8.hpp"

extern char** environ;

namespace grover {
namespace {

using config::Malformed;
using config::Secrecy;
using config::Setting;
using Lines = std::vector<std::string>;

struct Source {
    std::string name;  // "" for the environment, else the file
    Environment values;
};

std::string where(const Source& source) { return source.name.empty() ? "" : " (" + source.name + ")"; }

std::optional<Source> read_file(const std::filesystem::path& directory, const char* name, Lines& errors) {
    const std::filesystem::path path = directory / name;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return std::nullopt;
    std::ifstream in(path);
    if (!in.is_open() || std::filesystem::is_directory(path, error)) {
        errors.push_back(std::string(name) + " cannot be read");
        return std::nullopt;
    }
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    config::Dotenv parsed = config::parse_dotenv(content);
    for (const std::string& line : parsed.errors) errors.push_back(std::string(name) + " " + line);
    Source source{name, {}};
    for (auto& [key, value] : parsed.values) source.values[key] = std::move(value);
    return source;
}

struct Found {
    std::string name;  // the setting's, or the alias that was used
    std::string_view value;
    const Source* source;
};

// The first source that knows the setting; its own name goes before its aliases. Blank means unset.
std::optional<Found> find(const Setting& setting, const std::vector<Source>& sources, Lines& errors,
                          Lines& warnings) {
    for (const Source& source : sources) {
        std::optional<Found> found;
        const auto look = [&](std::string_view name) {
            const auto entry = source.values.find(name);
            if (entry == source.values.end()) return;
            const std::string_view value = text::trim(entry->second);
            if (value.empty()) {
                if (!setting.extra.blank_error.empty()) errors.emplace_back(setting.extra.blank_error);
            } else if (!found) {
                found = Found{std::string(name), value, &source};
            } else if (found->value != value) {
                warnings.push_back(std::string(name) + " is ignored because " + found->name + " is set" +
                                   where(source));
            }
        };
        look(setting.name);
        for (const std::string_view alias : setting.extra.aliases) look(alias);
        if (found) return found;
    }
    return std::nullopt;
}

void set_default(const Setting& setting, Config& config) {
    const std::string value =
        setting.extra.default_from ? setting.extra.default_from(config) : setting.default_value;
    if (value.empty()) {
        setting.clear(config);
    } else {
        setting.read(config, value);
    }
}

void apply(const Setting& setting, const std::vector<Source>& sources, Config& config, Lines& errors,
           Lines& warnings) {
    set_default(setting, config);
    const auto found = find(setting, sources, errors, warnings);
    if (!found) return;
    try {
        setting.read(config, found->value);
    } catch (const Malformed& malformed) {
        std::string line = found->name + where(*found->source) + " " + malformed.what();
        if (setting.extra.secrecy == Secrecy::open) line += ", not \"" + std::string(found->value) + "\"";
        if (setting.extra.only_warns) {
            warnings.push_back(line + ": the default holds");
        } else {
            errors.push_back(std::move(line));
        }
    }
}

// Insertions, deletions, substitutions and swaps of neighbours between two short names.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

// The setting that `name` was probably meant to be. Short names differ by little from too many others.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
    constexpr std::size_t kLongestName = 64;
    if (name.size() < 6 || name.size() > kLongestName) return {};
    const std::size_t tolerance = name.size() < 10 ? 1 : 2;
    for (const std::string_view candidate : known) {
        const std::size_t apart =
            name.size() < candidate.size() ? candidate.size() - name.size() : name.size() - candidate.size();
        if (apart <= tolerance && candidate.size() >= 6 && distance(name, candidate) <= tolerance)
            return candidate;
    }
    return {};
}

// Near misses that are names of their own: OpenSSL's.
constexpr std::array<std::string_view, 2> kOthersNames{"SSL_CERT_FILE", "SSL_CERT_DIR"};

// A file is written for this server, so a near miss in it is an error. The environment holds names of other
// programs.
void check_names(const std::vector<Source>& sources, Lines& errors, Lines& warnings) {
    std::vector<std::string_view> known;
    for (const Setting& setting : config::settings()) {
        known.push_back(setting.name);
        known.insert(known.end(), setting.extra.aliases.begin(), setting.extra.aliases.end());
    }
    for (const Source& source : sources) {
        const bool is_file = !source.name.empty();
        for (const auto& [name, value] : source.values) {
            if (std::find(known.begin(), known.end(), name) != known.end()) continue;
            if (!is_file && std::find(kOthersNames.begin(), kOthersNames.end(), name) != kOthersNames.end())
                continue;
            const std::string_view meant = nearest_name(name, known);
            if (!meant.empty()) {
                (is_file ? errors : warnings)
                    .push_back(name + where(source) + " is not a setting; did you mean " +
                               std::string(meant) + "?");
            } else if (is_file) {
                warnings.push_back(name + where(source) + " is not a setting and is ignored");
            }
        }
    }
}

std::string report(const Lines& errors) {
    std::string out = "Configuration errors:";
    for (const std::string& line : errors) out += "\n  " + line;
    return out;
}

}  // namespace

ConfigurationError::ConfigurationError(std::vector<std::string> error_lines,
                                       std::vector<std::string> warning_lines)
    : std::runtime_error(report(error_lines)),
      errors(std::move(error_lines)),
      warnings(std::move(warning_lines)) {}

Environment process_environment() {
    Environment out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view line = *entry;
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos) out.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return out;
}

LoadedConfig load_config(const Environment& environment, const std::filesystem::path& directory) {
    LoadedConfig loaded;
    Lines errors;
    std::vector<Source> sources{{"", environment}};
    if (!directory.empty()) {
        for (const char* name : {".env", "backend/.env"}) {
            if (auto source = read_file(directory, name, errors)) sources.push_back(std::move(*source));
        }
    }
    for (const Setting& setting : config::settings())
        apply(setting, sources, loaded.config, errors, loaded.warnings);
    check_names(sources, errors, loaded.warnings);
    config::apply_rules(loaded.config, errors, loaded.warnings);
    if (!errors.empty()) throw ConfigurationError(std::move(errors), std::move(loaded.warnings));
    return loaded;
}

}  // namespace grover
