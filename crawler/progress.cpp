#include "crawler/progress.hpp"

namespace stillwatch::crawler {

void CrawlProgress::add(const store::VisitResult& result, const std::string& site)
{
    using store::Outcome;
    ++visits;
    ++by_outcome[static_cast<std::size_t>(result.outcome)];
    wire_bytes += result.wire_bytes;
    const bool unchanged = result.outcome == Outcome::unchanged;
    auto& here = sites[site];
    here.bytes += result.wire_bytes;
    const bool is_page = result.outcome == Outcome::page || (unchanged && result.kind == LinkKind::page);
    const bool is_image = result.outcome == Outcome::compared || result.outcome == Outcome::too_small ||
                          (result.outcome == Outcome::undecodable && result.kind == LinkKind::image) ||
                          (unchanged && result.kind == LinkKind::image);
    pages += is_page ? 1 : 0;
    here.pages += is_page ? 1 : 0;
    images += is_image ? 1 : 0;
    here.images += is_image ? 1 : 0;
    const bool is_error = result.outcome == Outcome::unreachable || result.outcome == Outcome::refused ||
                          result.outcome == Outcome::gone;
    here.errors += is_error ? 1 : 0;
    here.moved += result.outcome == Outcome::moved ? 1 : 0;
    here.disallowed += result.outcome == Outcome::disallowed ? 1 : 0;
    ++here.visits;
}

} // namespace stillwatch::crawler
