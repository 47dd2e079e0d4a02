#include "core/ascii.hpp"
#include "crawler/polite_fetcher.hpp"
#include "crawler/scope.hpp"
#include "crawler/secrets.hpp"

#include <algorithm>

// What requests carry beside the usual: the site's own headers, the cookies it handed out, who led here.
namespace stillwatch::crawler {

namespace {

bool is_cookie_header(const HeaderField& field) noexcept
{
    return same_name(field.name, "Cookie");
}

std::vector<std::string> names_of_cookies(std::string_view header)
{
    std::vector<std::string> names;
    while (!header.empty()) {
        auto pair = header.substr(0, header.find(';'));
        header.remove_prefix(std::min(pair.size() + 1, header.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos) names.emplace_back(pair.substr(0, equals));
    }
    return names;
}

} // namespace

// As browsers do, unless the site's own headers tell it or it is not to be told. Who led here is told within
// the site only, though another have its host by now.
void PoliteFetcher::tell_referrer(const SiteRules& site, const std::optional<Referrer>& from,
                                  FetchRequest& request)
{
    if (site.referer == RefererUse::none || !from || !is_host_of(site, from->page)) return;
    const auto is_referer = [](const HeaderField& field) { return same_name(field.name, "Referer"); };
    if (std::ranges::any_of(site.headers, is_referer)) return;
    if (auto value = referer_of(*from, request.url); !value.empty())
        request.headers.push_back({"Referer", std::move(value)});
}

CookieJar* PoliteFetcher::jar_of(const SiteRules& site)
{
    if (site.cookie_jar == CookieUse::none) return nullptr;
    auto& kept = jars_[site.name];
    if (kept.headers != site.headers) kept = {site.headers, {}};
    return &kept.cookies;
}

void PoliteFetcher::keep_cookies(const SiteRules& site, const Fetched& answer, bool& has_new_cookie)
{
    if (answer.header("Set-Cookie").empty()) return;
    if (auto* jar = jar_of(site))
        has_new_cookie = jar->take(answer.url, answer.headers, clock_.now()) || has_new_cookie;
}

bool PoliteFetcher::has_cookies(const SiteRules& site)
{
    const auto* jar = jar_of(site);
    return jar && jar->size() > 0;
}

// What of the site's jar goes along. Where the operator sends headers of her own, the jar may hold what they
// opened: it goes where hers may, and her cookies stand in place of those of the same name.
std::string PoliteFetcher::cookies_for(const SiteRules& site, const Url& url)
{
    auto* jar = is_host_of(site, url) ? jar_of(site) : nullptr;
    if (!jar || jar->size() == 0) return {};
    const auto is_secret = [](const HeaderField& field) { return !is_harmless_header(field.name); };
    if (std::ranges::any_of(site.headers, is_secret) && !may_carry_secrets(site, url)) return {};
    const auto own = std::ranges::find_if(site.headers, is_cookie_header);
    const auto names = own == site.headers.end() ? std::vector<std::string>() : names_of_cookies(own->value);
    return jar->header_for(url, clock_.now(), names);
}

void PoliteFetcher::add_headers(const SiteRules& site, FetchRequest& request)
{
    const bool may_carry_all = may_carry_secrets(site, request.url);
    auto cookies = cookies_for(site, request.url);
    for (auto field : site.headers) {
        if (!may_carry_all && !is_harmless_header(field.name)) continue;
        if (is_cookie_header(field) && !cookies.empty()) {
            field.value += "; " + cookies;
            cookies.clear();
        }
        if (!is_harmless_header(field.name)) request.secrets.push_back(field.name);
        request.headers.push_back(std::move(field));
    }
    if (!cookies.empty()) request.headers.push_back({"Cookie", std::move(cookies)});
}

} // namespace stillwatch::crawler
