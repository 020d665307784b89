// Pictures that nobody had to photograph: drawn as SVG, saved as JPEG, PNG and WebP in the sizes of a camera or phone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace grover::seed {

struct Drawing {
    std::string file;  // "ridge.jpg": the ending says the format
    std::string svg;
};

// For posts, always the same ones.
std::vector<Drawing> post_drawings();
// "avatar-<username>.jpg"; `hue` 0..359.
Drawing avatar_drawing(std::string_view username, std::string_view name, int hue);

// Saves them into the directory. It runs `command` with the directory as last word, a child process: the libraries of
// pictures are large and would stay in this one. Throws std::runtime_error when the child fails.
void save_drawings(const std::vector<Drawing>& drawings, const std::filesystem::path& directory,
                   const std::vector<std::string>& command = {"/proc/self/exe", "save-drawings"});

// The child: turns every "<file>.svg" in the directory into <file>. main() calls it for `grover save-drawings DIR` and exits
// with what it returns.
int save_drawings_main(const std::filesystem::path& directory);

}  // namespace grover::seed
