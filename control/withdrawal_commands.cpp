#include "control/audit_tree.hpp"
#include "control/forms.hpp"

#include "cases/pin_attempts.hpp"
#include "core/ascii.hpp"
#include "core/log.hpp"
#include "evidence/orphans.hpp"
#include "store/tombstone_file.hpp"
#include "vault/pin.hpp"
#include "vault/signed_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

// How a case ends, by staff or by the person with number and PIN.
namespace stillwatch::control {

namespace {

// How many were there and went.
std::size_t erase_evidence(const std::filesystem::path& directory, const std::set<std::string>& files)
{
    std::size_t erased = 0;
    for (const auto& name : files) {
        std::error_code ignored; // what cannot be looked at cannot be removed either, and that is told
        const bool was_there = std::filesystem::exists(directory / name, ignored);
        const auto removed = evidence::remove_package(directory, name);
        if (removed)
            erased += was_there ? 1 : 0;
        else
            log::error("control", "evidence file not erased",
                       {{"file", name}, {"error", removed.error().detail}});
    }
    return erased;
}

// What the person is given: signed, so that it can be shown to others, and without content.
std::string receipt_text(std::string_view origin, const cases::WithdrawalReceipt& receipt, std::size_t files,
                         std::size_t held)
{
    return fmt::format(
        "{}\nerasure receipt\ncase {}\nat {}\nreferences {}\nfindings {}\nevidence packages {}\n{}"
        "audit line {}\n",
        origin, receipt.pseudonym, format_utc(receipt.at), receipt.references_erased, receipt.findings_erased,
        files,
        held == 0 ? "" : fmt::format("sealed packages that a legal hold keeps until its end {}\n", held),
        receipt.audit_seq);
}

} // namespace

Result<CommandOutcome> Commands::withdraw(const Case& c, const store::Actor& actor)
{
    const auto files = cases_.evidence_files_of(c.id);
    std::set<std::string> evidence_files(files.begin(), files.end());
    const auto held = store::EvidenceTable(cases_).keep_held(c.id, actor);
    if (!held) return held.error();
    for (const auto& file : *held)
        evidence_files.erase(file);
    auto images = cases_.addresses_found(c.id);
    if (!settings_.storage.empty()) {
        // First: whatever fails from here on, the next start makes up for it.
        const auto buried = store::bury_in_file(settings_.storage, c.pseudonym);
        if (!buried) return buried.error();
    }
    const auto receipt = book_.withdraw(c.pseudonym, actor, store::Erasure::owed);
    // Also when the rows went and only the erasure behind them failed: nobody else knows these files any
    // more.
    const auto after = book_.find(c.pseudonym);
    std::size_t files_erased = 0;
    if (after && after->state == CaseState::withdrawn) {
        files_erased = erase_evidence(settings_.evidence_directory, evidence_files);
        to_forget_ = std::move(images);
    }
    if (!receipt) return receipt.error();
    const auto origin = origin_of(settings_.signing->verify_key());
    json::object object;
    object["case"] = receipt->pseudonym;
    object["withdrawn_at"] = format_utc(receipt->at);
    object["references_erased"] = receipt->references_erased;
    object["findings_erased"] = receipt->findings_erased;
    object["evidence_files_erased"] = files_erased;
    object["evidence_files_held"] = held->size();
    object["audit_seq"] = receipt->audit_seq;
    object["receipt"] = vault::sign_note(origin, *settings_.signing,
                                         receipt_text(origin, *receipt, files_erased, held->size()));
    if (receipt->audit_seq != 0) announce("consent.withdrawn", receipt->pseudonym, actor);
    return done(std::move(object), {.references = true, .alerts = true});
}

Result<CommandOutcome> Commands::case_withdraw(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    return withdraw(*found, actor);
}

Result<CommandOutcome> Commands::case_pin(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    if (found->state == CaseState::withdrawn)
        return Error{Errc::refused, fmt::format("{} is withdrawn", found->pseudonym)};
    const auto pin = vault::make_pin();
    const auto kept = cases_.set_pin(found->id, vault::hash_pin(pin), actor);
    if (!kept) return kept.error();
    return done(json::object{{"case", found->pseudonym}, {"withdrawal_pin", pin}});
}

// A wrong number and a wrong PIN have the same answer, the same pauses and take the same time: nobody learns
// here which numbers there are.
Result<CommandOutcome> Commands::case_withdraw_by_pin(const json::object& arguments,
                                                      const store::Actor& actor)
{
    auto number = text_argument(arguments, "case");
    if (!number) return number.error();
    const auto pin = text_argument(arguments, "pin");
    if (!pin) return pin.error();
    std::ranges::transform(*number, number->begin(), upper);
    const auto tries = cases_.pin_tries(*number);
    if (actor.at < tries.not_before)
        return Error{Errc::refused,
                     fmt::format("too many attempts; the next one from {}", format_utc(tries.not_before))};
    const auto found = cases_.find_case(*number);
    const auto hash = found ? cases_.pin_of(found->id) : "";
    if (vault::is_pin(hash, *pin) && found && found->state == CaseState::open) return withdraw(*found, actor);
    const auto next = cases::after_failure({tries.failures, tries.not_before}, actor.at);
    const auto noted = cases_.note_pin_tries(cases::is_case_number(*number) ? *number : "other",
                                             {next.failures, next.not_before}, actor);
    if (!noted) return noted.error();
    return Error{Errc::refused, "number or PIN is wrong"};
}

Result<void> Commands::finish()
{
    const auto erased = cases_.erase_owed();
    if (!erased)
        return Error{erased.error().code,
                     fmt::format("done, but erased bytes may still stand in the file until the next start or "
                                 "withdrawal; withdraw again: {}",
                                 erased.error().detail)};
    if (!to_forget_) return {};
    const auto forgotten = frontier_.forget_matches(cases_.contents_found(), *to_forget_);
    if (!forgotten)
        return Error{forgotten.error().code,
                     fmt::format("the case is withdrawn, but {}; withdraw again", forgotten.error().detail)};
    to_forget_.reset();
    return {};
}

} // namespace stillwatch::control
