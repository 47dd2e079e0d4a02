#include "followup/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::followup {

namespace {

constexpr std::array<std::string_view, routes> route_words{
    "take-it-down", "osa", "dsa16", "gdpr17", "dmca", "search", "host", "registrar", "cdn", "police"};

// What most ways can do without: the name of the person, and which picture they enrolled.
const std::vector<std::string_view> no_person{"person"};

constexpr std::string_view organisation_only =
    "It shows the organisation's name, its signatory and its address for notices. The person is not named.";

// Days are those of the texts as they were read: of the Act as enacted (Public Law 119-12), of the amendment
// in the state of 16 April 2026 with the government's memorandum of 25 March 2026, of the Official Journal.
std::vector<RouteRule> make_rules()
{
    using std::chrono::hours;
    std::vector<RouteRule> rules;
    rules.push_back(
        {Route::take_it_down,
         "TAKE IT DOWN Act, request for removal",
         {{"signature",
           "signature of the person, or of somebody authorised to act for them",
           {"signatory", "organisation"},
           "47 U.S.C. 223a(a)(1)(B)(i)",
           "2025-05-19"},
          {"location",
           "what the picture is, and enough to find it",
           {"addresses"},
           "47 U.S.C. 223a(a)(1)(B)(ii)",
           "2025-05-19"},
          {"good_faith",
           "brief statement of the good-faith belief that it is not consensual, with what shows it",
           {},
           "47 U.S.C. 223a(a)(1)(B)(iii)",
           "2025-05-19"},
          {"contact",
           "enough to reach the person or who acts for them",
           {"email"},
           "47 U.S.C. 223a(a)(1)(B)(iv)",
           "2025-05-19"}},
         hours(48),
         {},
         "The platform sees the organisation's name, its signatory and its address for notices; the contact "
         "may be the organisation's. The person is not named.",
         no_person});
    rules.push_back(
        {Route::osa,
         "Online Safety Act 2023, intimate image content report",
         {{"content",
           "declares that content on the service is intimate image content",
           {},
           "Online Safety Act 2023 s.20A(2)(a)",
           "2026-04-16"},
          {"acting_for",
           "declares that the report is made by the subject of the content or somebody acting for them",
           {"organisation"},
           "Online Safety Act 2023 s.20A(2)(b)",
           "2026-04-16"},
          {"good_faith",
           "declares that it is made in good faith and true to the best of knowledge and belief",
           {},
           "Online Safety Act 2023 s.20A(2)(c)",
           "2026-04-16"},
          {"location",
           "sufficient information about the content for it to be identified",
           {"addresses"},
           "Crime and Policing Bill, ECHR memorandum of 20 March 2026, paragraph 2",
           "2026-03-25"},
          {"contact",
           "contact details of who makes the report",
           {"signatory", "email"},
           "Crime and Policing Bill, ECHR memorandum of 20 March 2026, paragraph 2",
           "2026-03-25"}},
         hours(48),
         {},
         organisation_only,
         no_person});
    rules.push_back({Route::dsa16,
                     "Digital Services Act, notice under Article 16",
                     {{"reasons",
                       "substantiated explanation why the information is illegal content",
                       {},
                       "Regulation (EU) 2022/2065 Article 16(2)(a)",
                       "2022-10-27"},
                      {"location",
                       "the exact electronic location, such as the exact addresses",
                       {"addresses"},
                       "Regulation (EU) 2022/2065 Article 16(2)(b)",
                       "2022-10-27"},
                      {"contact",
                       "name and e-mail address of who submits the notice",
                       {"organisation", "email"},
                       "Regulation (EU) 2022/2065 Article 16(2)(c)",
                       "2022-10-27"},
                      {"good_faith",
                       "statement of the bona fide belief that the notice is accurate and complete",
                       {},
                       "Regulation (EU) 2022/2065 Article 16(2)(d)",
                       "2022-10-27"}},
                     {},
                     {},
                     "The host sees the organisation's name and e-mail address and may pass them to whoever "
                     "posted the picture. The person is not named.",
                     no_person});
    rules.push_back(
        {Route::gdpr17,
         "GDPR, request for erasure under Article 17",
         {{"identity",
           "who the person is whose data it is; the controller may ask for proof where it doubts",
           {"person"},
           "Regulation (EU) 2016/679 Articles 12(6) and 17(1)",
           "2016-05-04"},
          {"data",
           "which personal data are to be erased",
           {"addresses"},
           "Regulation (EU) 2016/679 Article 17(1)",
           "2016-05-04"},
          {"ground",
           "why: no legal basis, or unlawful processing of data of a special category",
           {},
           "Regulation (EU) 2016/679 Articles 9(1) and 17(1)(d)",
           "2016-05-04"},
          {"answer",
           "asks for what was done within one month, and where to send it",
           {"email"},
           "Regulation (EU) 2016/679 Article 12(3)",
           "2016-05-04"}},
         {},
         std::chrono::months(1),
         "The site's operator sees the NAME of the person, and may ask for proof of identity. Where the "
         "operator is not to know it, take another way."});
    rules.push_back(
        {Route::dmca,
         "DMCA, notification of claimed infringement",
         {{"signature",
           "signature of somebody authorised to act for the owner of the right",
           {"signatory", "organisation"},
           "17 U.S.C. 512(c)(3)(A)(i)",
           "1998-10-28"},
          {"work",
           "the work that is infringed, and why the person owns it: only who took the picture does",
           {"work", "authorship"},
           "17 U.S.C. 512(c)(3)(A)(ii)",
           "1998-10-28"},
          {"location",
           "the material that is to be removed, and enough to find it",
           {"addresses"},
           "17 U.S.C. 512(c)(3)(A)(iii)",
           "1998-10-28"},
          {"contact",
           "address, telephone number or e-mail address",
           {"email", "organisation_address"},
           "17 U.S.C. 512(c)(3)(A)(iv)",
           "1998-10-28"},
          {"good_faith",
           "good-faith belief that the use is not authorised by the owner, its agent or the law",
           {},
           "17 U.S.C. 512(c)(3)(A)(v)",
           "1998-10-28"},
          {"accuracy",
           "that the notice is accurate and, under penalty of perjury, that its sender is authorised",
           {},
           "17 U.S.C. 512(c)(3)(A)(vi)",
           "1998-10-28"}},
         {},
         {},
         "Notices are passed to whoever posted the picture and often published (Lumen): with the "
         "organisation's name, its signatory and both its addresses. Never put the person's name into it. It "
         "is made under penalty of perjury: only where the person took the picture or has the right to it.",
         no_person});
    rules.push_back(
        {Route::search,
         "Search engines, removal of intimate pictures shared without consent",
         {{"location",
           "the addresses that are to vanish from the results",
           {"addresses"},
           "removal forms of Google and Bing, as their help pages describe them",
           "2026-11-23"},
          {"queries",
           "for which queries they appear",
           {"queries"},
           "removal forms of Google and Bing, as their help pages describe them",
           "2026-11-23"},
          {"statement",
           "that the picture is intimate, shows the person and was published without consent",
           {},
           "removal forms of Google and Bing, as their help pages describe them",
           "2026-11-23"},
          {"contact",
           "who asks, and how they are reached",
           {"organisation", "email"},
           "removal forms of Google and Bing, as their help pages describe them",
           "2026-11-23"}},
         {},
         {},
         "The search engine sees the organisation's name and the queries. Queries that hold the "
         "person's name tell it that name. What vanishes from results is still up at its address."});
    struct Network {
        Route route;
        std::string_view title;
        std::string_view asks;
        std::string_view privacy;
    };
    constexpr std::array networks{
        Network{
            Route::host, "Report of abuse to a hosting company",
            "asks to have it removed or the access to it blocked",
            "The company usually passes the notice to its customer, the site. It shows the organisation's "
            "name and address for notices. The person is not named."},
        Network{
            Route::registrar, "Report of abuse to a registrar",
            "asks to act on the name by the registrar's rules",
            "The registrar may pass the notice to the holder of the name. It shows the organisation's name "
            "and address for notices. The person is not named."},
        Network{Route::cdn, "Report of abuse to a content delivery network",
                "asks to end the service for these addresses and to name the host behind it",
                "A network of this kind PASSES THE NOTICE ON, with the name and address of who complains, to "
                "the host and to the site. It shows the organisation's. The person is not named."}};
    for (const auto& one : networks)
        rules.push_back({one.route,
                         one.title,
                         {{"location",
                           "what is where",
                           {"addresses"},
                           "contractual: rules of acceptable use; RFC 2142 section 2",
                           "2026-11-23"},
                          {"breach",
                           "which rule it breaks: illegal content against the rules of acceptable use",
                           {},
                           "contractual: rules of acceptable use; RFC 2142 section 2",
                           "2026-11-23"},
                          {"request",
                           one.asks,
                           {},
                           "contractual: rules of acceptable use; RFC 2142 section 2",
                           "2026-11-23"},
                          {"contact",
                           "who asks, and how they are reached",
                           {"organisation", "email"},
                           "contractual: rules of acceptable use; RFC 2142 section 2",
                           "2026-11-23"}},
                         {},
                         {},
                         one.privacy,
                         no_person});
    rules.push_back(
        {Route::police,
         "Report for the police",
         {{"found",
           "what was found where and when",
           {"items"},
           "what an officer needs to record and follow a report",
           "2026-11-23"},
          {"law",
           "what the law in force says, with its source and day",
           {"law"},
           "the country's file of laws (notices.laws)",
           "2026-11-23"},
          {"verification",
           "how the evidence is verified without us",
           {"evidence"},
           "docs/formats/evidence.md",
           "2026-11-23"},
          {"preservation",
           "whom to ask to preserve records before they are deleted, and the request",
           {"host"},
           "Convention on Cybercrime (CETS 185) Articles 16 and 29; 18 U.S.C. 2703(f)",
           "2026-11-23"},
          {"contact",
           "who reports, and how they are reached",
           {"organisation", "signatory", "email"},
           "what an officer needs to record and follow a report",
           "2026-11-23"}},
         {},
         {},
         "The police see the addresses, the case's number and the organisation's name. Who the person is, "
         "they are told by the person, or by the organisation where the person agreed.",
         no_person});
    return rules;
}

} // namespace

std::string_view name_of(Route route) noexcept
{
    const auto index = static_cast<std::size_t>(route);
    return index < route_words.size() ? route_words[index] : "unknown";
}

std::optional<Route> route_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(route_words, name);
    if (found == route_words.end()) return std::nullopt;
    return static_cast<Route>(found - route_words.begin());
}

std::string route_names()
{
    return fmt::format("{}", fmt::join(route_words, ", "));
}

const RouteRule& rule_of(Route route)
{
    static const auto rules = make_rules();
    return rules.at(static_cast<std::size_t>(route));
}

std::optional<Timestamp> deadline_of(Route route, Timestamp sent_at,
                                     std::optional<std::chrono::milliseconds> customary)
{
    const auto& rule = rule_of(route);
    if (rule.hours) return sent_at + *rule.hours;
    if (rule.months) {
        const auto day = std::chrono::floor<std::chrono::days>(sent_at);
        auto then = std::chrono::year_month_day(day) + *rule.months;
        // The 31st of a month that has none is its last day.
        if (!then.ok()) then = then.year() / then.month() / std::chrono::last;
        return std::chrono::sys_days(then) + (sent_at - day);
    }
    if (customary) return sent_at + *customary;
    return std::nullopt;
}

std::string elements_document()
{
    std::string text = R"(# What a notice says

Made from `followup/route.cpp` by `stillwatch notice elements`; a test compares, and another finds every element in every template
that ships. "Text of" is the day of the text that was read: laws change, and this page is no legal advice.
)";
    for (std::size_t i = 0; i < routes; ++i) {
        const auto& rule = rule_of(static_cast<Route>(i));
        std::string time = "none that a law names";
        if (rule.hours) time = fmt::format("{} hours from a valid request", rule.hours->count());
        if (rule.months) time = fmt::format("{} month", rule.months->count());
        text += fmt::format("\n## {}: {}\n\nTime to answer: {}. Privacy: {}\n\n", name_of(rule.route),
                            rule.title, time, rule.privacy);
        text += "| Element | Asks for | Source | Text of |\n|---|---|---|---|\n";
        for (const auto& element : rule.elements)
            text += fmt::format("| `{}` | {} | {} | {} |\n", element.name, element.asks, element.source,
                                element.as_of);
    }
    return text;
}

} // namespace stillwatch::followup
