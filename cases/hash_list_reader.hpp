#pragma once

#include "cases/hash_list.hpp"

#include <map>

// Inside this folder only: what the readers of the formats share.
namespace stillwatch::cases {

// Gathers what a file says; the last record of a hash counts.
class HashListReader {
public:
    // One hash of a record; a kind that is not compared here is counted, all else that is wrong is skipped.
    void take(std::size_t line, std::string_view kind, std::string_view hex, bool is_withdrawn);
    void skip(std::size_t line, std::string_view reason);
    bool is_full() const noexcept { return records_.size() >= HashList::max_records; }
    // Whether nothing that looks like a record was met.
    bool is_empty() const noexcept
    {
        return records_.empty() && list_.skipped_count == 0 && list_.other_kinds == 0;
    }
    HashList finish();

private:
    HashList list_;
    std::map<ListedHash, ListedRecord> records_;
};

// Whether a word says that a record is withdrawn: "Withdrawn", "Deleted", "removed", "disabled" …
bool says_withdrawn(std::string_view word) noexcept;
// A flag as files write it: "true", "1", "yes".
bool says_yes(std::string_view word) noexcept;
std::string_view without_blanks(std::string_view text) noexcept;

void read_json_list(std::string_view text, ListFormat format, HashListReader& reader);
void read_ncmec_list(std::string_view text, HashListReader& reader);

} // namespace stillwatch::cases
