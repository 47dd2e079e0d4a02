#include "crawler/scope.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::crawler {

namespace {

// A host with all hosts below it, and the beginning of the path ("" is any).
struct Service {
    std::string_view host;
    std::string_view path;
};

// Asking one of these would make a third party fetch or show the picture, and it is the third party that
// would be reported: image boards put such links beside every picture. A name that ends in '.' stands for
// every country's domain.
constexpr std::array services{
    // reverse image search
    Service{"tineye.com", ""},
    Service{"saucenao.com", ""},
    Service{"iqdb.org", ""},
    Service{"ascii2d.net", ""},
    Service{"trace.moe", ""},
    Service{"whatanime.ga", ""},
    Service{"karmadecay.com", ""},
    Service{"imgops.com", ""},
    Service{"pimeyes.com", ""},
    Service{"facecheck.id", ""},
    Service{"search4faces.com", ""},
    Service{"lenso.ai", ""},
    Service{"copyseeker.net", ""},
    Service{"fuzzysearch.net", ""},
    Service{"kheina.com", ""},
    Service{"lens.google.", ""},
    Service{"images.google.", ""},
    Service{"google.", "/searchbyimage"},
    Service{"google.", "/imgres"},
    Service{"yandex.", "/images"},
    Service{"bing.com", "/images"},
    Service{"graph.baidu.com", ""},
    Service{"image.baidu.com", ""},
    Service{"pic.sogou.com", ""},
    // translation
    Service{"translate.google.", ""},
    Service{"translate.goog", ""},
    Service{"translate.yandex.", ""},
    Service{"microsofttranslator.com", ""},
    Service{"bing.com", "/translator"},
    // archives and caches
    Service{"archive.org", ""},
    Service{"archive.today", ""},
    Service{"archive.ph", ""},
    Service{"archive.is", ""},
    Service{"archive.li", ""},
    Service{"archive.vn", ""},
    Service{"archive.fo", ""},
    Service{"archive.md", ""},
    Service{"ghostarchive.org", ""},
    Service{"megalodon.jp", ""},
    Service{"perma.cc", ""},
    Service{"webcache.googleusercontent.com", ""},
    // sharing
    Service{"facebook.com", "/share"},
    Service{"facebook.com", "/dialog/"},
    Service{"twitter.com", "/intent/"},
    Service{"twitter.com", "/share"},
    Service{"x.com", "/intent/"},
    Service{"x.com", "/share"},
    Service{"reddit.com", "/submit"},
    Service{"pinterest.", "/pin/create"},
    Service{"tumblr.com", "/widgets/share"},
    Service{"tumblr.com", "/share"},
    Service{"linkedin.com", "/share"},
    Service{"vk.com", "/share"},
    Service{"connect.ok.ru", ""},
    Service{"t.me", "/share"},
    Service{"telegram.me", "/share"},
    Service{"wa.me", ""},
    Service{"api.whatsapp.com", ""},
    Service{"addtoany.com", ""},
    Service{"addthis.com", ""},
    Service{"sharethis.com", ""},
    Service{"b.hatena.ne.jp", ""},
};

bool is_label_start(std::string_view host, std::size_t at) noexcept
{
    return at == 0 || host[at - 1] == '.';
}

bool names(std::string_view service, std::string_view host) noexcept
{
    if (!service.ends_with('.'))
        return host.ends_with(service) && is_label_start(host, host.size() - service.size());
    const auto at = host.find(service);
    if (at == std::string_view::npos || !is_label_start(host, at)) return false;
    // "google.com", "google.co.uk": what follows is a country's domain and not somebody's own.
    const auto domain = host.substr(at + service.size());
    return domain.size() <= 6 && std::ranges::count(domain, '.') <= 1;
}

} // namespace

bool is_denied(const Url& url)
{
    return std::ranges::any_of(services, [&](const Service& service) {
        return names(service.host, url.host()) && url.path().starts_with(service.path);
    });
}

} // namespace stillwatch::crawler
