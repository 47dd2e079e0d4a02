#include "evidence/gzip.hpp"
#include "evidence/tar.hpp"
#include "evidence/zip.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using fuzz::claim;

// The archive of a package that somebody hands over as evidence: what is read from it is all of it, byte for
// byte, and lies within it; its gzip members give no more than they may.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView archive(reinterpret_cast<const std::byte*>(data), size);
    if (const auto zip = evidence::read_zip(archive)) {
        const auto again = evidence::write_zip(zip->members, zip->modified);
        claim(again && std::ranges::equal(*again, archive), "nothing of a ZIP archive stands unread");
        for (const auto& member : zip->members)
            claim(member.content.empty() ||
                      (member.content.data() >= archive.data() &&
                       member.content.data() + member.content.size() <= archive.data() + size),
                  "what is read lies within the archive");
    }
    if (const auto tar = evidence::read_tar(archive)) {
        std::size_t total = evidence::tar_end;
        for (const auto& member : *tar)
            total += 512 + member.content.size() + evidence::tar_padding(member.content.size());
        claim(total == size, "nothing of a tar archive stands unread");
    }
    constexpr std::size_t most = 1U << 20U;
    for (auto rest = archive; !rest.empty();) {
        const auto before = rest.size();
        const auto clear = evidence::gunzip_member(rest, most);
        if (!clear) break;
        claim(clear->size() <= most, "a member gives no more than it may");
        claim(rest.size() < before, "a member takes bytes");
    }
    return 0;
}
