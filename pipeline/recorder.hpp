#pragma once

#include "alerts/rules.hpp"
#include "core/async.hpp"
#include "core/finding.hpp"
#include "core/likeness.hpp"
#include "crawler/settings.hpp"
#include "evidence/capture.hpp"
#include "pipeline/evidence_room.hpp"
#include "pipeline/recapture.hpp"
#include "pipeline/services.hpp"
#include "pipeline/style_sheets.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// Which copies of a picture class that a person confirmed are confirmed without a look.
enum class ZeroView : std::uint8_t { off, exact, near };

// How findings are witnessed and told.
struct RecordSettings {
    FetchLimits page; // of the recapture of a page
    evidence::EvidenceSettings evidence;
    EvidenceRoom room;
    std::vector<alerts::ChannelRules> channels; // that new findings are told to
    std::string link;                           // pattern of the address in alerts
    // More pages than this that show the same picture are counted and not recorded.
    std::size_t max_pages_per_picture = 256;
    // Places of one finding that get a package each, and a recapture of their page. A larger picture than any
    // before gets one beyond it, up to twice as many. It is looked at before a package is made: visits under
    // way then make theirs as well, at most as many as the site has connections.
    std::int64_t max_packages_per_finding = 32;
    // New findings, and so alerts of a channel, of one site on one day (UTC): a hostile site could bury the
    // desk.
    std::int64_t max_findings_per_site_and_day = 300;
    // New leads by the face of one person on one day (UTC); more are counted, and compared again the next
    // day.
    std::int64_t max_face_leads_per_case_and_day = 20;
    ZeroView zero_view = ZeroView::exact;
    std::vector<std::string> guard_channels; // that are told when the guard trips
};

// What is kept of the face that a lead rests on.
struct LeadFace {
    Fingerprint mark{}; // pipeline/face_mark.hpp
    Likeness likeness{};
    std::optional<Fingerprint> frame{}; // of a video, the mark of the frame that shows it (picture_mark.hpp)
};
// Of each case one in a picture.
using LeadFaces = std::map<CaseId, LeadFace>;

// A picture that matches, as it was served.
struct Sighting {
    UrlId image;
    Url image_url; // as it was visited; `chain` may end at another address
    Sha256 content;
    std::optional<Fingerprint> fingerprint; // its mark: see picture_mark()
    std::int64_t pixels = 0;                // 0: not known
    evidence::PictureSize size{};           // zeros: not known
    std::int64_t generation = 0;            // of the references that it was compared with
    std::vector<Match> matches;
    std::vector<Fetched> chain; // redirects, then the picture
    std::vector<json::object>
        videos{}; // of a video: what is told of each match beside it (pipeline/video_json.hpp)
    std::vector<Fetched> parts{}; // of a video, what else of it was fetched
    std::shared_ptr<const crawler::SiteRules> site;
    LeadFaces faces{};
};

struct RecordStep;
struct RecordTally;
struct Committed;

// Turns matches into findings: looks at each page that shows the picture once more, writes evidence, then
// finding, alerts and audit line. Where no evidence can be written the match is told all the same, and its
// evidence is made by a later visit. Loop thread; any number of sightings at once.
class Recorder {
public:
    explicit Recorder(Services services) : services_(std::move(services)), styles_(services_) {}

    struct Outcome {
        bool is_capped = false; // matches were counted only: the site has its findings of the day
    };
    // Committed when it returns. What is known is only touched; what was withdrawn meanwhile leaves nothing.
    // Errors: cancelled, io (what was committed before stays; a repeat goes on where this ended).
    Task<Result<Outcome>> record(std::shared_ptr<const RecordSettings> settings, Sighting sighting);

private:
    struct Plan;
    Task<std::vector<Url>> pages_of(const RecordSettings& settings, const Sighting& sighting);
    Task<Result<Plan>> plan_for(const RecordSettings& settings, const Url& page, const Sighting& sighting);
    Task<Result<Outcome>> settle(const RecordSettings& settings, RecordStep step,
                                 const evidence::Capture& capture, const Sighting& sighting);
    Task<bool> witness(const RecordSettings& settings, RecordStep& step, const evidence::EvidenceFacts& facts,
                       const evidence::Capture& capture);
    Task<evidence::EvidenceFacts> facts_of(const Finding& finding, const Sighting& sighting);
    void tell_known(const Url& page, const Url& image, const RecordTally& tally);
    void tell_recorded(const Committed& done, const Finding& seen, const std::string& pseudonym);
    Task<> tell_capped(const RecordSettings& settings, std::string site, std::vector<CaseId> cases);

    Services services_;
    StyleSheets styles_;
};

} // namespace stillwatch::pipeline
