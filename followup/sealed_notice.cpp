#include "followup/sealed_notice.hpp"

#include "cases/public_key.hpp"
#include "vault/case_key.hpp"

#include <fmt/format.h>

namespace stillwatch::followup {

namespace {

std::string context_of(const Case& c, store::NoticeId id)
{
    return fmt::format("notice {} N-{}", c.pseudonym, id.value);
}

} // namespace

Result<Bytes> seal_notice(const Case& c, store::NoticeId id, std::string_view text)
{
    if (text.size() > max_notice_bytes)
        return Error{Errc::too_large, fmt::format("the notice has {} bytes, more than {}: draft several with "
                                                  "fewer findings each",
                                                  text.size(), max_notice_bytes)};
    const auto key = cases::key_of(c);
    if (!key) return key.error();
    return vault::seal(*key, context_of(c, id), as_bytes(text));
}

Result<std::string> open_notice(const Case& c, const vault::KeyPair& installation, store::NoticeId id,
                                ByteView sealed)
{
    const auto public_key = cases::key_of(c);
    if (!public_key) return public_key.error();
    const auto key = vault::open_case_key(installation, c.pseudonym, {*public_key, c.sealed_secret_key});
    if (!key) return key.error();
    const auto clear = vault::open(*key, context_of(c, id), sealed);
    if (!clear) return clear.error();
    return std::string(as_text(clear->bytes()));
}

} // namespace stillwatch::followup
