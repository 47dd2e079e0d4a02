#include "pipeline/revisit_scales.hpp"

#include "crawler/revisit.hpp"

namespace stillwatch::pipeline {

Task<double> RevisitScales::of(std::shared_ptr<const crawler::SiteRules> site)
{
    auto& entry = entries_[site->name];
    if (entry.scale > 0 && clock_.now() < entry.good_until) co_return entry.scale;
    entry.good_until = clock_.now() + std::chrono::minutes(1); // one visit works it out, the others go on
    const auto pages = co_await stores_.run(&crawler::UrlFrontier::page_rates, site->name);
    entry.scale = crawler::revisit_scale(pages, crawler::revisits_a_day(*site), site->revisit);
    co_return entry.scale;
}

} // namespace stillwatch::pipeline
