#include "cases/guard_list.hpp"

#include "cases/hash_list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

namespace {

std::string_view without_ends(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

template <class Digest>
void sort_unique(std::vector<Digest>& digests)
{
    std::ranges::sort(digests);
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
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

void GuardList::add(const ListedHash& hash)
{
    const auto put = [&hash](auto& into) {
        auto& digest = into.emplace_back();
        std::ranges::copy(hash.bytes(), digest.begin());
    };
    switch (hash.kind) {
    case HashKind::md5: return put(md5_);
    case HashKind::sha1: return put(sha1_);
    case HashKind::sha256: sha256_.push_back({hash.value}); return;
    case HashKind::pdq: pdq_.push_back(*Fingerprint::from_hex(hash.hex())); return;
    }
}

// Nothing is left out: who brings a list relies on all of it.
Result<void> GuardList::add_ncmec(std::string_view text)
{
    const auto list = read_hash_list(text, ListFormat::ncmec);
    if (!list) return list.error();
    if (!list->skipped.empty())
        return Error{Errc::malformed,
                     fmt::format("line {}: {}", list->skipped.front().line, list->skipped.front().reason)};
    if (size() + list->records.size() > max_entries)
        return Error{Errc::too_large, "more entries than a list may have"};
    for (const auto& record : list->records)
        add(record.hash);
    return {};
}

Result<void> GuardList::add(std::string_view text)
{
    if (without_ends(text.substr(0, 64)).starts_with('<')) return add_ncmec(text);
    auto added = *this;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        line = without_ends(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        const auto gap = line.find_first_of(" \t");
        const auto kind = hash_kind_from_name(line.substr(0, gap));
        const auto hex = gap == std::string_view::npos ? std::string_view() : without_ends(line.substr(gap));
        const auto hash = kind ? ListedHash::from_hex(*kind, hex) : std::nullopt;
        if (!hash)
            return Error{Errc::malformed, fmt::format("line {}: not \"md5|sha1|sha256|pdq HEX\"", number)};
        added.add(*hash);
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

std::optional<GuardReason> GuardList::reason_for(const ListDigests& file) const
{
    if (has(sha1_, file.sha1)) return GuardReason::sha1;
    if (has(md5_, file.md5)) return GuardReason::md5;
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
