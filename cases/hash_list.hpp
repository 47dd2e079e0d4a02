#pragma once

#include "core/list_digests.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Lists of hashes as others hand them over: what is known of pictures that nobody here has. Pure
// (docs/decisions/0018-hash-only-references.md).
namespace stillwatch::cases {

enum class ListFormat : std::uint8_t {
    hma, // a line "KIND HEX" for each, as Hasher-Matcher-Actioner and python-threatexchange keep files
    csv, // a heading and rows: columns of kind and hash, or a column for each kind
    threatexchange, // JSON of ThreatExchange's threat_updates or of an HMA bank
    stopncii,       // JSON of StopNCII.org's FetchHashes, version 1
    ncmec,          // XML of NCMEC's hash sharing, version 2: pictures of children
};
std::string_view name_of(ListFormat format) noexcept;
std::optional<ListFormat> list_format_from_name(std::string_view name) noexcept;

// What absence from a file means: a list holds all that its keeper knows, a feed only what changed.
bool is_whole_list(ListFormat format) noexcept;

struct ListedRecord {
    ListedHash hash;
    bool is_withdrawn = false; // withdrawn, deleted or disabled by who keeps the list
    std::size_t line = 1;      // of the file, where the record begins

    friend bool operator==(const ListedRecord&, const ListedRecord&) = default;
};

// A record that cannot be used, and why; no word of the record itself.
struct SkippedRecord {
    std::size_t line = 1;
    std::string reason;

    friend bool operator==(const SkippedRecord&, const SkippedRecord&) = default;
};

struct HashList {
    static constexpr std::size_t max_bytes = 512U << 20U;
    static constexpr std::size_t max_records = 2'000'000;
    static constexpr std::size_t max_skipped_told = 1'000;

    std::vector<ListedRecord> records;  // each hash once, as the last record of it says, in order of lines
    std::vector<SkippedRecord> skipped; // the first max_skipped_told
    std::size_t skipped_count = 0;      // all
    std::size_t other_kinds = 0;        // of videos, texts, addresses and hashes that are not compared here

    friend bool operator==(const HashList&, const HashList&) = default;
};

// A record that cannot be read is skipped. Errors: too_large (bytes or records), malformed (there is
// something and no record in it: it is no such list).
Result<HashList> read_hash_list(std::string_view text, ListFormat format);

// Why a hash would match strangers: a flat picture, an empty file. Nothing: it is good.
std::optional<std::string_view> why_useless(const ListedHash& hash);

// A list that shrank so much may be a broken file: then what is gone from it is erased only when a person
// says so.
bool is_suspicious_loss(std::size_t known, std::size_t gone) noexcept;

} // namespace stillwatch::cases
