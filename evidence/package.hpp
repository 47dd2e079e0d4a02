#pragma once

#include "core/result.hpp"
#include "evidence/capture.hpp"
#include "vault/sign.hpp"

#include <array>
#include <string>
#include <string_view>

namespace stillwatch::evidence {

// Files of a package in their order in the archive.
constexpr std::string_view manifest_file = "manifest.json";
constexpr std::string_view signature_file = "manifest.sig";
constexpr std::string_view key_file = "signing_key.pub";
constexpr std::string_view warc_file = "data.warc.gz";

constexpr std::string_view package_suffix = ".tar.age";

// A package on disk, durable.
struct StoredEvidence {
    std::string file; // name inside the evidence directory
    std::uint64_t size = 0;
    Sha256 digest;          // of that file, encrypted as it is
    Sha256 manifest_digest; // of manifest.json in it
};

// The archive of a package in clear: manifest, signature, public key, WARC file (docs/formats/evidence.md).
// Equal input gives equal bytes. Errors: invalid_argument (no picture was captured).
struct Package {
    Bytes archive;
    Sha256 manifest_digest;
};
Result<Package> make_package(const EvidenceSettings& settings, const vault::SigningKey& key,
                             const EvidenceFacts& facts, const Capture& capture);

// Makes the package and writes it to `settings.directory` as an age stream: no clear byte reaches the disk.
// Named after the pseudonym and the manifest's digest. Blocks for as long as the disk needs: for a pool
// thread. Errors: invalid_argument (recipients, pseudonym, no picture), exists, io (disk full …; then no file
// is left).
Result<StoredEvidence> write_evidence(const EvidenceSettings& settings, const vault::SigningKey& key,
                                      const EvidenceFacts& facts, const Capture& capture);

} // namespace stillwatch::evidence
