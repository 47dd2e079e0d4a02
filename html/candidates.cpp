#include "html/candidates.hpp"

#include "html/redirector.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>

namespace stillwatch::html {

namespace {

bool is_placeholder(std::string_view reference) noexcept
{
    static constexpr Characters openings("{<[$");
    const auto mark = openings.first_in(reference);
    if (mark == std::string_view::npos) return false;
    for (const std::string_view opening : {"{{", "${", "<%", "[[", "{%"})
        if (reference.find(opening, mark) != std::string_view::npos) return true;
    return false;
}

} // namespace

bool Candidates::add(Mechanism mechanism, LinkKind kind, std::string_view reference, int item, Worth worth)
{
    reference = trimmed(reference);
    if (reference.empty() || reference.front() == '#' || is_placeholder(reference)) return false;
    if (begins_with_name(reference, "data:") || begins_with_name(reference, "javascript:")) return false;
    if (list.size() >= max_) {
        is_whole = false;
        return false;
    }
    if (kind == LinkKind::page) item = 0;
    items.used(item);
    list.push_back({mechanism, kind, worth, item, reference, policy});
    return true;
}

std::string_view Candidates::led_to(Mechanism mechanism, std::string_view reference)
{
    auto destination = destination_in(reference);
    if (!destination) return reference;
    const auto address = keep(std::move(destination->address));
    if (destination->is_all) return address;
    add_by_suffix(mechanism, address);
    return reference;
}

void Candidates::add_by_suffix(Mechanism mechanism, std::string_view reference, LinkKind otherwise)
{
    add(mechanism, kind_by_suffix(reference, otherwise), reference);
}

void Candidates::add_video(Mechanism mechanism, std::string_view reference, int item)
{
    reference = trimmed(reference);
    if (reference.empty() || begins_with_name(reference, "blob:") ||
        begins_with_name(reference, "mediasource:"))
        return;
    if (!has_video_suffix(reference)) videos_by_place.insert(reference);
    add(mechanism, LinkKind::video, reference, item);
}

void Candidates::add_set(Mechanism mechanism, std::string_view srcset, int item)
{
    const auto addresses = srcset_addresses(srcset);
    const auto largest = std::ranges::max_element(addresses, {}, &SetAddress::size);
    for (auto one = addresses.begin(); one != addresses.end() && !is_full(); ++one)
        add(mechanism, LinkKind::image, one->address, item,
            one == largest ? Worth::largest_of_set : Worth::other);
}

void Candidates::add_css(Mechanism mechanism, std::string_view css)
{
    for (auto& address : css_addresses(css)) {
        if (is_full()) return;
        const auto reference = keep(std::move(address.reference));
        if (address.is_sheet)
            add(Mechanism::css_import, LinkKind::page, reference);
        else
            add(mechanism, LinkKind::image, reference);
    }
}

} // namespace stillwatch::html
