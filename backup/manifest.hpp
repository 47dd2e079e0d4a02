#pragma once

#include "core/digest.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// What a backup holds (docs/formats/backup.md). The manifest is written last and replaced as a whole: it
// names the one folder of databases that counts.
namespace stillwatch::backup {

constexpr std::string_view manifest_name = "stillwatch-backup.json";
constexpr std::string_view evidence_name = "evidence";
constexpr std::string_view state_prefix = "state-";
constexpr std::string_view cases_name = "cases.db";
constexpr std::string_view frontier_name = "frontier.db";
constexpr std::string_view configuration_name = "stillwatch.toml";

struct StateFile {
    std::string name;
    std::uintmax_t size = 0;
    Sha256 digest;

    friend bool operator==(const StateFile&, const StateFile&) = default;
};

struct Manifest {
    std::string made_at;          // RFC 3339, UTC
    std::string software;         // version of the program that made it
    std::string owner;            // user the daemon runs as, who owned the storage
    std::string installation_key; // hexadecimal public half of the key that opens its cases; empty: not known
    std::string state;            // folder with the files below
    std::vector<StateFile> files;
    std::uint64_t evidence_files = 0;

    const StateFile* find(std::string_view name) const;
    friend bool operator==(const Manifest&, const Manifest&) = default;
};

std::string to_text(const Manifest& manifest);
// Errors: malformed, refused (made by a newer program).
Result<Manifest> parse_manifest(std::string_view text);

// Errors: not_found (no backup there), malformed, refused, io.
Result<Manifest> read_manifest(const std::filesystem::path& folder);

} // namespace stillwatch::backup
