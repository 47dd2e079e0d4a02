#include "cli/evidence_key.hpp"

#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "control/client.hpp"
#include "daemon/installation.hpp"
#include "vault/installation.hpp"

#include <fmt/format.h>

namespace stillwatch::cli {

namespace {

constexpr std::size_t max_key_bytes = 4096;

Result<vault::VerifyKey> key_of_file(const std::filesystem::path& file)
{
    const auto pem = read_file(file, max_key_bytes);
    if (!pem) return pem.error();
    const auto key = vault::VerifyKey::from_pem(as_text(*pem));
    if (!key) return Error{key.error().code, fmt::format("{}: {}", file.string(), key.error().detail)};
    return *key;
}

} // namespace

Result<vault::VerifyKey> key_argument(const std::string& text)
{
    const bool is_hex = text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    vault::VerifyKey key;
    if (is_hex && text.size() == 2 * key.bytes.size() && from_hex(text, key.bytes)) return key;
    std::error_code ignored;
    if (is_hex && text.size() == 16 && !std::filesystem::exists(text, ignored))
        return Error{
            Errc::invalid_argument,
            fmt::format("{} is the id of a key, which is too short to prove one: give the 64 digits that "
                        "`evidence key --hex` prints, or the PEM file",
                        text)};
    return key_of_file(text);
}

Result<vault::VerifyKey> installation_key(const config::Config& config,
                                          const std::filesystem::path& configuration)
{
    const auto paths = daemon::paths_of(config);
    const auto told = control::ask(paths.socket, {"evidence.key", {}});
    if (told && told->is_object())
        if (const auto key = vault::VerifyKey::from_pem(text_member(told->get_object(), "pem").value_or("")))
            return *key;
    if (const auto key = key_of_file(configuration.parent_path() / daemon::signing_key_file)) return *key;
    const auto keys = vault::load_installation_keys(vault::key_location(paths.keys));
    if (!keys) return keys.error();
    return keys->signing.verify_key();
}

std::optional<vault::VerifyKey> own_key(const Global& global)
{
    std::error_code ignored;
    if (!std::filesystem::exists(global.config, ignored)) return std::nullopt;
    const auto config = load(global);
    if (!config) return std::nullopt;
    const auto key = installation_key(*config, global.config);
    if (!key) return std::nullopt;
    return *key;
}

} // namespace stillwatch::cli
