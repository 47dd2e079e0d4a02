#include "html/wall.hpp"

#include "html/mark_search.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

constexpr std::size_t most_text_bytes = 32U << 10U;
// A wall names its owner's logo, its terms and some other languages; a page of content names more.
constexpr int most_pictures_of_login = 2;
constexpr int most_pages_of_wall = 40;

// Pages of the services that ask riddles, each as its service writes it, in small letters. Scripts that the
// same services put into ordinary pages (such as /cdn-cgi/challenge-platform/) are none of these.
constexpr std::size_t challenges = 14;
// Widgets and words that stand beside a reply form, or in what somebody writes, as well.
constexpr std::size_t riddles = 7;
constexpr std::size_t age_questions = 12;

constexpr MarkSearch marks(std::array<SearchedMark, challenges + riddles + age_questions + 1>{{
    {"<title>just a moment...</title>", 7},         // Cloudflare
    {"_cf_chl_opt"},                                //
    {"cf-browser-verification"},                    //
    {"<title>attention required! | cloudflare", 7}, //
    {"<title>ddos-guard", 7},                       // DDoS-Guard
    {"data-ddg-l10n"},                              //
    {"sucuri_cloudproxy_js"},                       // Sucuri
    {"<title>sucuri website firewall", 7},          //
    {"id=\"anubis_challenge\""},                    // Anubis
    {"window.gokuprops"},                           // AWS WAF
    {"incapsula incident id"},                      // Imperva
    {"captcha-delivery.com"},                       // DataDome
    {"px-captcha"},                                 // HUMAN
    {"/.well-known/vercel/security/"},              // Vercel
    // Riddles.
    {"class=\"h-captcha", 7},
    {"class=\"g-recaptcha", 7},
    {"class=\"cf-turnstile", 7},
    {"challenges.cloudflare.com/turnstile"},
    {"verify you are human"},
    {"verifying you are human"},
    {"checking your browser before accessing"},
    // Questions for the age.
    {"agegate"},
    {"age-gate"},
    {"age_gate"},
    {"age-verification"},
    {"age_verification"},
    {"ageverification"},
    {"you must be 18"},
    {"you must be over 18"},
    {"are you over 18"},
    {"are you 18 or older"},
    {"i am 18"},
    {"i am over 18"},
    {"<input"},
}});

// `rest` begins with "<input". Values may stand in either quotes or none.
bool is_password_field(std::string_view rest)
{
    const auto tag = rest.substr(0, rest.find('>'));
    auto type = find_name(tag, "type");
    if (type == std::string_view::npos) return false;
    type = tag.find_first_not_of(" \t\n\r\f=\"'", type + 4);
    return type != std::string_view::npos && begins_with_name(tag.substr(type), "password");
}

// What stands in a page, whatever pictures and links it has.
struct Signs {
    bool challenge = false;
    bool riddle = false;
    bool age = false;
    bool password = false;
};

Signs signs_in(std::string_view text)
{
    Signs signs;
    marks.find_in(text, [&](std::size_t mark, std::size_t at) {
        if (mark < challenges)
            signs.challenge = true;
        else if (mark < challenges + riddles)
            signs.riddle = true;
        else if (mark < challenges + riddles + age_questions)
            signs.age = true;
        else
            signs.password = signs.password || is_password_field(text.substr(at));
    });
    return signs;
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
    const auto signs = signs_in(text.substr(0, most_text_bytes));
    if (pictures == 0 && signs.challenge) return Wall::challenge;
    if (signs.password) return Wall::login;
    if (pictures == 0 && signs.age) return Wall::age;
    return pictures == 0 && signs.riddle ? Wall::riddle : Wall::none;
}

} // namespace stillwatch::html
