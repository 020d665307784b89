// What MediaService is made of, for the files of this folder.
#pragma once

#include "domains/media/image_workers.hpp"
#include "domains/media/media.hpp"
#include "domains/media/storage.hpp"
#include "domains/media/urls.hpp"
#include "domains/users/users.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::media {

struct MediaService::Parts {
    Parts(db::Database& database, users::UsersService& users_service, const Clock& its_clock,
          runtime::WorkerPool& worker_pool, Options its_options)
        : db(database),
          users(users_service),
          clock(its_clock),
          workers(worker_pool),
          storage(its_options.root),
          images(its_options.image_workers, its_options.image_worker_command),
          urls({.cdn_base_url = its_options.cdn_base_url,
                .public_base_url = its_options.public_base_url,
                .allowed_origins = its_options.allowed_origins},
               its_options.url_secret),
          cloudinary_cloud_name(its_options.cloudinary_cloud_name),
          s3_bucket(its_options.s3_bucket),
          upload_directory(storage.upload_directory()) {}

    db::Database& db;
    users::UsersService& users;
    const Clock& clock;
    runtime::WorkerPool& workers;
    Storage storage;
    ImageWorkers images;
    MediaUrls urls;
    const std::string cloudinary_cloud_name;
    const std::string s3_bucket;
    std::string upload_directory;
};

}  // namespace grover::media
