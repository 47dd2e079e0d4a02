#include "crawler/progress.hpp"

namespace stillwatch::crawler {

void CrawlProgress::add(const store::VisitResult& result)
{
    using store::Outcome;
    ++visits;
    ++by_outcome[static_cast<std::size_t>(result.outcome)];
    wire_bytes += result.wire_bytes;
    const bool unchanged = result.outcome == Outcome::unchanged;
    if (result.outcome == Outcome::page || (unchanged && result.kind == LinkKind::page)) ++pages;
    if (result.outcome == Outcome::compared || result.outcome == Outcome::too_small ||
        (result.outcome == Outcome::undecodable && result.kind == LinkKind::image) ||
        (unchanged && result.kind == LinkKind::image))
        ++images;
}

} // namespace stillwatch::crawler
