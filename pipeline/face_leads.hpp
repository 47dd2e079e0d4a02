#pragma once

#include "core/async.hpp"
#include "core/match.hpp"
#include "core/url.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/services.hpp"

#include <vector>

namespace stillwatch::pipeline {

struct FaceLead {
    Match match;
    LeadFace face;
    std::size_t frame = 0; // of the picture, that shows it
};

struct FaceLeads {
    std::vector<FaceLead> leads;
    bool is_unread = false; // a worker was lost, or there is none: nobody knows whose faces it shows
};

// Who of those whose consent covers faces is like a face in the picture: as a worker says that served no
// other site (decision 11). What was seen of everybody else is wiped here. `is_alone`: nothing else matches;
// then a picture whose faces could not be looked at is as good as not read. Errors, only then: io, lost,
// cancelled. Loop thread.
Task<Result<FaceLeads>> face_leads(const Services& services, const Url& picture, Document document,
                                   bool is_alone);

} // namespace stillwatch::pipeline
