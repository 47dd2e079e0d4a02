#include "cases/notes.hpp"

#include "cases/public_key.hpp"
#include "vault/case_key.hpp"

#include <fmt/format.h>

namespace stillwatch::cases {

namespace {

std::string note_context(const Case& c, FindingId finding)
{
    return fmt::format("note {} F-{}", c.pseudonym, finding.value);
}

} // namespace

Result<Bytes> seal_note(const Case& c, FindingId finding, std::string_view text)
{
    if (text.empty() || text.size() > max_note_bytes)
        return Error{Errc::invalid_argument, fmt::format("a note has 1 to {} bytes", max_note_bytes)};
    const auto key = key_of(c);
    if (!key) return key.error();
    return vault::seal(*key, note_context(c, finding), as_bytes(text));
}

Result<std::string> open_note(const Case& c, const vault::KeyPair& installation, FindingId finding,
                              ByteView sealed)
{
    const auto public_key = key_of(c);
    if (!public_key) return public_key.error();
    const auto key = vault::open_case_key(installation, c.pseudonym, {*public_key, c.sealed_secret_key});
    if (!key) return key.error();
    const auto clear = vault::open(*key, note_context(c, finding), sealed);
    if (!clear) return clear.error();
    return std::string(as_text(clear->bytes()));
}

} // namespace stillwatch::cases
