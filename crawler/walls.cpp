#include "crawler/walls.hpp"

#include "crawler/plain_word.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace stillwatch::crawler {

namespace {

// Compared without case, '-' and '_', and without what follows a dot: login.php is "login".
constexpr std::array<std::string_view, 10> login_words{"login",        "signin", "logon",    "loginform",
                                                       "userlogin",    "auth",   "register", "signup",
                                                       "lostpassword", "sso"};
constexpr std::array<std::string_view, 9> age_words{
    "age",        "agegate",    "agecheck", "ageverification", "verifyage",
    "ageconfirm", "confirmage", "over18",   "areyouover18"};

Wall wall_of_word(std::string_view text)
{
    constexpr std::size_t longest = 32;
    if (text.empty() || text.size() > longest) return Wall::none;
    const auto word = plain_word(text.substr(0, text.find('.')));
    if (std::ranges::find(login_words, word) != login_words.end()) return Wall::login;
    return std::ranges::find(age_words, word) != age_words.end() ? Wall::age : Wall::none;
}

} // namespace

bool is_challenge(const Fetched& answer)
{
    const auto says = [&](std::string_view name, std::string_view value) {
        return same_name(answer.header(name), value);
    };
    return says("cf-mitigated", "challenge") || says("x-amzn-waf-action", "challenge") ||
           says("x-amzn-waf-action", "captcha") || says("x-vercel-mitigated", "challenge");
}

Wall wall_at(const Url& url)
{
    const auto target = url.target();
    const auto query_at = target.find('?');
    // The last folder too: /login/ and /session/login/form. What stands before names a part of the site.
    auto path = target.substr(0, query_at);
    for (int segment = 0; segment < 3 && !path.empty(); ++segment) {
        const auto slash = path.rfind('/');
        if (const auto wall = wall_of_word(path.substr(slash + 1)); wall != Wall::none) return wall;
        path = path.substr(0, slash);
    }
    if (query_at == std::string_view::npos) return Wall::none;
    // "action=login", not the value of where to go afterwards.
    for (auto rest = target.substr(query_at + 1); !rest.empty();) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? pair : pair.substr(equals + 1);
        if (const auto wall = wall_of_word(value); wall != Wall::none) return wall;
    }
    return Wall::none;
}

} // namespace stillwatch::crawler
