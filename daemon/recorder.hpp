#pragma once

#include "core/async.hpp"
#include "core/finding.hpp"
#include "crawler/settings.hpp"
#include "daemon/services.hpp"
#include "evidence/capture.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::daemon {

// How findings are witnessed and told.
struct RecordSettings {
    FetchLimits page; // of the second look at a page
    evidence::EvidenceSettings evidence;
    std::vector<std::string> channels; // that every new finding is told to
    std::string link;                  // pattern of the address in alerts
    // More pages than this that show the same picture are counted and not recorded: one picture in a side bar
    // would otherwise bring an alert for every page of the site.
    std::size_t max_pages_per_picture = 32;
    // The same bytes at ever new addresses: a hostile site could bury the desk and fill the disk.
    std::size_t max_findings_per_picture = 256;
    // Below this much free space no evidence is written: the databases need room to go on.
    std::uintmax_t min_free_bytes = std::uintmax_t{512} << 20U;
};

// A picture that matches, as it was served.
struct Sighting {
    UrlId image;
    Url image_url; // as it was visited; `chain` may end at another address
    Sha256 content;
    std::int64_t generation = 0; // of the references that it was compared with
    std::vector<Match> matches;
    std::vector<Fetched> chain; // redirects, then the picture
    std::shared_ptr<const crawler::SiteRules> site;
};

// Turns matches into findings: looks at each page that shows the picture once more, then writes evidence, then
// finding, alerts and audit line. Loop thread; any number of sightings at once.
class Recorder {
public:
    explicit Recorder(Services services) : services_(std::move(services)) {}

    // Committed when it returns. What is known is only touched; what was withdrawn meanwhile leaves nothing.
    // Errors: cancelled, io (what was committed before stays; a repeat goes on where this ended).
    Task<Result<void>> record(std::shared_ptr<const RecordSettings> settings, Sighting sighting);

private:
    struct SecondLook {
        PageState state = PageState::none;
        std::vector<Fetched> fetched;
        std::string error;
    };
    Task<std::vector<Url>> pages_of(const RecordSettings& settings, const Sighting& sighting);
    Task<Result<std::vector<Match>>> unknown_at(const RecordSettings& settings, const Url& page,
                                                const Sighting& sighting);
    Task<Result<SecondLook>> look_again(const RecordSettings& settings, const Sighting& sighting, Url page);
    Task<Result<void>> record_occurrence(const RecordSettings& settings, Finding finding,
                                         const evidence::Capture& capture, std::int64_t generation);
    void tell_tied(const Url& page, const Url& image, std::int64_t occurrences);
    Task<evidence::EvidenceFacts> facts_of(const Finding& finding, std::int64_t generation);

    Services services_;
};

} // namespace stillwatch::daemon
