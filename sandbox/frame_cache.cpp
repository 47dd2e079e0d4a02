#include "sandbox/frame_cache.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::sandbox {

features::DecodedFrames* FrameCache::find(const Sha256& file_digest)
{
    const auto found = std::ranges::find(entries_, file_digest, &features::DecodedFrames::file_digest);
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return &entries_.front();
}

features::DecodedFrames& FrameCache::keep(features::DecodedFrames decoded)
{
    entries_.remove_if(
        [&](const features::DecodedFrames& other) { return other.file_digest == decoded.file_digest; });
    while (entries_.size() >= kept_pictures)
        entries_.pop_back();
    entries_.push_front(std::move(decoded));
    return entries_.front();
}

} // namespace stillwatch::sandbox
