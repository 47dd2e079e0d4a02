#include "cases/hash_import.hpp"

#include "cases/case_consent.hpp"
#include "cases/plain_name.hpp"
#include "cases/references.hpp"
#include "core/fingerprint.hpp"
#include "vault/mac.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

std::string reference_name(ByteView key, std::string_view pseudonym, std::string_view list,
                           const ListedHash& hash)
{
    constexpr std::size_t digest_bytes = 10; // two of a million agree once in 10^12
    auto text = to_bytes(fmt::format("{} {} ", pseudonym, name_of(hash.kind)));
    const auto bytes = hash.bytes();
    text.insert(text.end(), bytes.begin(), bytes.end());
    const auto digest = vault::hmac_sha256(key, text);
    return fmt::format("{}.{}", list, to_hex(ByteView(digest).first(digest_bytes)));
}

Result<ImportOutcome> import_hashes(store::CaseDatabase& database, const Case& c, std::string_view list,
                                    std::span<const ListedRecord> records, ByteView key,
                                    const store::Actor& actor)
{
    if (!is_plain_name(list) || list.size() > max_list_name_bytes)
        return Error{
            Errc::invalid_argument,
            fmt::format("name of a list: 1 to {} letters, digits, '-', '_' or '.'", max_list_name_bytes)};
    const bool adds = std::ranges::any_of(records, [](const auto& record) { return !record.is_withdrawn; });
    if (adds) {
        const auto may_add = check_may_add(database, c, actor.at);
        if (!may_add) return may_add.error();
    }
    ImportOutcome outcome;
    std::vector<Reference> drafts;
    std::vector<std::string> withdrawn;
    auto room = max_hash_only_references - database.hash_only_references(c.id);
    for (const auto& record : records) {
        auto name = reference_name(key, c.pseudonym, list, record.hash);
        if (record.is_withdrawn) {
            withdrawn.push_back(std::move(name));
            continue;
        }
        if (database.reference_named(c.id, name)) {
            ++outcome.known;
        } else if (room <= 0) {
            ++outcome.left_out;
            continue;
        } else {
            --room;
            auto sealed = seal_hash(c.public_key, c.pseudonym, record.hash);
            if (!sealed) return sealed.error();
            Reference draft;
            draft.case_id = c.id;
            draft.name = name;
            draft.sealed = *std::move(sealed);
            draft.extractor_version = extractor_version;
            draft.hash_kind = std::string(name_of(record.hash.kind));
            draft.added_at = actor.at;
            drafts.push_back(std::move(draft));
        }
        outcome.names.push_back(std::move(name));
    }
    const auto imported = database.import_references(c.id, list, drafts, withdrawn, actor);
    if (!imported) return imported.error();
    outcome.added = imported->added;
    outcome.known += imported->known;
    outcome.erased = imported->erased;
    return outcome;
}

} // namespace stillwatch::cases
