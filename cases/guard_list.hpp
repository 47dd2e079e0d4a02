#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/list_digests.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// Lists of pictures that nobody here may look at, such as those of organisations that keep hashes of pictures
// of abused children. Pure.
namespace stillwatch::cases {

// By what a picture was known; `person`: somebody at the desk said that it may show a person under 18.
enum class GuardReason : std::uint8_t { md5, sha1, sha256, pdq, person };
std::string_view name_of(GuardReason reason) noexcept;

// Immutable; shared by threads.
class GuardList {
public:
    static constexpr std::size_t max_entries = 20'000'000;
    // PDQ's own tools take up to 31 bits of difference as the same picture (pdq/README.md).
    static constexpr int max_distance_bits = 31;

    // Adds the lines "md5|sha1|sha256|pdq HEX", of which '#' begins a comment, or the entries of NCMEC's XML
    // that are not deleted again. Nothing is added where one of them cannot be read. Errors: malformed (with
    // the line's number), too_large.
    Result<void> add(std::string_view text);
    void finish(); // after the last add, before the first question

    bool is_empty() const noexcept;
    std::size_t size() const noexcept;
    // By the bytes of a file as it came, or by the digest of a file.
    std::optional<GuardReason> reason_for(ByteView file) const;
    std::optional<GuardReason> reason_for(const Sha256& file) const;
    std::optional<GuardReason> reason_for(const ListDigests& file) const;
    // Whether MD5 or SHA-1 are asked for.
    bool has_list_digests() const noexcept { return !md5_.empty() || !sha1_.empty(); }
    // By what it shows, turned and mirrored as it may be.
    std::optional<GuardReason> reason_for(std::span<const Fingerprint> fingerprints) const;

private:
    void add(const ListedHash& hash);
    Result<void> add_ncmec(std::string_view text);

    std::vector<Md5> md5_; // sorted, like the next two
    std::vector<Sha1> sha1_;
    std::vector<Sha256> sha256_;
    std::vector<Fingerprint> pdq_;
};

} // namespace stillwatch::cases
