#pragma once

#include "core/case.hpp"
#include "store/notice_table.hpp"
#include "vault/seal.hpp"

#include <string>
#include <string_view>

// The text of a notice rests sealed under its case's key, like references: it goes with that key.
namespace stillwatch::followup {

constexpr std::size_t max_notice_bytes = 512 << 10;

// Errors: too_large; refused (the case has no key any more).
Result<Bytes> seal_notice(const Case& c, store::NoticeId id, std::string_view text);

// Errors: corrupt.
Result<std::string> open_notice(const Case& c, const vault::KeyPair& installation, store::NoticeId id,
                                ByteView sealed);

} // namespace stillwatch::followup
