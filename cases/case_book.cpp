#include "cases/case_book.hpp"

#include "cases/case_consent.hpp"
#include "cases/plain_name.hpp"
#include "core/ascii.hpp"
#include "store/tombstone_file.hpp"
#include "vault/case_key.hpp"
#include "vault/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::cases {

namespace {

// Sealed records hold fingerprints; local features of a picture take less than this too.
constexpr std::size_t max_sealed_bytes = 512U << 10U;

// "C-" and four signs that cannot be taken for one another when read aloud (Crockford's base 32).
std::string random_pseudonym()
{
    static constexpr std::string_view signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::array<std::byte, 4> random{};
    vault::fill_random(random);
    std::string pseudonym = "C-";
    for (const auto byte : random)
        pseudonym += signs[std::to_integer<std::size_t>(byte) % signs.size()];
    return pseudonym;
}

// Names typed by hand count for nothing: who acts has recorded it.
void sign(Consent& consent, ApprovalRule rule, const store::Actor& actor)
{
    consent.recorded_by = actor.name;
    const bool is_alone = rule == ApprovalRule::one_person;
    consent.approval = is_alone ? Approval::one_person : Approval::none;
    consent.approved_by = is_alone ? actor.name : "";
    consent.approved_at = is_alone ? std::optional(actor.at) : std::nullopt;
}

Error no_such_case(std::string_view pseudonym)
{
    return {Errc::not_found, fmt::format("no case {}", pseudonym)};
}

} // namespace

Result<Case> CaseBook::find(std::string_view pseudonym) const
{
    std::string written(pseudonym); // people type it in any case
    std::ranges::transform(written, written.begin(), upper);
    auto found = database_.find_case(written);
    if (!found) return no_such_case(pseudonym);
    return *std::move(found);
}

Result<Case> CaseBook::open(Consent consent, ApprovalRule rule, const store::Actor& actor)
{
    sign(consent, rule, actor);
    const auto checked = check_consent(consent, actor.at);
    if (!checked) return checked.error();
    Case draft;
    draft.opened_at = actor.at;
    draft.consent = consent;
    // A million pseudonyms: a second draw is rare, a hundredth never happens.
    for (int attempt = 0; attempt < 100; ++attempt) {
        draft.pseudonym = random_pseudonym();
        auto key = vault::make_case_key(installation_, draft.pseudonym);
        draft.public_key.assign(key.public_key.bytes.begin(), key.public_key.bytes.end());
        draft.sealed_secret_key = std::move(key.sealed_secret);
        const auto id = database_.open_case(draft, actor);
        if (id) {
            draft.id = *id;
            return draft;
        }
        if (id.error().code != Errc::exists) return id.error();
    }
    return Error{Errc::io, "no free pseudonym found"};
}

Result<Case> CaseBook::renew(std::string_view pseudonym, Consent consent, ApprovalRule rule,
                             const store::Actor& actor)
{
    sign(consent, rule, actor);
    const auto found = find(pseudonym);
    if (!found) return found.error();
    if (found->state == CaseState::withdrawn)
        return Error{Errc::refused,
                     fmt::format("{} was withdrawn; its references are erased, open a new case", pseudonym)};
    const auto checked = check_consent(consent, actor.at);
    if (!checked) return checked.error();
    const auto renewed = database_.renew_consent(found->id, consent, actor);
    if (!renewed) return renewed.error();
    return find(pseudonym);
}

Result<Case> CaseBook::approve(std::string_view pseudonym, const store::Actor& actor)
{
    const auto found = find(pseudonym);
    if (!found) return found.error();
    if (found->state == CaseState::withdrawn)
        return Error{Errc::refused, fmt::format("{} was withdrawn", found->pseudonym)};
    const auto& consent = found->renewal ? *found->renewal : found->consent;
    if (consent.approval == Approval::second_person)
        return Error{Errc::exists,
                     fmt::format("{}: {} has approved the consent", found->pseudonym, consent.approved_by)};
    if (consent.recorded_by == actor.name)
        return Error{Errc::refused,
                     fmt::format("{}: {} recorded the consent; another account must approve it",
                                 found->pseudonym, actor.name)};
    const auto approved = database_.approve_consent(found->id, Approval::second_person, actor);
    if (!approved) return approved.error();
    return find(pseudonym);
}

Result<WithdrawalReceipt> CaseBook::withdraw(std::string_view pseudonym, const store::Actor& actor,
                                             store::Erasure erasure)
{
    const auto found = find(pseudonym);
    if (!found) return found.error();
    if (found->state == CaseState::withdrawn) {
        // An earlier withdrawal may have failed as it erased what lay under the rows.
        const auto erased = database_.withdraw(found->id, actor, erasure);
        if (!erased) return erased.error();
        return Error{Errc::refused, fmt::format("{} is withdrawn already", pseudonym)};
    }
    WithdrawalReceipt receipt;
    receipt.pseudonym = found->pseudonym;
    receipt.at = actor.at;
    auto erased = database_.withdraw(found->id, actor, erasure);
    if (!erased) return erased.error();
    receipt.references_erased = static_cast<std::size_t>(erased->references);
    receipt.findings_erased = static_cast<std::size_t>(erased->findings);
    receipt.evidence_files = std::move(erased->evidence_files);
    receipt.audit_seq = erased->audit_seq;
    return receipt;
}

Result<std::vector<std::string>> bury_again(store::CaseDatabase& database,
                                            const std::filesystem::path& storage, const store::Actor& actor)
{
    auto listed = store::buried_in_file(storage);
    if (!listed) return listed.error();
    store::Tombstones tombstones;
    tombstones.withdrawn = *std::move(listed);
    auto buried = database.bury(tombstones, actor);
    if (!buried) return buried.error();
    for (const auto& pseudonym : database.tombstones().withdrawn) { // by an older program, or in a backup
        const auto noted = store::bury_in_file(storage, pseudonym);
        if (!noted) return noted.error();
    }
    return std::move(buried->cases);
}

Result<ReferenceId> CaseBook::enrol(std::string_view pseudonym, Reference draft, const store::Actor& actor)
{
    const auto found = find(pseudonym);
    if (!found) return found.error();
    const auto may_add = check_may_add(database_, *found, actor.at);
    if (!may_add) return may_add.error();
    if (!is_plain_name(draft.name))
        return Error{Errc::invalid_argument,
                     fmt::format("reference name: 1 to {} letters, digits, '-', '_' or '.'", max_name_bytes)};
    if (draft.sealed.empty() || draft.sealed.size() > max_sealed_bytes)
        return Error{Errc::invalid_argument, fmt::format("sealed record: 1 to {} bytes", max_sealed_bytes)};
    draft.case_id = found->id;
    draft.added_at = actor.at;
    return database_.add_reference(draft, actor);
}

Result<void> CaseBook::remove_reference(std::string_view pseudonym, std::string_view name,
                                        const store::Actor& actor, store::Erasure erasure)
{
    const auto found = find(pseudonym);
    if (!found) return found.error();
    if (const auto id = database_.reference_named(found->id, name))
        return database_.remove_reference(*id, actor, erasure);
    return Error{Errc::not_found, fmt::format("{} has no reference {}", pseudonym, name)};
}

} // namespace stillwatch::cases
