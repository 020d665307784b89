#include "domains/media/vips_library.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace grover::media {

namespace {

template <class Function>
void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr) throw std::runtime_error(std::string("libvips has no ") + name);
}

void stay_silent(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

VipsLibrary load() {
    void* library = dlopen("libvips.so.42", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(std::string("libvips cannot be loaded: ") + dlerror());

    VipsLibrary v{};
    find(library, "vips_init", v.init);
    find(library, "vips_concurrency_set", v.concurrency_set);
    find(library, "vips_cache_set_max", v.cache_set_max);
    find(library, "vips_operation_block_set", v.operation_block_set);
    find(library, "vips_type_find", v.type_find);
    find(library, "vips_error_buffer", v.error_buffer);
    find(library, "vips_error_clear", v.error_clear);
    find(library, "vips_image_new_from_file", v.image_new_from_file);
    find(library, "vips_image_get_width", v.image_get_width);
    find(library, "vips_image_get_height", v.image_get_height);
    find(library, "vips_image_get_bands", v.image_get_bands);
    find(library, "vips_image_get_interpretation", v.image_get_interpretation);
    find(library, "vips_image_get_n_pages", v.image_get_n_pages);
    find(library, "vips_image_get_page_height", v.image_get_page_height);
    find(library, "vips_image_get_orientation", v.image_get_orientation);
    find(library, "vips_image_get_typeof", v.image_get_typeof);
    find(library, "vips_image_get_blob", v.image_get_blob);
    find(library, "vips_image_hasalpha", v.image_hasalpha);
    find(library, "vips_image_copy_memory", v.image_copy_memory);
    find(library, "vips_thumbnail", v.thumbnail);
    find(library, "vips_thumbnail_image", v.thumbnail_image);
    find(library, "vips_colourspace", v.colourspace);
    find(library, "vips_flatten", v.flatten);
    find(library, "vips_cast", v.cast);
    find(library, "vips_jpegsave_buffer", v.jpegsave_buffer);
    find(library, "vips_array_double_new", v.array_double_new);
    find(library, "vips_area_unref", v.area_unref);
    find(library, "g_object_unref", v.object_unref);
    find(library, "g_free", v.free);
    find(library, "g_log_set_default_handler", v.log_set_default_handler);

    // Libraries warn about every odd file; what is wrong with it reaches the client as our refusal.
    v.log_set_default_handler(stay_silent, nullptr);
    if (v.init("grover") != 0) throw std::runtime_error("libvips cannot be initialised");
    // One picture at a time and on one thread: how many run at once is decided outside.
    v.concurrency_set(1);
    v.cache_set_max(0);
    v.operation_block_set("VipsForeignLoad", TRUE);
    for (const char* loader : {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadNsgif",
                               "VipsForeignLoadWebp", "VipsForeignLoadHeif"}) {
        v.operation_block_set(loader, FALSE);
    }
    return v;
}

}  // namespace

const VipsLibrary& vips() {
    static const VipsLibrary library = load();
    return library;
}

}  // namespace grover::media
