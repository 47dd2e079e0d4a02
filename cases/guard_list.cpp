#include "cases/guard_list.hpp"

#include "core/ascii.hpp"
#include "core/list_digests.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

namespace {

std::string_view without_ends(std::string_view text)
{
    constexpr std::string_view blank = " \t\r";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

template <std::size_t size>
std::optional<std::array<std::byte, size>> digest_from(std::string_view hex)
{
    std::array<std::byte, size> bytes{};
    if (hex.size() != 2 * size || !from_hex(hex, bytes)) return std::nullopt;
    return bytes;
}

template <class Digest>
void sort_unique(std::vector<Digest>& digests)
{
    std::ranges::sort(digests);
    const auto same = std::ranges::unique(digests);
    digests.erase(same.begin(), same.end());
}

template <class Digest>
bool has(const std::vector<Digest>& digests, const Digest& digest)
{
    return std::ranges::binary_search(digests, digest);
}

} // namespace

std::string_view name_of(GuardReason reason) noexcept
{
    switch (reason) {
    case GuardReason::md5: return "md5";
    case GuardReason::sha1: return "sha1";
    case GuardReason::sha256: return "sha256";
    case GuardReason::pdq: return "pdq";
    case GuardReason::person: return "may_be_under_18";
    }
    return "unknown";
}

Result<void> GuardList::add(std::string_view text)
{
    auto added = *this;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        line = without_ends(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        const auto gap = line.find_first_of(" \t");
        const auto kind = line.substr(0, gap);
        const auto hex = gap == std::string_view::npos ? std::string_view() : without_ends(line.substr(gap));
        bool is_read = false;
        const auto take = [&is_read](auto& into, const auto& digest) {
            if (digest) into.push_back(*digest);
            is_read = digest.has_value();
        };
        if (same_name(kind, "md5")) take(added.md5_, digest_from<16>(hex));
        if (same_name(kind, "sha1")) take(added.sha1_, digest_from<20>(hex));
        if (same_name(kind, "pdq")) take(added.pdq_, Fingerprint::from_hex(hex));
        if (same_name(kind, "sha256")) take(added.sha256_, Sha256::from_hex(hex));
        if (!is_read)
            return Error{Errc::malformed, fmt::format("line {}: not \"md5|sha1|sha256|pdq HEX\"", number)};
        if (added.size() > max_entries) return Error{Errc::too_large, "more entries than a list may have"};
    }
    *this = std::move(added);
    return {};
}

void GuardList::finish()
{
    sort_unique(md5_);
    sort_unique(sha1_);
    sort_unique(sha256_);
}

bool GuardList::is_empty() const noexcept
{
    return size() == 0;
}

std::size_t GuardList::size() const noexcept
{
    return md5_.size() + sha1_.size() + sha256_.size() + pdq_.size();
}

std::optional<GuardReason> GuardList::reason_for(ByteView file) const
{
    if (!sha256_.empty() && has(sha256_, Sha256::of(file))) return GuardReason::sha256;
    if (!sha1_.empty() && has(sha1_, sha1_of(file))) return GuardReason::sha1;
    if (!md5_.empty() && has(md5_, md5_of(file))) return GuardReason::md5;
    return std::nullopt;
}

std::optional<GuardReason> GuardList::reason_for(const Sha256& file) const
{
    if (has(sha256_, file)) return GuardReason::sha256;
    return std::nullopt;
}

std::optional<GuardReason> GuardList::reason_for(std::span<const Fingerprint> fingerprints) const
{
    const bool is_near = std::ranges::any_of(pdq_, [&](const Fingerprint& listed) {
        return std::ranges::any_of(fingerprints, [&](const Fingerprint& shown) {
            return hamming(listed, shown) <= max_distance_bits;
        });
    });
    if (is_near) return GuardReason::pdq;
    return std::nullopt;
}

} // namespace stillwatch::cases
