#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

// One file of an archive; `content` borrows.
struct ZipMember {
    std::string name; // path inside, at most 255 bytes
    ByteView content;
};

// A ZIP archive (PKWARE APPNOTE 6.3.3) of stored files, in the order given: no compression, no extra fields,
// no comments, no data descriptors, all with the time `modified` (UTC, even seconds; nothing before 1980).
// Equal values give equal bytes. Errors: too_large (4 GiB and more: there is no ZIP64 here), invalid_argument
// (a name).
Result<Bytes> write_zip(std::span<const ZipMember> members, Timestamp modified);

// The same in pieces, for whoever writes it file by file: what stands before each, then the end. Errors as
// above.
Result<std::vector<Bytes>> zip_frame(std::span<const ZipMember> members, Timestamp modified);

// The time that an archive keeps of `at`: even seconds, from 1980 on.
Timestamp zip_time(Timestamp at);

// Reads an archive made of exactly such files; any other byte is an error. `modified` of all of them is given
// beside. Errors: corrupt; the detail begins with the name of the file whose content was changed, or with
// "zip archive".
struct ZipContent {
    std::vector<ZipMember> members;
    Timestamp modified{};
};
Result<ZipContent> read_zip(ByteView archive);

} // namespace stillwatch::evidence
