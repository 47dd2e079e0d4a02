#include "core/list_digests.hpp"

#include <nettle/md5.h>
#include <nettle/sha1.h>

namespace stillwatch {

Md5 md5_of(ByteView data)
{
    md5_ctx context;
    md5_init(&context);
    md5_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    Md5 digest;
    md5_digest(&context, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
}

Sha1 sha1_of(ByteView data)
{
    sha1_ctx context;
    sha1_init(&context);
    sha1_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    Sha1 digest;
    sha1_digest(&context, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
}

} // namespace stillwatch
