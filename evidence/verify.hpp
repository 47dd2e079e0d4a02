#pragma once

#include "core/result.hpp"
#include "evidence/compare.hpp"
#include "evidence/manifest.hpp"
#include "evidence/stamp_file.hpp"
#include "vault/sign.hpp"

#include <optional>
#include <string>
#include <vector>

namespace stillwatch::evidence {

// What is to be thought of a package that can be read to its end.
enum class Verdict : std::uint8_t {
    whole,    // signed with the expected key, and everything that records can bear out is borne out
    unproven, // no key to compare with was given, or it was signed with another one: anybody could have made
              // it
    differs, // signed with the expected key, but the manifest says what the records do not: see `differences`
};
std::string_view name_of(Verdict verdict) noexcept;

// What a package says. Its bytes are those of strangers still.
struct VerifyReport {
    Verdict verdict = Verdict::unproven;
    vault::VerifyKey signing_key;
    bool key_differs = false;             // from the expected one
    std::vector<std::string> differences; // between manifest and records, one a line
    json::object manifest;
    std::vector<PackageFile> files;
    WarcContent warc;
    Chains chains;                     // within `warc`
    std::optional<Sha256> list_digest; // of datapackage.json; packages of older programs have none
    Sha256 manifest_digest;

    // What was checked beside the package (evidence/stamp_file.hpp, the audit log); nothing by
    // verify_package.
    std::vector<CheckedStamp> stamps{};
    std::vector<Sha256> stamped_roots{};
    std::string logged{}; // the line of the audit log
    std::string first{};  // the file of the finding's first package that a check's one was compared with

    VerifyReport() = default;
    VerifyReport(VerifyReport&&) = default; // `chains` go on pointing into what was moved
    VerifyReport& operator=(VerifyReport&&) = default;

    // The name that the sealed package has (evidence/package.hpp).
    std::string file_name() const;
    // A member of the manifest that is text; empty where there is none.
    std::string text(std::string_view member) const { return text_member(manifest, member).value_or(""); }
};

// Checks a package in clear (the archive that `age -d` gives): archive, public key, signature of the
// manifest, size and digest of every file, every record of the WARC file, and the manifest against the
// records. Without `expected` nothing is proven. Errors: corrupt (it was changed since it was signed, or
// never whole); the detail begins with the name of the part that fails.
Result<VerifyReport> verify_package(ByteView archive, const std::optional<vault::VerifyKey>& expected);

} // namespace stillwatch::evidence
