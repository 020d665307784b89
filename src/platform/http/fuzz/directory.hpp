// Where a fuzz target puts its files: in memory where there is such a place, the disk is not what is tested.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace grover::http {

inline const std::string& fuzz_directory() {
    struct Directory {
        Directory() {
            const std::filesystem::path shared = "/dev/shm";
            const auto base =
                std::filesystem::is_directory(shared) ? shared : std::filesystem::temp_directory_path();
            path = (base / "grover-fuzz-XXXXXX").string();
            if (::mkdtemp(path.data()) == nullptr) std::abort();
        }
        ~Directory() { std::filesystem::remove_all(path); }
        std::string path;
    };
    static const Directory directory;
    return directory.path;
}

}  // namespace grover::http
