// The child process that decodes pictures: limited in time, memory and files, without network
// (contract/media.md §3).
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "domains/media/image_protocol.hpp"
#include "domains/media/media.hpp"
#include "domains/media/vips_library.hpp"

namespace grover::media {

namespace {

constexpr int kSocket = 3;
constexpr rlim_t kSeconds = 60;  // of CPU, for one picture
constexpr rlim_t kMemory = 1ULL << 30;
constexpr rlim_t kLargestFile = 64ULL << 20;
constexpr rlim_t kFiles = 64;
// A worker that nobody needs gives its memory back; the server starts another.
constexpr int kIdleMilliseconds = 60'000;

// Sanitizers reserve terabytes of addresses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

void limit(int resource, rlim_t value) {
    const rlimit both{value, value};
    setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

[[maybe_unused]] rlim_t address_space_in_use() {
    unsigned long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

// No network and no other programs, whatever a decoder is talked into. A network namespace of its own needs a
// privilege that is often missing; the filter needs none.
void shut_off() {
    (void)unshare(CLONE_NEWNET);
    constexpr std::array kForbidden{
        SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_execve, SYS_execveat,
        SYS_ptrace, SYS_kill,       SYS_tkill,   SYS_bpf,  SYS_mount,  SYS_setns,  SYS_process_vm_readv};
    std::array<sock_filter, kForbidden.size() + 3> program{};
    std::size_t n = 0;
    program[n++] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    for (std::size_t i = 0; i < kForbidden.size(); ++i) {
        const auto to_refusal = static_cast<std::uint8_t>(kForbidden.size() - i);
        program[n++] =
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(kForbidden[i]), to_refusal, 0);
    }
    program[n++] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[n++] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    const sock_fprog filter{static_cast<unsigned short>(n), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

void limit_everything() {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, kFiles);
    limit(RLIMIT_FSIZE, kLargestFile);
    if (!kIsSanitized) limit(RLIMIT_AS, address_space_in_use() + kMemory);
    shut_off();
}

// The limit counts what the whole process has used, so it moves on before each picture.
void allow_another_minute() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    rlimit cpu{};
    getrlimit(RLIMIT_CPU, &cpu);
    cpu.rlim_cur = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + kSeconds;
    setrlimit(RLIMIT_CPU, &cpu);
}

ImageReply work(const ReceivedOrder& received) {
    const auto& order = received.order;
    try {
        return {.outcome = ImageOutcome::done,
                .made = make_renditions(received.source, order.format, order.is_animated, order.recipe,
                                        received.target)};
    } catch (const CannotWrite& problem) {
        return {.outcome = ImageOutcome::cannot_write, .error_number = problem.error_number};
    } catch (const Error& refusal) {
        const bool is_heic = refusal.detail == heic_not_supported().detail;
        return {.outcome = is_heic ? ImageOutcome::heic_not_supported : ImageOutcome::damaged};
    } catch (const std::exception&) {
        // Out of memory, usually: the limit has done its work.
        return {.outcome = ImageOutcome::damaged};
    }
}

}  // namespace

int image_worker_main() {
    close_range(kSocket + 1, ~0U, 0);
    try {
        (void)vips();
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "image-worker: %s\n", problem.what());
        return 1;
    }
    limit_everything();
    while (true) {
        pollfd order{.fd = kSocket, .events = POLLIN, .revents = 0};
        if (poll(&order, 1, kIdleMilliseconds) <= 0) return 0;
        const auto received = receive_order(kSocket);
        if (!received) return 0;
        allow_another_minute();
        if (!send_reply(kSocket, {.outcome = ImageOutcome::begun, .decodes_heic = decodes_heic()})) return 0;
        if (!send_reply(kSocket, work(*received))) return 0;
        malloc_trim(0);
    }
}

}  // namespace grover::media
