#pragma once

#include "core/digest.hpp"
#include "evidence/capture.hpp"
#include "evidence/redact.hpp"

#include <span>
#include <string>
#include <string_view>

namespace stillwatch::evidence {

constexpr std::string_view manifest_format = "stillwatch-evidence-2";
constexpr std::string_view older_manifest_format =
    "stillwatch-evidence-1"; // of packages that are tar archives

// The keys that sign a package, as its manifest names them.
struct ManifestKeys {
    std::string signing_key_id; // of the manifest's signature
    std::string wacz_key;       // of that in datapackage-digest.json: SubjectPublicKeyInfo, base64
};

// One file of a package as the manifest lists it.
struct PackageFile {
    std::string name;
    std::uint64_t size = 0;
    Sha256 digest;

    friend bool operator==(const PackageFile&, const PackageFile&) = default;
};

// One exchange as it stands in a package.
struct Hop {
    const Fetched* fetched = nullptr;
    RedactedNames redacted;
};

// What a manifest says of a chain of answers, as its member page_fetch or image_fetch; null for none.
json::value fetch_json(std::span<const Hop> hops);

// What a package proves and what not, in words for a court; part of every manifest.
std::string_view limits_text() noexcept;

// The manifest of a package (docs/formats/evidence.md): JSON with members sorted by name, one a line. Equal
// input gives equal bytes.
std::string render_manifest(const EvidenceSettings& settings, const EvidenceFacts& facts,
                            const Capture& capture, const ManifestKeys& keys,
                            std::span<const PackageFile> files);

} // namespace stillwatch::evidence
