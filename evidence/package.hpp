#pragma once

#include "core/result.hpp"
#include "evidence/capture.hpp"
#include "vault/sign.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::evidence {

// Files of a package in their order in the archive (docs/formats/evidence.md).
constexpr std::string_view warc_file = "archive/data.warc.gz";
constexpr std::string_view index_file = "indexes/index.cdx";
constexpr std::string_view pages_file = "pages/pages.jsonl";
constexpr std::string_view manifest_file = "evidence/manifest.json";
constexpr std::string_view signature_file = "evidence/manifest.sig";
constexpr std::string_view key_file = "evidence/signing_key.pub";
constexpr std::string_view custody_file = "evidence/custody.jsonl";
constexpr std::string_view cover_file = "evidence/cover.html";
constexpr std::string_view program_file = "evidence/verify_pack.py";
constexpr std::string_view package_list_file = "datapackage.json";
constexpr std::string_view package_digest_file = "datapackage-digest.json";
inline constexpr std::array package_files{
    warc_file,    index_file,    pages_file,     key_file,          custody_file,       cover_file,
    program_file, manifest_file, signature_file, package_list_file, package_digest_file};
// The manifest lists those before it; datapackage.json those before itself.
constexpr std::size_t files_in_manifest = 7;
constexpr std::size_t files_in_package_list = 9;

// The name of the WARC file in its folder, as index and records call it.
constexpr std::string_view warc_name = "data.warc.gz";

constexpr std::string_view package_suffix = ".wacz.age";
constexpr std::string_view older_package_suffix = ".tar.age"; // of format 1: still read, checked and kept

// Whether `name` is that of a sealed package.
bool is_package_name(std::string_view name) noexcept;

// The name of a sealed package.
std::string package_name(std::string_view pseudonym, const Sha256& manifest_digest,
                         std::string_view suffix = package_suffix);

// A package on disk, durable.
struct StoredEvidence {
    std::string file; // name inside the evidence directory
    std::uint64_t size = 0;
    Sha256 digest;          // of that file, encrypted as it is
    Sha256 manifest_digest; // of evidence/manifest.json in it
    // The record that holds the picture; none where it came encoded, inside a document or in part, and where
    // another package holds it.
    std::optional<CapturedRecord> picture{};
};

// The archive of a package in clear: a WACZ 1.1.1 file. Equal input gives equal bytes. Errors:
// invalid_argument (no picture was captured), too_large (4 GiB).
struct Package {
    Bytes archive;
    Sha256 manifest_digest;
    Sha256 list_digest;           // of datapackage.json: what time stamps are of
    std::string picture_record{}; // id of the record that holds the picture
};
Result<Package> make_package(const EvidenceSettings& settings, const vault::SigningKey& key,
                             const EvidenceFacts& facts, const Capture& capture);

// Makes the package and writes it to `settings.directory` as an age stream: no clear byte reaches the disk.
// Named after the pseudonym and the manifest's digest. Blocks for as long as the disk needs: for a pool
// thread. The note that it waits for a time stamp (evidence/unstamped.hpp) is there before it. Errors:
// invalid_argument (recipients, pseudonym, no picture), exists, io (disk full …; then no package is left).
Result<StoredEvidence> write_evidence(const EvidenceSettings& settings, const vault::SigningKey& key,
                                      const EvidenceFacts& facts, const Capture& capture);

} // namespace stillwatch::evidence
