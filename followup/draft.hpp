#pragma once

#include "core/country_law.hpp"
#include "core/finding.hpp"
#include "followup/template_set.hpp"
#include "store/finding_change.hpp"
#include "store/notice_table.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Makes the text of a notice of what was found. Pure: a person sends it.
namespace stillwatch::followup {

// Who writes, as the configuration says ([organisation]).
struct Sender {
    std::string name;
    std::string contact;
    std::string postal_address;
    std::string signatory;
    std::string notice_email;
};

// [notices] of the configuration.
struct NoticeSettings {
    Sender sender{};
    std::shared_ptr<const TemplateSet> templates = std::make_shared<TemplateSet>(TemplateSet::load({}));
    std::string language = "en";
    std::vector<CountryLaw> laws{};
    std::string country{};
    // How long recipients have where no law names a time; nothing: for ever.
    std::optional<std::chrono::milliseconds> follow_up = std::chrono::hours(7 * 24);
    std::chrono::milliseconds warn_before = std::chrono::hours(12);
};

// A finding as a notice needs it.
struct FoundThere {
    Finding finding;
    std::vector<Occurrence> places;            // largest picture first
    std::vector<store::FindingChange> history; // oldest first
};

// What one person asked for.
struct DraftRequest {
    Route route = Route::host;
    std::string language{}; // empty: as the settings say
    NoticeData set{};       // "--set name=value"; "country" beside the placeholders that people fill in
    std::string drafter{};  // account
    Timestamp now{};
};

// Why one notice cannot be about these, and what to do; nothing where it can. Findings of one case on one
// host that a person or a copy of one that a person confirmed stands for; a mere resemblance only where
// another account than the drafter confirmed it.
std::optional<std::string> why_not_together(std::span<const FoundThere> found, std::string_view drafter);

// The host of a finding's pages.
std::string host_of(const Finding& finding);

// Hosts of their pictures that are not that of their pages, by name: who runs the pages cannot take a picture
// down there, and a notice to them leaves it up.
std::vector<std::string> other_hosts_of(std::span<const FoundThere> found);

// Errors: refused (why_not_together), not_found, malformed (the template), invalid_argument (data that is
// missing, all of it, with where it belongs; or that nobody asked for).
Result<std::string> draft(std::span<const FoundThere> found, const DraftRequest& request,
                          const NoticeSettings& settings, store::NoticeId number);

} // namespace stillwatch::followup
