#include "control/forms.hpp"

#include "cases/consent.hpp"
#include "core/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

// The commands about cases and their references.
namespace stillwatch::control {

namespace {

Result<Consent> consent_argument(const json::object& arguments, Timestamp now)
{
    Consent consent;
    consent.scope = text_member(arguments, "scope").value_or("pictures");
    consent.given_by = text_member(arguments, "given_by").value_or("");
    consent.recorded_by = text_member(arguments, "recorded_by").value_or("");
    consent.approved_by = text_member(arguments, "approved_by").value_or("");
    consent.text_version = text_member(arguments, "text_version").value_or("");
    consent.given_at = now;
    if (arguments.contains("given_at")) {
        const auto given = time_argument(arguments, "given_at");
        if (!given) return given.error();
        consent.given_at = *given;
    }
    const auto expires = time_argument(arguments, "expires_at");
    if (!expires) return expires.error();
    consent.expires_at = *expires;
    return consent;
}

// How many were there and went.
std::size_t erase_evidence(const std::filesystem::path& directory, const std::set<std::string>& files)
{
    std::size_t erased = 0;
    for (const auto& name : files) {
        std::error_code error;
        if (std::filesystem::remove(directory / name, error)) ++erased;
        if (error) log::error("control", "evidence file not erased", {{"file", name}, {"error", error.message()}});
    }
    return erased;
}

} // namespace

json::object Commands::describe(const Case& c, Timestamp now) const
{
    json::object object;
    object["case"] = c.pseudonym;
    object["consent"] = cases::name_of(cases::consent_status(c, now));
    object["opened_at"] = format_utc(c.opened_at);
    object["expires_at"] = format_utc(c.consent.expires_at);
    object["references"] = cases_.references_of(c.id).size();
    object["findings"] = cases_.findings_of_case(c.id).size();
    return object;
}

Result<CommandOutcome> Commands::case_open(const json::object& arguments, const store::Actor& actor)
{
    const auto consent = consent_argument(arguments, actor.at);
    if (!consent) return consent.error();
    const auto opened = book_.open(*consent, actor);
    if (!opened) return opened.error();
    auto object = describe(*opened, actor.at);
    object["public_key"] = to_hex(opened->public_key);
    return done(std::move(object));
}

Result<CommandOutcome> Commands::case_list(const json::object&, const store::Actor& actor)
{
    json::array rows;
    for (const auto& c : cases_.cases())
        rows.push_back(describe(c, actor.at));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::case_show(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    auto object = describe(*found, actor.at);
    object["public_key"] = to_hex(found->public_key);
    object["consent_record"] = describe_consent(found->consent);
    json::array references;
    std::int64_t generation = 0;
    for (const auto& reference : cases_.references_of(found->id)) {
        references.push_back(describe_reference(reference));
        generation = std::max(generation, reference.generation);
    }
    object["reference_list"] = std::move(references);
    if (generation > 0) object["coverage"] = describe_coverage(frontier_.coverage(generation), cases_.compared_tiers());
    return done(std::move(object));
}

Result<CommandOutcome> Commands::case_renew(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto consent = consent_argument(arguments, actor.at);
    if (!consent) return consent.error();
    const auto renewed = book_.renew(*pseudonym, *consent, actor);
    if (!renewed) return renewed.error();
    return done(describe(*renewed, actor.at), {.references = true});
}

Result<CommandOutcome> Commands::case_withdraw(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto before = book_.find(*pseudonym);
    if (!before) return before.error();
    std::set<std::string> evidence_files;
    for (const auto& finding : cases_.findings_of_case(before->id))
        evidence_files.insert(finding.evidence_file);
    const auto receipt = book_.withdraw(*pseudonym, actor);
    // Also when the rows went and only the erasure behind them failed: nobody else knows these files any more.
    const auto after = book_.find(*pseudonym);
    std::size_t files_erased = 0;
    if (after && after->state == CaseState::withdrawn) files_erased = erase_evidence(settings_.evidence_directory, evidence_files);
    if (!receipt) return receipt.error();
    json::object object;
    object["case"] = receipt->pseudonym;
    object["withdrawn_at"] = format_utc(receipt->at);
    object["references_erased"] = receipt->references_erased;
    object["findings_erased"] = receipt->findings_erased;
    object["evidence_files_erased"] = files_erased;
    object["audit_seq"] = receipt->audit_seq;
    return done(std::move(object), {.references = true});
}

Result<CommandOutcome> Commands::reference_add(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto name = text_argument(arguments, "name");
    if (!name) return name.error();
    const auto sealed = text_argument(arguments, "sealed");
    if (!sealed) return sealed.error();
    Reference draft;
    draft.name = *name;
    draft.sealed.resize(sealed->size() / 2);
    if (!from_hex(*sealed, draft.sealed)) return missing("sealed", "hexadecimal");
    const auto version = number_member(arguments, "extractor_version").value_or(0);
    if (version != stillwatch::extractor_version)
        return Error{Errc::refused, fmt::format("reference {} was made by extractor version {}, this installation has {}; "
                                                "add the picture again with this installation's programs",
                                                *name, version, stillwatch::extractor_version)};
    draft.extractor_version = stillwatch::extractor_version;
    const auto quality = number_member(arguments, "quality_percent").value_or(0);
    if (quality < 0 || quality > 100) return missing("quality_percent", "a number from 0 to 100");
    draft.quality_percent = static_cast<int>(quality);
    draft.weak = bool_member(arguments, "weak").value_or(false);
    const auto added = book_.enrol(*pseudonym, std::move(draft), actor);
    if (!added) return added.error();
    json::object object;
    object["case"] = *pseudonym;
    object["reference"] = *name;
    object["generation"] = cases_.generation();
    return done(std::move(object), {.references = true});
}

Result<CommandOutcome> Commands::reference_list(const json::object& arguments, const store::Actor&)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    json::array rows;
    for (const auto& reference : cases_.references_of(found->id))
        rows.push_back(describe_reference(reference));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::reference_remove(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto name = text_argument(arguments, "name");
    if (!name) return name.error();
    const auto removed = book_.remove_reference(*pseudonym, *name, actor);
    if (!removed) return removed.error();
    json::object object;
    object["case"] = *pseudonym;
    object["reference"] = *name;
    return done(std::move(object), {.references = true});
}

} // namespace stillwatch::control
