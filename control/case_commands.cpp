#include "control/forms.hpp"

#include "cases/case_consent.hpp"
#include "cases/references.hpp"
#include "vault/pin.hpp"

#include <fmt/format.h>

#include <limits>

// The commands about cases and their references.
namespace stillwatch::control {

namespace {

Result<Consent> consent_argument(const json::object& arguments, Timestamp now)
{
    Consent consent;
    consent.scope = text_member(arguments, "scope").value_or("pictures");
    consent.given_by = text_member(arguments, "given_by").value_or("");
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

} // namespace

Error same_picture_exists(std::string_view name, ReferenceId number)
{
    return {Errc::exists, fmt::format("the same picture is a reference of this case already: {}, number {}",
                                      name, number.value)};
}

json::object Commands::describe(const Case& c, const store::CaseCounts& counts, Timestamp now) const
{
    json::object object;
    object["case"] = c.pseudonym;
    object["consent"] = cases::name_of(cases::consent_status(cases_, c, now));
    if (c.renewal) object["renewal"] = "waits for approval";
    object["approval"] = name_of(c.consent.approval);
    object["opened_at"] = format_utc(c.opened_at);
    object["expires_at"] = format_utc(c.consent.expires_at);
    object["references"] = counts.references;
    object["findings"] = counts.findings;
    return object;
}

json::object Commands::describe(const Case& c, Timestamp now) const
{
    return describe(c, cases_.counts_of(c.id), now);
}

json::array Commands::describe_references(CaseId id) const
{
    json::array rows;
    for (const auto& row : cases_.reference_rows(id, ReferenceId{}, std::numeric_limits<std::int32_t>::max()))
        if (!row.reference.is_hash_only()) rows.push_back(describe_reference(row));
    for (const auto& [list, references] : cases_.hash_lists(id))
        rows.push_back(
            json::object{{"name", list}, {"hash_only", true}, {"list", list}, {"references", references}});
    return rows;
}

// Whoever looks at people's cases is on record; a look that cannot be recorded shows nothing.
Result<void> Commands::note_look(const store::Actor& actor, std::string_view action, std::string_view object)
{
    return cases_.append_audit(actor, action, object);
}

Result<CommandOutcome> Commands::case_open(const json::object& arguments, const store::Actor& actor)
{
    if (bool_member(arguments, "under_18").value_or(false)) {
        const auto noted = note_look(actor, "case.refused", "under 18");
        if (!noted) return noted.error();
        return Error{Errc::refused, fmt::format("this service is for adults. For a person under 18: {}",
                                                fmt::join(settings_.under_18_services, "; "))};
    }
    const auto consent = consent_argument(arguments, actor.at);
    if (!consent) return consent.error();
    const auto opened = book_.open(*consent, approval_rule(), actor);
    if (!opened) return opened.error();
    const auto pin = vault::make_pin();
    const auto kept = cases_.set_pin(opened->id, vault::hash_pin(pin), actor);
    if (!kept) return kept.error();
    auto object = describe(*opened, actor.at);
    object["public_key"] = to_hex(opened->public_key);
    object["withdrawal_pin"] = pin;
    return done(std::move(object));
}

Result<CommandOutcome> Commands::case_approve(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto approved = book_.approve(*pseudonym, actor);
    if (!approved) return approved.error();
    return done(describe(*approved, actor.at), {.references = true});
}

Result<CommandOutcome> Commands::case_list(const json::object&, const store::Actor& actor)
{
    const auto noted = note_look(actor, "case.list", "");
    if (!noted) return noted.error();
    const auto counts = cases_.case_counts(); // of the same cases in the same order
    const auto all = cases_.cases();
    json::array rows;
    for (std::size_t i = 0; i < all.size(); ++i)
        rows.push_back(describe(all[i], counts[i], actor.at));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::case_show(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto noted = note_look(actor, "case.show", found->pseudonym);
    if (!noted) return noted.error();
    auto object = describe(*found, actor.at);
    object["public_key"] = to_hex(found->public_key);
    object["consent_record"] = describe_consent(found->consent);
    if (found->renewal) object["renewal_record"] = describe_consent(*found->renewal);
    object["reference_list"] = describe_references(found->id);
    // 0 where a reference is not in force: nothing is compared with all of them then.
    const auto generation = cases_.compared_with_all(found->id);
    if (generation > 0)
        object["coverage"] = describe_coverage(frontier_.coverage(generation), cases_.compared_tiers());
    return done(std::move(object));
}

Result<CommandOutcome> Commands::case_renew(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto consent = consent_argument(arguments, actor.at);
    if (!consent) return consent.error();
    const auto renewed = book_.renew(*pseudonym, *consent, approval_rule(), actor);
    if (!renewed) return renewed.error();
    return done(describe(*renewed, actor.at), {.references = true});
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
        return Error{Errc::refused,
                     fmt::format("reference {} was made by extractor version {}, this installation has {}; "
                                 "add the picture again with this installation's programs",
                                 *name, version, stillwatch::extractor_version)};
    draft.extractor_version = stillwatch::extractor_version;
    const auto quality = number_member(arguments, "quality_percent").value_or(0);
    if (quality < 0 || quality > 100) return missing("quality_percent", "a number from 0 to 100");
    draft.quality_percent = static_cast<int>(quality);
    draft.weak = bool_member(arguments, "weak").value_or(false);
    const auto frames = number_member(arguments, "frames").value_or(0);
    if (frames < 0 || frames > cases::most_frames_of_video)
        return missing("frames", "the number of a video's frames");
    draft.frames = static_cast<int>(frames);
    const auto added = book_.enrol(*pseudonym, std::move(draft), actor);
    if (!added) return added.error();
    json::object object;
    object["case"] = *pseudonym;
    object["reference"] = *name;
    object["number"] = added->value;
    object["generation"] = cases_.generation();
    return done(std::move(object), {.references = true});
}

Result<CommandOutcome> Commands::reference_list(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto noted = note_look(actor, "reference.list", found->pseudonym);
    if (!noted) return noted.error();
    return done(describe_references(found->id));
}

Result<CommandOutcome> Commands::reference_remove(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto name = text_argument(arguments, "name");
    if (!name) return name.error();
    const auto removed = book_.remove_reference(*pseudonym, *name, actor, store::Erasure::owed);
    if (!removed) return removed.error();
    json::object object;
    object["case"] = *pseudonym;
    object["reference"] = *name;
    return done(std::move(object), {.references = true});
}

} // namespace stillwatch::control
