#include "html/wall.hpp"

#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace stillwatch::html {

namespace {

constexpr std::size_t most_text_bytes = 32U << 10U;
// A wall names its owner's logo, its terms and some other languages; a page of content names more.
constexpr int most_pictures_of_login = 2;
constexpr int most_pages_of_wall = 40;

// Pages of the services that ask riddles, each as its service writes it, in small letters. Scripts that the
// same services put into ordinary pages (such as /cdn-cgi/challenge-platform/) are none of these.
constexpr std::array<std::string_view, 14> challenges{
    "<title>just a moment...</title>",         // Cloudflare
    "_cf_chl_opt",                             //
    "cf-browser-verification",                 //
    "<title>attention required! | cloudflare", //
    "<title>ddos-guard",                       // DDoS-Guard
    "data-ddg-l10n",                           //
    "sucuri_cloudproxy_js",                    // Sucuri
    "<title>sucuri website firewall",          //
    "id=\"anubis_challenge\"",                 // Anubis
    "window.gokuprops",                        // AWS WAF
    "incapsula incident id",                   // Imperva
    "captcha-delivery.com",                    // DataDome
    "px-captcha",                              // HUMAN
    "/.well-known/vercel/security/",           // Vercel
};

// Widgets and words that stand beside a reply form, or in what somebody writes, as well.
constexpr std::array<std::string_view, 7> riddles{
    "class=\"h-captcha",
    "class=\"g-recaptcha",
    "class=\"cf-turnstile",
    "challenges.cloudflare.com/turnstile",
    "verify you are human",
    "verifying you are human",
    "checking your browser before accessing",
};

constexpr std::array<std::string_view, 12> age_questions{
    "agegate",          "age-gate",
    "age_gate",         "age-verification",
    "age_verification", "ageverification",
    "you must be 18",   "you must be over 18",
    "are you over 18",  "are you 18 or older",
    "i am 18",          "i am over 18",
};

bool has_any(std::string_view text, const auto& marks)
{
    // memmem skips ahead; find() stops at each first letter, and these are frequent ones.
    return std::ranges::any_of(marks, [&](auto mark) {
        return memmem(text.data(), text.size(), mark.data(), mark.size()) != nullptr;
    });
}

// `text` is in small letters. Values may stand in either quotes or none.
bool has_password_field(std::string_view text)
{
    for (auto at = text.find("<input"); at != std::string_view::npos; at = text.find("<input", at + 1)) {
        const auto tag = text.substr(at, text.find('>', at) - at);
        auto type = tag.find("type");
        if (type == std::string_view::npos) continue;
        type = tag.find_first_not_of(" \t\n\r\f=\"'", type + 4);
        if (type != std::string_view::npos && tag.substr(type).starts_with("password")) return true;
    }
    return false;
}

// What a page shows or leads to, not its icons, style sheets and previews for others.
bool is_shown(const Link& link)
{
    if (link.kind != LinkKind::image) return false;
    switch (link.mechanism) {
    case Mechanism::link_rel:
    case Mechanism::og_image:
    case Mechanism::css_inline:
    case Mechanism::script: return false;
    default: break;
    }
    // The services' own.
    return link.url.find("/cdn-cgi/") == std::string::npos &&
           link.url.find("/.within.website/") == std::string::npos;
}

} // namespace

Wall wall_of(std::string_view text, const std::vector<Link>& links)
{
    const auto pictures = std::ranges::count_if(links, is_shown);
    const auto pages = std::ranges::count_if(links, [](const Link& link) {
        return link.kind == LinkKind::page && link.mechanism == Mechanism::a_href;
    });
    if (pictures > most_pictures_of_login || pages > most_pages_of_wall) return Wall::none;
    const auto head = lower_case(text.substr(0, most_text_bytes));
    if (pictures == 0 && has_any(head, challenges)) return Wall::challenge;
    if (has_password_field(head)) return Wall::login;
    if (pictures == 0 && has_any(head, age_questions)) return Wall::age;
    return pictures == 0 && has_any(head, riddles) ? Wall::riddle : Wall::none;
}

} // namespace stillwatch::html
