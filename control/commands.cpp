#include "control/commands.hpp"

#include "cases/consent.hpp"
#include "core/log.hpp"
#include "vault/case_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace stillwatch::control {

namespace {

Error missing(std::string_view argument, std::string_view form)
{
    return {Errc::invalid_argument, fmt::format("argument \"{}\" is missing or not {}", argument, form)};
}

Result<std::string> text_argument(const json::object& arguments, std::string_view name)
{
    auto value = text_member(arguments, name);
    if (!value) return missing(name, "text");
    return *std::move(value);
}

Result<Timestamp> time_argument(const json::object& arguments, std::string_view name)
{
    const auto text = text_member(arguments, name);
    const auto time = text ? parse_utc(*text) : std::nullopt;
    if (!time) return missing(name, "a date such as 2027-01-31");
    return *time;
}

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

json::object describe_consent(const Consent& consent)
{
    json::object object;
    object["scope"] = consent.scope;
    object["given_by"] = consent.given_by;
    object["recorded_by"] = consent.recorded_by;
    object["approved_by"] = consent.approved_by;
    object["text_version"] = consent.text_version;
    object["given_at"] = format_utc(consent.given_at);
    object["expires_at"] = format_utc(consent.expires_at);
    return object;
}

json::object describe_reference(const Reference& reference)
{
    json::object object;
    object["name"] = reference.name;
    object["quality_percent"] = reference.quality_percent;
    object["weak"] = reference.weak;
    object["extractor_version"] = reference.extractor_version;
    object["current"] = reference.extractor_version == stillwatch::extractor_version;
    object["generation"] = reference.generation;
    object["added_at"] = format_utc(reference.added_at);
    return object;
}

json::object describe_coverage(const store::Coverage& coverage)
{
    json::object object;
    object["images"] = coverage.images;
    object["compared"] = coverage.compared;
    object["undecodable"] = coverage.undecodable;
    object["gone"] = coverage.gone;
    object["unreachable"] = coverage.unreachable;
    object["pending"] = coverage.pending;
    return object;
}

CommandOutcome done(json::value result, Effects effects = {})
{
    return {std::move(result), effects};
}

} // namespace

struct Commands::Entry {
    std::string_view name;
    Result<CommandOutcome> (Commands::*handler)(const json::object&, const store::Actor&);
};

const std::vector<Commands::Entry>& Commands::table()
{
    static const std::vector<Entry> entries{
        {"case.open", &Commands::case_open},
        {"case.list", &Commands::case_list},
        {"case.show", &Commands::case_show},
        {"case.renew", &Commands::case_renew},
        {"case.withdraw", &Commands::case_withdraw},
        {"reference.add", &Commands::reference_add},
        {"reference.list", &Commands::reference_list},
        {"reference.remove", &Commands::reference_remove},
        {"findings.list", &Commands::findings_list},
        {"findings.show", &Commands::findings_show},
        {"outbox.list", &Commands::outbox_list},
        {"outbox.replay", &Commands::outbox_replay},
        {"alert-test", &Commands::alert_test},
        {"audit.list", &Commands::audit_list},
        {"audit.verify", &Commands::audit_verify},
        {"site.list", &Commands::site_list},
        {"status", &Commands::status},
    };
    return entries;
}

std::vector<std::string_view> Commands::names()
{
    std::vector<std::string_view> names;
    for (const auto& entry : table())
        names.push_back(entry.name);
    return names;
}

Commands::Commands(store::CaseDatabase& cases, store::FrontierDatabase& frontier, vault::PublicKey installation,
                   CommandSettings settings, const Clock& clock)
    : cases_(cases), frontier_(frontier), book_(cases, installation), settings_(std::move(settings)), clock_(clock)
{
}

Result<CommandOutcome> Commands::run(const Command& command, const std::string& operator_name)
{
    const auto entry = std::ranges::find(table(), command.name, &Entry::name);
    if (entry == table().end())
        return Error{Errc::invalid_argument, fmt::format("unknown command \"{}\"", command.name)};
    const store::Actor actor{operator_name, clock_.now()};
    return (this->*entry->handler)(command.arguments, actor);
}

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

json::object Commands::describe(const Finding& finding) const
{
    json::object object;
    object["id"] = finding.id.value;
    for (const auto& c : cases_.cases())
        if (c.id == finding.case_id) object["case"] = c.pseudonym;
    for (const auto& reference : cases_.references_of(finding.case_id))
        if (reference.id == finding.reference) object["reference"] = reference.name;
    object["state"] = name_of(finding.state);
    object["tier"] = name_of(finding.match.tier);
    object["relation"] = name_of(finding.match.relation);
    object["score"] = finding.match.score;
    object["distance_bits"] = finding.match.distance_bits;
    object["orientation"] = name_of(finding.match.orientation);
    object["inverted"] = finding.match.inverted;
    object["page_url"] = finding.page_url.text();
    object["image_url"] = finding.image_url.text();
    object["page_state"] = name_of(finding.page_state);
    object["content"] = finding.content.hex();
    object["epoch"] = finding.epoch;
    object["first_seen"] = format_utc(finding.first_seen);
    object["last_seen"] = format_utc(finding.last_seen);
    object["evidence_file"] = finding.evidence_file;
    object["evidence_digest"] = finding.evidence_digest.hex();
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
    if (generation > 0) object["coverage"] = describe_coverage(frontier_.coverage(generation));
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
    const auto receipt = book_.withdraw(*pseudonym, actor);
    if (!receipt) return receipt.error();
    std::size_t files_erased = 0;
    for (const auto& name : receipt->evidence_files) {
        std::error_code error;
        if (std::filesystem::remove(settings_.evidence_directory / name, error)) ++files_erased;
        if (error) log::error("control", "evidence file not erased", {{"file", name}, {"error", error.message()}});
    }
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
    draft.extractor_version = static_cast<int>(number_member(arguments, "extractor_version").value_or(0));
    if (draft.extractor_version != stillwatch::extractor_version)
        return Error{Errc::refused, fmt::format("reference {} was made by extractor version {}, this installation has {}; "
                                                "add the picture again with this installation's programs",
                                                *name, draft.extractor_version, stillwatch::extractor_version)};
    draft.quality_percent = static_cast<int>(number_member(arguments, "quality_percent").value_or(0));
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

Result<CommandOutcome> Commands::findings_list(const json::object& arguments, const store::Actor&)
{
    std::vector<Finding> findings;
    if (arguments.contains("case")) {
        const auto pseudonym = text_argument(arguments, "case");
        if (!pseudonym) return pseudonym.error();
        const auto found = book_.find(*pseudonym);
        if (!found) return found.error();
        findings = cases_.findings_of_case(found->id);
    } else {
        findings = cases_.findings();
    }
    json::array rows;
    for (const auto& finding : findings)
        rows.push_back(describe(finding));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::findings_show(const json::object& arguments, const store::Actor&)
{
    const auto number = number_member(arguments, "id");
    if (!number) return missing("id", "a number");
    const auto found = cases_.find_finding(FindingId{*number});
    if (!found) return Error{Errc::not_found, fmt::format("no finding {}", *number)};
    return done(describe(*found));
}

Result<CommandOutcome> Commands::outbox_list(const json::object& arguments, const store::Actor&)
{
    const auto limit = std::clamp<std::int64_t>(number_member(arguments, "limit").value_or(100), 1, 10'000);
    json::array rows;
    for (const auto& row : cases_.alerts(static_cast<std::size_t>(limit))) {
        json::object object;
        object["id"] = row.id;
        object["alert"] = row.alert_id;
        object["channel"] = row.channel;
        object["state"] = name_of(row.state);
        object["attempts"] = row.attempts;
        object["created_at"] = format_utc(row.created_at);
        object["next_attempt_at"] = format_utc(row.next_attempt_at);
        if (row.sent_at) object["sent_at"] = format_utc(*row.sent_at);
        object["last_error"] = row.last_error;
        rows.push_back(std::move(object));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::outbox_replay(const json::object& arguments, const store::Actor& actor)
{
    const auto number = number_member(arguments, "id");
    if (!number) return missing("id", "a number");
    const auto replayed = cases_.replay_alert(*number, actor);
    if (!replayed) return replayed.error();
    json::object object;
    object["id"] = *number;
    object["state"] = "queued";
    return done(std::move(object), {.alerts = true});
}

Result<CommandOutcome> Commands::alert_test(const json::object& arguments, const store::Actor& actor)
{
    const auto channel = text_argument(arguments, "channel");
    if (!channel) return channel.error();
    if (std::ranges::find(settings_.channels, *channel) == settings_.channels.end())
        return Error{Errc::not_found, fmt::format("no channel \"{}\"; there are: {}", *channel,
                                                  fmt::join(settings_.channels, ", "))};
    const auto alert = settings_.test_alert(*channel, actor.at);
    const auto queued = cases_.queue_alert(alert, actor);
    if (!queued) return queued.error();
    json::object object;
    object["alert"] = alert.alert_id;
    object["channel"] = *channel;
    return done(std::move(object), {.alerts = true});
}

Result<CommandOutcome> Commands::audit_list(const json::object& arguments, const store::Actor&)
{
    const auto after = number_member(arguments, "after").value_or(0);
    const auto limit = std::clamp<std::int64_t>(number_member(arguments, "limit").value_or(1'000), 1, 10'000);
    json::array rows;
    for (const auto& line : cases_.audit(after, static_cast<std::size_t>(limit))) {
        json::object object;
        object["seq"] = line.seq;
        object["at"] = format_utc(line.at);
        object["actor"] = line.actor;
        object["action"] = line.action;
        object["object"] = line.object;
        object["previous"] = line.previous.hex();
        object["own"] = line.own.hex();
        rows.push_back(std::move(object));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::audit_verify(const json::object&, const store::Actor&)
{
    if (const auto broken = cases_.first_broken_audit_line())
        return Error{Errc::corrupt, fmt::format("the audit log is broken at line {}", *broken)};
    json::object object;
    object["audit"] = "whole";
    return done(std::move(object));
}

Result<CommandOutcome> Commands::site_list(const json::object&, const store::Actor&)
{
    json::array rows;
    for (const auto& site : settings_.sites) {
        json::object object;
        object["site"] = site.name;
        json::array hosts(site.hosts.begin(), site.hosts.end());
        object["hosts"] = std::move(hosts);
        rows.push_back(std::move(object));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::status(const json::object&, const store::Actor& actor)
{
    const auto counts = frontier_.counts(actor.at);
    std::size_t queued = 0;
    std::size_t dead = 0;
    for (const auto& row : cases_.alerts(10'000)) {
        queued += row.state == store::AlertState::queued ? 1 : 0;
        dead += row.state == store::AlertState::dead ? 1 : 0;
    }
    json::object object;
    object["sites"] = settings_.sites.size();
    object["pages"] = counts.pages;
    object["images"] = counts.images;
    object["contents"] = counts.contents;
    object["due"] = counts.due;
    object["generation"] = cases_.generation();
    object["coverage"] = describe_coverage(frontier_.coverage(cases_.generation()));
    object["cases"] = cases_.cases().size();
    object["findings"] = cases_.findings().size();
    object["alerts_queued"] = queued;
    object["alerts_dead"] = dead;
    return done(std::move(object));
}

} // namespace stillwatch::control
