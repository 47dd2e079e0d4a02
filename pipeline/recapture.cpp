#include "pipeline/recapture.hpp"

#include "core/signed_address.hpp"
#include "crawler/canonical.hpp"
#include "crawler/walls.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/style_sheets.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

// The address itself and those that redirect to it.
constexpr std::size_t max_names_of_a_picture = 64;

} // namespace

Task<Result<Recapture>> recapture(const Services& services, const FetchLimits& limits,
                                  std::shared_ptr<const crawler::SiteRules> site, Url page, UrlId image,
                                  const Url& image_url)
{
    Recapture look;
    look.state = PageState::unavailable;
    const auto name = site->name;
    crawler::Conditions none;
    std::optional<crawler::Referrer> from;
    const auto answer = co_await services.fetcher.fetch(std::move(site), std::move(page), none, from, limits,
                                                        crawler::Purpose::evidence);
    if (!answer) {
        if (answer.error().code == Errc::cancelled) co_return answer.error();
        look.error = to_string(answer.error());
        co_return std::move(look);
    }
    look.fetched = chain_of(*answer);
    if (crawler::is_challenge(answer->answer)) {
        services.fetcher.challenged(answer->answer);
        look.error = "a challenge in place of the page";
        co_return std::move(look);
    }
    if (is_gone(answer->answer)) look.state = PageState::gone;
    if (answer->answer.status != 200) co_return std::move(look);
    auto payload = answer->answer.payload();
    if (!payload) {
        look.error = to_string(payload.error());
        co_return std::move(look);
    }
    auto document = document_of(answer->answer, std::make_shared<const Bytes>(*std::move(payload)), name);
    const auto links = co_await services.inspector.links(std::move(document), answer->answer.url.text());
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        look.error = to_string(links.error());
        co_return std::move(look);
    }
    if (links->wall == Wall::challenge) {
        services.fetcher.challenged(answer->answer);
        look.error = "a challenge in place of the page";
        co_return std::move(look);
    }
    const auto known_as =
        co_await services.stores.run(&crawler::UrlFrontier::addresses_of, image, max_names_of_a_picture);
    const bool is_named = std::ranges::any_of(links->links, [&](const Link& link) {
        const auto url = Url::parse(link.url);
        if (!url) return false;
        const auto named = crawler::canonical(*url);
        return is_same_document(image_url, named) || std::ranges::find(known_as, named) != known_as.end();
    });
    look.state = is_named ? PageState::named : PageState::not_named;
    look.sheets = sheets_in(*links);
    co_return std::move(look);
}

} // namespace stillwatch::pipeline
