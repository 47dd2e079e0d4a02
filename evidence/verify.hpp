#pragma once

#include "core/result.hpp"
#include "evidence/manifest.hpp"
#include "vault/sign.hpp"

#include <optional>
#include <string>
#include <vector>

namespace stillwatch::evidence {

// A package that holds in every part, and what it says.
struct VerifyReport {
    vault::VerifyKey signing_key;
    std::string case_pseudonym;
    std::string organisation;
    std::string software;
    std::string recorded_at; // RFC 3339
    std::string page_url;
    std::string image_url;
    std::vector<PackageFile> files;
    std::size_t warc_records = 0;
};

// Checks a package in clear (the archive that `age -d` gives): archive, public key, signature of the
// manifest, size and digest of every file, every record of the WARC file. Without `expected`, the key in the
// package is believed: compare its id with the one the organisation publishes. Errors: corrupt, refused
// (signed with another key than expected); the detail begins with the name of the part that fails.
Result<VerifyReport> verify_package(ByteView archive, const std::optional<vault::VerifyKey>& expected);

} // namespace stillwatch::evidence
