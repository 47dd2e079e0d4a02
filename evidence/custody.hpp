#pragma once

#include "evidence/capture.hpp"

#include <string>

namespace stillwatch::evidence {

// The chain of custody as far as the installation had the package in its hands (ISO/IEC 27037: who, what,
// when), one JSON object a line in the order of time: each answer that was fetched, the match, the making of
// the package. What happens later stands in the organisation's audit log.
std::string render_custody(const EvidenceSettings& settings, const EvidenceFacts& facts,
                           const Capture& capture);

} // namespace stillwatch::evidence
