#include "vault/signed_note.hpp"

#include "core/digest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::vault {

namespace {

constexpr std::byte ed25519{0x01};
constexpr std::size_t key_id_bytes = 4;
constexpr std::size_t max_note_bytes = 64U << 10U;
constexpr std::string_view dash = "\xE2\x80\x94 "; // an em dash and a space begin each signature line

Bytes typed_key(const VerifyKey& key)
{
    Bytes bytes{ed25519};
    bytes.insert(bytes.end(), key.bytes.begin(), key.bytes.end());
    return bytes;
}

std::array<std::byte, key_id_bytes> key_id(std::string_view name, const VerifyKey& key)
{
    Bytes named = to_bytes(fmt::format("{}\n", name));
    const auto typed = typed_key(key);
    named.insert(named.end(), typed.begin(), typed.end());
    const auto digest = Sha256::of(named);
    std::array<std::byte, key_id_bytes> id{};
    std::copy_n(digest.bytes.begin(), id.size(), id.begin());
    return id;
}

} // namespace

std::string sign_note(std::string_view name, const SigningKey& key, std::string_view text)
{
    const auto id = key_id(name, key.verify_key());
    const auto signature = key.sign(as_bytes(text));
    Bytes bytes(id.begin(), id.end());
    bytes.insert(bytes.end(), signature.begin(), signature.end());
    return fmt::format("{}\n{}{} {}\n", text, dash, name, to_base64(bytes));
}

Result<std::string> open_note(std::string_view note, std::string_view name, const VerifyKey& key)
{
    const Error malformed{Errc::malformed, "not a signed note"};
    const auto end_of_text = note.rfind("\n\n");
    if (note.size() > max_note_bytes || end_of_text == std::string_view::npos || !note.ends_with('\n'))
        return malformed;
    const auto text = note.substr(0, end_of_text + 1);
    auto rest = note.substr(end_of_text + 2);
    const auto id = key_id(name, key);
    bool is_signed = false;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        if (!line.starts_with(dash)) return malformed;
        const auto space = line.rfind(' ');
        const auto bytes = from_base64(line.substr(space + 1));
        if (space < dash.size() || !bytes || bytes->size() < key_id_bytes) return malformed;
        const bool is_ours = line.substr(dash.size(), space - dash.size()) == name &&
                             std::equal(id.begin(), id.end(), bytes->begin());
        if (!is_ours) continue;
        if (!verify(key, as_bytes(text), ByteView(*bytes).subspan(key_id_bytes)))
            return Error{Errc::refused, fmt::format("the signature of {} is false", name)};
        is_signed = true;
    }
    if (!is_signed) return Error{Errc::refused, fmt::format("{} has not signed it", name)};
    return std::string(text);
}

std::string note_verifier(std::string_view name, const VerifyKey& key)
{
    return fmt::format("{}+{}+{}", name, to_hex(key_id(name, key)), to_base64(typed_key(key)));
}

} // namespace stillwatch::vault
