// How far a long job has come: a bar on a terminal, a line for each tenth elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace grover::seed {

class Progress {
public:
    // Writes to standard error.
    Progress(std::string what, std::size_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void add(std::size_t done);

private:
    void show() const;

    const std::string what_;
    const std::size_t total_;
    const bool is_terminal_;
    std::size_t done_ = 0;
    std::size_t tenths_told_ = 0;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point shown_{};
};

}  // namespace grover::seed
