#include "cases/consent.hpp"
#include "daemon/answers.hpp"
#include "daemon/pipeline.hpp"

#include <set>

// What is on record of a picture, and how it comes there.
namespace stillwatch::daemon {

// What this file matched before, as far as the cases still consent.
Task<std::vector<Occurrence>> Pipeline::on_record(const Sha256& file)
{
    auto look = [file, now = services_.clock.now()](store::CaseDatabase& cases, store::FrontierDatabase&) {
        auto occurrences = cases.occurrences_of_content(file);
        if (occurrences.empty()) return occurrences;
        std::set<CaseId> consenting;
        const cases::ConsentTime moment(now, cases.time_seen());
        const auto consents = [&](CaseId id) {
            if (consenting.contains(id)) return true;
            const auto c = cases.find_case(id);
            if (!c || cases::consent_status(*c, moment) != cases::ConsentStatus::valid) return false;
            consenting.insert(id);
            return true;
        };
        // A lead that turned out to be a match is none any more.
        std::set<ReferenceId> matched;
        for (const auto& each : occurrences)
            if (each.match.status == MatchStatus::match) matched.insert(each.match.reference);
        std::erase_if(occurrences, [&](const Occurrence& each) {
            const bool is_outdated = each.match.status != MatchStatus::match && matched.contains(each.match.reference);
            return is_outdated || !consents(each.match.case_id);
        });
        return occurrences;
    };
    co_return co_await services_.stores.run(std::move(look));
}

Task<Result<void>> Pipeline::record(Journey& journey, const crawler::PoliteAnswer& answer,
                                    std::vector<Match> matches, Sha256 file)
{
    auto chain = co_await chain_in_pool(answer);
    Sighting sighting{journey.visit.id,
                      journey.visit.url,
                      file,
                      journey.fingerprint,
                      journey.pixels,
                      journey.result.generation,
                      std::move(matches),
                      std::move(chain),
                      journey.site};
    std::shared_ptr<const RecordSettings> settings(journey.settings, &journey.settings->record);
    const auto recorded = co_await recorder_.record(std::move(settings), std::move(sighting));
    if (!recorded) co_return recorded.error();
    journey.is_capped = recorded->is_capped;
    co_return Result<void>{};
}

} // namespace stillwatch::daemon
