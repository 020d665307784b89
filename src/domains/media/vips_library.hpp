// The functions of libvips that we call, loaded when a process first decodes a picture. Linked the usual way,
// libvips and its hundred libraries would cost every start of the server 30 ms and 20 MB that only the image
// workers need.
#pragma once

#include <vips/vips.h>

#include <memory>

namespace grover::media {

struct VipsLibrary {
    decltype(&::vips_init) init;
    decltype(&::vips_concurrency_set) concurrency_set;
    decltype(&::vips_cache_set_max) cache_set_max;
    decltype(&::vips_operation_block_set) operation_block_set;
    decltype(&::vips_type_find) type_find;
    decltype(&::vips_error_buffer) error_buffer;
    decltype(&::vips_error_clear) error_clear;

    decltype(&::vips_image_new_from_file) image_new_from_file;
    decltype(&::vips_image_get_width) image_get_width;
    decltype(&::vips_image_get_height) image_get_height;
    decltype(&::vips_image_get_bands) image_get_bands;
    decltype(&::vips_image_get_interpretation) image_get_interpretation;
    decltype(&::vips_image_get_n_pages) image_get_n_pages;
    decltype(&::vips_image_get_page_height) image_get_page_height;
    decltype(&::vips_image_get_orientation) image_get_orientation;
    decltype(&::vips_image_get_typeof) image_get_typeof;
    decltype(&::vips_image_get_blob) image_get_blob;
    decltype(&::vips_image_hasalpha) image_hasalpha;
    decltype(&::vips_image_copy_memory) image_copy_memory;

    decltype(&::vips_thumbnail) thumbnail;
    decltype(&::vips_thumbnail_image) thumbnail_image;
    decltype(&::vips_colourspace) colourspace;
    decltype(&::vips_flatten) flatten;
    decltype(&::vips_cast) cast;
    decltype(&::vips_jpegsave_buffer) jpegsave_buffer;

    decltype(&::vips_array_double_new) array_double_new;
    decltype(&::vips_area_unref) area_unref;
    decltype(&::g_object_unref) object_unref;
    decltype(&::g_free) free;
    decltype(&::g_log_set_default_handler) log_set_default_handler;
};

// Loads and initialises on the first call, which must come before any limit on files or memory. Throws
// std::runtime_error when the library is missing. Only the formats that we take can be loaded afterwards,
// whatever a file looks like.
const VipsLibrary& vips();

struct UnrefObject {
    void operator()(void* object) const { vips().object_unref(object); }
};
using ImagePtr = std::unique_ptr<VipsImage, UnrefObject>;

}  // namespace grover::media
