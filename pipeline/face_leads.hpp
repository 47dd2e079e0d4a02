#pragma once

#include "core/async.hpp"
#include "core/fingerprint.hpp"
#include "core/match.hpp"
#include "core/url.hpp"
#include "pipeline/services.hpp"

#include <vector>

namespace stillwatch::pipeline {

struct FaceLead {
    Match match;
    Fingerprint mark; // of the face (pipeline/face_mark.hpp)
};

// Who of those whose consent covers faces is like a face in the picture: as a worker says that served no
// other site (decision 11). What was seen of everybody else is wiped here. `is_alone`: nothing else matches;
// then a picture whose faces could not be looked at is as good as not read. Errors, only then: io, lost,
// cancelled. Loop thread.
Task<Result<std::vector<FaceLead>>> face_leads(const Services& services, const Url& picture,
                                               Document document, bool is_alone);

} // namespace stillwatch::pipeline
