// Announces fiber switches to ASan and TSan, so that both check the real thing. Compiles to nothing without
// them.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GROVER_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define GROVER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define GROVER_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define GROVER_TSAN 1
#endif

#ifdef GROVER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef GROVER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace grover::runtime {

#ifdef GROVER_ASAN
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif
#ifdef GROVER_TSAN
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

// What the sanitizers know about one context: a fiber, or the thread that runs the loop.
struct SanitizerContext {
    const void* stack_bottom = nullptr;
    std::size_t stack_size = 0;
    void* fake_stack = nullptr;
    void* tsan_fiber = nullptr;
};

// Call just before the switch from `from` to `to`. `last`: `from` never runs again.
inline void announce_switch([[maybe_unused]] SanitizerContext& from, [[maybe_unused]] SanitizerContext& to,
                            [[maybe_unused]] bool last = false) {
#ifdef GROVER_ASAN
    __sanitizer_start_switch_fiber(last ? nullptr : &from.fake_stack, to.stack_bottom, to.stack_size);
#endif
#ifdef GROVER_TSAN
    __tsan_switch_to_fiber(to.tsan_fiber, 0);
#endif
}

// Call just after control arrived in `self`, coming from `from`.
inline void announce_arrival([[maybe_unused]] SanitizerContext& self,
                             [[maybe_unused]] SanitizerContext& from) {
#ifdef GROVER_ASAN
    __sanitizer_finish_switch_fiber(self.fake_stack, &from.stack_bottom, &from.stack_size);
#endif
}

inline void announce_thread([[maybe_unused]] SanitizerContext& self) {
#ifdef GROVER_TSAN
    self.tsan_fiber = __tsan_get_current_fiber();
#endif
}

inline void announce_creation([[maybe_unused]] SanitizerContext& self, [[maybe_unused]] const void* bottom,
                              [[maybe_unused]] std::size_t size) {
#ifdef GROVER_ASAN
    self.stack_bottom = bottom;
    self.stack_size = size;
    // A leak is what nothing points to, and a suspended fiber's locals do point.
    __lsan_register_root_region(bottom, size);
#endif
#ifdef GROVER_TSAN
    self.tsan_fiber = __tsan_create_fiber(0);
#endif
}

inline void announce_destruction([[maybe_unused]] SanitizerContext& self) {
#ifdef GROVER_ASAN
    __lsan_unregister_root_region(self.stack_bottom, self.stack_size);
    __asan_unpoison_memory_region(self.stack_bottom, self.stack_size);
#endif
#ifdef GROVER_TSAN
    __tsan_destroy_fiber(self.tsan_fiber);
#endif
}

}  // namespace grover::runtime
