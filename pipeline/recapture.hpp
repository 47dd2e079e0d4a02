#pragma once

#include "core/async.hpp"
#include "core/fetch.hpp"
#include "core/finding.hpp"
#include "crawler/settings.hpp"
#include "pipeline/services.hpp"

#include <memory>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// What a page said when it was fetched once more, so that page and picture are witnessed together.
struct Recapture {
    PageState state = PageState::none;
    std::vector<Fetched> fetched{}; // redirects, then the page; empty when nothing came
    std::string error{};            // why nothing of use came
    std::vector<Url> sheets{};      // style sheets that it names, in its order
};

// Fetches `page` without conditions and looks whether it still names the picture, by its address or one that
// redirects to it. Errors: cancelled; all else is an answer.
Task<Result<Recapture>> recapture(const Services& services, const FetchLimits& limits,
                                  std::shared_ptr<const crawler::SiteRules> site, Url page, UrlId image,
                                  const Url& image_url);

} // namespace stillwatch::pipeline
