#include "packages/pictures_inside.hpp"

#include "core/url.hpp"
#include "packages/unpack.hpp"

#include <utility>

namespace stillwatch::packages {

Result<PageLinks> pictures_inside(ByteView package, std::string_view address, std::size_t first)
{
    const auto url = Url::parse(address);
    if (!url) return Error{Errc::malformed, "address of a package: " + url.error().detail};
    PackageLimits limits;
    limits.first_picture = first;
    limits.in_turns = true;
    limits.max_bytes = PackageLimits::bytes_at_once;
    auto contents = unpack(package, limits);
    if (!contents) return contents.error();
    if (contents->found == 0) return Error{Errc::undecodable, "a package without pictures"};
    PageLinks inside;
    inside.truncated = !contents->is_whole;
    inside.has_locked = contents->locked > 0;
    if (contents->has_more) inside.next_picture = static_cast<std::uint32_t>(contents->found);
    for (std::size_t at = 0; at < contents->pictures.size(); ++at) {
        const auto& file = contents->pictures[at];
        const auto picture = Url::inside(*url, Sha256::of(file), contents->names[at]);
        inside.links.push_back({Mechanism::inline_data, LinkKind::image, picture.text()});
    }
    inside.pictures = std::move(contents->pictures);
    return inside;
}

} // namespace stillwatch::packages
