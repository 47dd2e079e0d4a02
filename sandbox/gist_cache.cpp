#include "sandbox/gist_cache.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::sandbox {

const features::Gist* GistCache::find(const Sha256& file_digest)
{
    const auto found = std::ranges::find(gists_, file_digest, &features::Gist::file_digest);
    if (found == gists_.end()) return nullptr;
    gists_.splice(gists_.begin(), gists_, found);
    return &gists_.front();
}

const features::Gist& GistCache::keep(features::Gist gist)
{
    gists_.remove_if([&](const features::Gist& other) { return other.file_digest == gist.file_digest; });
    while (gists_.size() >= kept_pictures)
        gists_.pop_back();
    gists_.push_front(std::move(gist));
    return gists_.front();
}

} // namespace stillwatch::sandbox
