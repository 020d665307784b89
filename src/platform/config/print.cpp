#include "platform/config/setting.hpp"
#include "platform/config/url.hpp"

namespace grover {
namespace {

std::string masked(const config::Setting& setting, const Config& config) {
    const std::string value = setting.show(config);
    switch (setting.extra.secrecy) {
        case config::Secrecy::open:
            return value;
        case config::Secrecy::password:
            return config::without_password(value);
        case config::Secrecy::secret:
            break;
    }
    return value.empty() ? "*** (unset)" : "*** (set)";
}

}  // namespace

std::string print_config(const Config& config) {
    std::string out;
    for (const config::Setting& setting : config::settings()) {
        out += std::string(setting.name) + "=" + masked(setting, config) + "\n";
    }
    return out;
}

}  // namespace grover
