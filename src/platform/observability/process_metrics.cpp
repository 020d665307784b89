#include "platform/observability/process_metrics.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "platform/observability/render.hpp"

namespace grover::metrics {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Memory {
    double virtual_bytes = 0;
    double resident_bytes = 0;
};

Memory memory() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                               std::fclose);
    unsigned long long pages = 0;
    unsigned long long resident = 0;
    if (!file || std::fscanf(file.get(), "%llu %llu", &pages, &resident) != 2) return {};
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    return {static_cast<double>(pages) * page, static_cast<double>(resident) * page};
}

double open_files() {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
    if (!directory) return 0;
    int count = 0;
    while (const dirent* entry = ::readdir(directory.get())) count += entry->d_name[0] != '.' ? 1 : 0;
    return count - 1;  // the directory itself
}

double most_files() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

// When this was first asked, which is at the start of the server.
struct Start {
    double unix_seconds =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
};

}  // namespace

void register_process_metrics() {
    static const Start start;
    static const bool once = [] {
        add_collector([](Text& out, const Totals&) {
            const auto one = [&](const char* name, const char* help, Type type, double value) {
                out.family(name, help, type);
                out.sample("", "", value);
            };
            const Memory used = memory();
            one("process_cpu_seconds_total", "Processor time used, in seconds.", Type::counter,
                cpu_seconds());
            one("process_resident_memory_bytes", "Memory in RAM.", Type::gauge, used.resident_bytes);
            one("process_virtual_memory_bytes", "Address space.", Type::gauge, used.virtual_bytes);
            one("process_open_fds", "Open file descriptors.", Type::gauge, open_files());
            one("process_max_fds", "Limit of open file descriptors.", Type::gauge, most_files());
            one("process_start_time_seconds", "Start, in seconds since 1970.", Type::gauge,
                start.unix_seconds);
            one("grover_uptime_seconds", "Time since the start.", Type::gauge,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start.at).count());
        });
        return true;
    }();
    (void)once;
}

}  // namespace grover::metrics
