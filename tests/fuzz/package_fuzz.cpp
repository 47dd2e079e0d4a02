#include "core/url.hpp"
#include "packages/pictures_inside.hpp"
#include "packages/unpack.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using fuzz::claim;

// Any bytes as a package: archives, PDF, and what stands inside them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    packages::PackageLimits limits;
    limits.max_bytes = 1U << 20U; // small, so that many inputs are tried a second
    limits.max_unpacked_bytes = 4U << 20U;
    limits.max_pictures = 10;
    const auto bytes_of_package = std::as_bytes(std::span(data, size));
    if (const auto told = packages::pictures_inside(bytes_of_package, "https://a.example/p", size % 3)) {
        claim(told->links.size() == told->pictures.size(), "each picture has its address");
        claim(told->pictures.size() <= packages::PackageLimits::pictures_at_once, "no more than a turn's");
        for (const auto& link : told->links) {
            const auto url = Url::parse(link.url);
            claim(url && url->picture_inside().has_value(), "which is read back");
        }
    }
    const auto contents = packages::unpack(bytes_of_package, limits);
    if (!contents) {
        claim(!contents.error().detail.empty(), "an error says why");
        return 0;
    }
    claim(contents->pictures.size() <= limits.max_pictures, "as many pictures as are allowed");
    std::size_t bytes = 0;
    for (const auto& picture : contents->pictures)
        bytes += picture.size();
    claim(bytes == contents->bytes && bytes <= limits.max_bytes, "as many bytes as are allowed");
    return 0;
}
