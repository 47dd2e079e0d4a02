#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "evidence/capture.hpp"
#include "evidence/manifest.hpp"
#include "vault/p384.hpp"

#include <span>
#include <string>
#include <string_view>

namespace stillwatch::evidence {

// The parts of a package that make it a WACZ 1.1.1 file: what other programs replay and check it by
// (https://specs.webrecorder.net/wacz/1.1.1/).

// The version of WACZ that is written.
constexpr std::string_view wacz_version = "1.1.1";

// The list of pages that a replay offers: the page where the picture was found, or the picture where there is
// none. Without titles: one may hold the name of the person.
std::string render_pages(const Capture& capture);

// What the package calls itself, and every file in it with size and digest.
struct DataPackage {
    std::string title; // "C-7F3K"
    std::string main_url;
    Timestamp main_at{};
    std::string software;
    Timestamp created_at{};
    std::span<const PackageFile> files;
};
std::string render_data_package(const DataPackage& package);

// The digest of `data_package` and the anonymous signature over it, as ReplayWeb.page and WebCrypto check it
// (wacz-auth 0.1.0): ECDSA on P-384 over the text "sha256:…", r and s one behind the other.
std::string render_package_digest(std::string_view data_package, const vault::P384SigningKey& key,
                                  std::string_view software, Timestamp created_at);

// Checks a datapackage-digest.json against the datapackage.json beside it, and gives the key that signed.
// Errors: corrupt; the detail names what does not hold.
Result<vault::P384VerifyKey> check_package_digest(std::string_view digest_json,
                                                  std::string_view data_package);

} // namespace stillwatch::evidence
