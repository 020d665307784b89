#include "platform/runtime/stack.hpp"

#include <sys/mman.h>

#include <new>

namespace grover::runtime {

namespace {
constexpr std::size_t kGuardSize = 4096;
}

Stack::Stack() {
    void* memory = ::mmap(nullptr, kGuardSize + kStackSize, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (::mprotect(memory, kGuardSize, PROT_NONE) != 0) {
        ::munmap(memory, kGuardSize + kStackSize);
        throw std::bad_alloc();
    }
    bottom_ = static_cast<char*>(memory) + kGuardSize;
}

Stack::~Stack() { ::munmap(bottom_ - kGuardSize, kGuardSize + kStackSize); }

}  // namespace grover::runtime
