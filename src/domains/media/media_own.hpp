// A user's own uploads, before and beside the objects that use them (contract/media.md §7, §10). Private to this folder.
#pragma once

#include "domains/media/media_api.hpp"

namespace grover::media {

MediaUploadAnswer upload_own(MediaService& media, const Caller& me, MediaUpload& in);
// 404 "Media not found", also for what belongs to others.
MediaInfo get_own(MediaService& media, const Caller& me, const MediaId& id);
// 409 when something uses it.
MediaDeleteAnswer delete_own(MediaService& media, const Caller& me, const MediaId& id);
// No I/O but a look at the free space of the disk.
MediaStatusAnswer status_of(MediaService::Parts& parts);

}  // namespace grover::media
