// From SVG to files, in a child process that loads libvips.
#include <dlfcn.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vips/vips.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "app/seed/drawing.hpp"

namespace grover::seed {
namespace {

// Loaded, not linked: only this child needs it (domains/media does likewise).
class Vips {
public:
    Vips() : library_(::dlopen("libvips.so.42", RTLD_NOW | RTLD_LOCAL)) {
        if (library_ == nullptr) throw std::runtime_error("libvips cannot be loaded");
        if (find<decltype(&::vips_init)>("vips_init")("grover") != 0)
            throw std::runtime_error("libvips cannot be initialised");
    }

    void save(const std::string& svg, const std::filesystem::path& target) const {
        const auto load = find<decltype(&::vips_svgload_buffer)>("vips_svgload_buffer");
        const auto flatten = find<decltype(&::vips_flatten)>("vips_flatten");
        const auto write = find<decltype(&::vips_image_write_to_file)>("vips_image_write_to_file");
        const auto unref = find<decltype(&::g_object_unref)>("g_object_unref");
        VipsImage* drawn = nullptr;
        VipsImage* opaque = nullptr;
        bool saved = load(const_cast<char*>(svg.data()), svg.size(), &drawn, nullptr) == 0;
        saved = saved && flatten(drawn, &opaque, nullptr) == 0;
        saved = saved && write(opaque, target.c_str(), nullptr) == 0;
        if (opaque != nullptr) unref(opaque);
        if (drawn != nullptr) unref(drawn);
        if (!saved) throw std::runtime_error(find<decltype(&::vips_error_buffer)>("vips_error_buffer")());
    }

private:
    template <class Function>
    Function find(const char* name) const {
        auto* const found = reinterpret_cast<Function>(::dlsym(library_, name));
        if (found == nullptr) throw std::runtime_error(std::string("libvips has no ") + name);
        return found;
    }

    void* library_;
};

}  // namespace

void save_drawings(const std::vector<Drawing>& drawings, const std::filesystem::path& directory,
                   const std::vector<std::string>& command) {
    for (const auto& drawing : drawings) std::ofstream(directory / (drawing.file + ".svg")) << drawing.svg;

    auto words = command;
    words.push_back(directory.string());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    int status = 0;
    if (::posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0 ||
        ::waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error("The pictures of the demo could not be drawn; is libvips42 installed?");
    }
}

int save_drawings_main(const std::filesystem::path& directory) {
    try {
        const Vips vips;
        for (const auto& entry : std::filesystem::directory_iterator(directory)) {
            if (entry.path().extension() != ".svg") continue;
            std::ostringstream svg;
            svg << std::ifstream(entry.path()).rdbuf();
            vips.save(svg.str(), directory / entry.path().stem());
            std::filesystem::remove(entry.path());
        }
        return 0;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "save-drawings: %s\n", problem.what());
        return 1;
    }
}

}  // namespace grover::seed
