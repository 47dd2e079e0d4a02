#include "sandbox/gist_cache.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::sandbox {

const matcher::Gist* GistCache::find(const Sha256& file_digest)
{
    const auto found = std::ranges::find(gists_, file_digest, &matcher::Gist::file_digest);
    if (found == gists_.end()) return nullptr;
    gists_.splice(gists_.begin(), gists_, found);
    return &gists_.front();
}

const matcher::Gist& GistCache::keep(matcher::Gist gist)
{
    gists_.remove_if([&](const matcher::Gist& other) { return other.file_digest == gist.file_digest; });
    while (gists_.size() >= kept_pictures)
        gists_.pop_back();
    gists_.push_front(std::move(gist));
    return gists_.front();
}

} // namespace stillwatch::sandbox
