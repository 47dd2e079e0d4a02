#include "followup/draft.hpp"

#include "cases/finding_life.hpp"
#include "followup/written.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace stillwatch::followup {

namespace {

// The few words that are no template's.
struct Words {
    std::string_view picture;
    std::string_view page;
    std::string_view seen;
    std::string_view to;
    std::string_view source;
    std::string_view text_of;
};

const Words& words_in(std::string_view language)
{
    static constexpr Words english{"picture", "page", "seen", "to", "Source", "text of"};
    static constexpr Words german{"Bild", "Seite", "gesehen", "bis", "Quelle", "Fassung vom"};
    return language == "de" ? german : english;
}

bool may_be_noticed(FindingState state)
{
    return state == FindingState::confirmed || state == FindingState::noticed ||
           state == FindingState::acknowledged || state == FindingState::reappeared;
}

std::string list_of(const std::set<std::string>& values)
{
    return fmt::format("{}", fmt::join(values, ", "));
}

// Who confirmed it last, a person; empty: nobody.
std::string confirmed_by(const FoundThere& found)
{
    for (auto change = found.history.rbegin(); change != found.history.rend(); ++change)
        if (change->event == cases::name_of(cases::FindingEvent::confirm)) return change->actor;
    return {};
}

// Each address of a picture once, with the pages that it stands on.
std::string addresses_of(std::span<const FoundThere> found, std::size_t& count)
{
    std::vector<std::pair<std::string, std::set<std::string>>> pictures;
    std::map<std::string, std::size_t, std::less<>> places; // in `pictures`
    for (const auto& each : found)
        for (const auto& place : each.places) {
            const std::string image(place.image_url.text());
            const auto [known, is_new] = places.emplace(image, pictures.size());
            if (is_new) pictures.push_back({image, {}});
            if (place.page_url.text() != image) pictures[known->second].second.emplace(place.page_url.text());
        }
    count = pictures.size();
    std::string text;
    for (const auto& [image, pages] : pictures) {
        text += image + "\n";
        for (const auto& page : pages)
            text += fmt::format("    ({})\n", page);
    }
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::string items_of(std::span<const FoundThere> found, const Words& words)
{
    std::string text;
    for (const auto& each : found) {
        const auto& finding = each.finding;
        text += fmt::format("F-{}: {}, {}; {} {} {} {}\n", finding.id.value, name_of(finding.match.tier),
                            name_of(finding.match.relation), words.seen, minute_of(finding.first_seen),
                            words.to, minute_of(finding.last_seen));
        for (const auto& place : each.places)
            text +=
                fmt::format("    {}: {}\n    {}: {}\n    SHA-256: {}\n    {} {} {} {}\n", words.picture,
                            place.image_url.text(), words.page, place.page_url.text(), place.content.hex(),
                            words.seen, minute_of(place.first_seen), words.to, minute_of(place.last_seen));
    }
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::string evidence_of(std::span<const FoundThere> found)
{
    std::string text;
    for (const auto& each : found)
        for (const auto& place : each.places)
            if (place.evidence == EvidenceState::stored && !place.evidence_file.empty())
                text += fmt::format("{}F-{}: {}\n    SHA-256 {}", text.empty() ? "" : "\n",
                                    each.finding.id.value, place.evidence_file, place.evidence_digest.hex());
    return text;
}

std::string text_of(const LawText& law, const Words& words)
{
    return fmt::format("{}: {}\n    {}: {} ({} {})", law.title, law.says, words.source, law.source,
                       words.text_of, law.as_of);
}

// Errors: not_found (no such country, the ones there are are named).
Result<void> add_law(NoticeData& data, const DraftRequest& request, const NoticeSettings& settings,
                     const Words& words)
{
    const auto named = request.set.find("country");
    const auto country = named != request.set.end() ? named->second : settings.country;
    if (country.empty()) return {}; // where the template asks for it, it is missing
    const auto law = std::ranges::find(settings.laws, country, &CountryLaw::country);
    if (law == settings.laws.end()) {
        std::vector<std::string_view> countries;
        for (const auto& each : settings.laws)
            countries.push_back(each.country);
        return Error{Errc::not_found,
                     fmt::format("no law of \"{}\"; countries: {}", country, fmt::join(countries, ", "))};
    }
    std::string text = law->name;
    for (const auto& each : law->laws)
        text += "\n\n" + text_of(each, words);
    data["law"] = std::move(text);
    data["preservation"] = text_of(law->preservation, words);
    return {};
}

NoticeData data_of(std::span<const FoundThere> found, const DraftRequest& request,
                   const NoticeSettings& settings, store::NoticeId number, const Words& words)
{
    NoticeData data;
    std::size_t count = 0;
    data["addresses"] = addresses_of(found, count);
    data["count"] = std::to_string(count);
    data["items"] = items_of(found, words);
    data["evidence"] = evidence_of(found);
    data["host"] = host_of(found.front().finding);
    auto first = found.front().finding.first_seen;
    auto last = found.front().finding.last_seen;
    for (const auto& each : found) {
        first = std::min(first, each.finding.first_seen);
        last = std::max(last, each.finding.last_seen);
    }
    data["first_seen"] = minute_of(first);
    data["last_seen"] = minute_of(last);
    data["date"] = format_utc(request.now).substr(0, 10);
    data["notice"] = fmt::format("N-{}", number.value);
    const auto& sender = settings.sender;
    data["organisation"] = sender.name;
    data["organisation_contact"] = sender.contact;
    data["organisation_address"] = sender.postal_address;
    data["signatory"] = sender.signatory;
    data["email"] = sender.notice_email;
    return data;
}

// Errors: invalid_argument (a name that is no placeholder of people, or that the template does not use).
Result<void> add_set(NoticeData& data, const DraftRequest& request, const NoticeTemplate& notice)
{
    for (const auto& [name, value] : request.set) {
        if (name == "country") continue;
        const auto* known = placeholder_named(name);
        if (!known || known->from != DataFrom::person) {
            std::vector<std::string_view> names;
            for (const auto& each : placeholders())
                if (each.from == DataFrom::person) names.push_back(each.name);
            return Error{Errc::invalid_argument,
                         fmt::format("--set {}: there are {}, country", name, fmt::join(names, ", "))};
        }
        if (!notice.required().contains(name) && !notice.optional().contains(name))
            return Error{Errc::invalid_argument,
                         fmt::format("--set {}: the template for {} says nothing of it", name,
                                     name_of(request.route))};
        data[name] = value;
    }
    return {};
}

} // namespace

std::string host_of(const Finding& finding)
{
    return std::string(finding.page_url.host());
}

std::vector<std::string> other_hosts_of(std::span<const FoundThere> found)
{
    std::set<std::string> hosts;
    for (const auto& each : found) {
        hosts.insert(std::string(each.finding.image_url.host()));
        for (const auto& place : each.places)
            hosts.insert(std::string(place.image_url.host()));
    }
    for (const auto& each : found)
        hosts.erase(host_of(each.finding));
    return {hosts.begin(), hosts.end()};
}

std::optional<std::string> why_not_together(std::span<const FoundThere> found, std::string_view drafter)
{
    if (found.empty()) return "no finding is named";
    std::set<std::string> hosts;
    std::set<std::string> people;
    for (const auto& each : found) {
        hosts.insert(host_of(each.finding));
        people.insert(each.finding.case_pseudonym);
    }
    if (people.size() > 1)
        return fmt::format(
            "they are of several cases ({}): one notice speaks for one person; draft one for each",
            list_of(people));
    if (hosts.size() > 1)
        return fmt::format("they stand on several hosts ({}): draft one notice for each host",
                           list_of(hosts));
    for (const auto& each : found) {
        const auto& finding = each.finding;
        if (!may_be_noticed(finding.state))
            return fmt::format("F-{} is {}; a notice needs a confirmed finding (findings confirm F-{})",
                               finding.id.value, name_of(finding.state), finding.id.value);
        if (finding.match.tier != Tier::resemblance) continue;
        const auto by = confirmed_by(each);
        if (by.empty() || by == drafter)
            return fmt::format("F-{} is a mere resemblance: one account confirms it and another drafts the "
                               "notice; {}",
                               finding.id.value,
                               by.empty() ? "nobody confirmed it" : fmt::format("{} did both", by));
    }
    return std::nullopt;
}

Result<std::string> draft(std::span<const FoundThere> found, const DraftRequest& request,
                          const NoticeSettings& settings, store::NoticeId number)
{
    if (const auto reason = why_not_together(found, request.drafter)) return Error{Errc::refused, *reason};
    const auto& language = request.language.empty() ? settings.language : request.language;
    const auto notice = settings.templates->find(request.route, language);
    if (!notice) return notice.error();
    const auto& words = words_in(language);
    auto data = data_of(found, request, settings, number, words);
    if (const auto law = add_law(data, request, settings, words); !law) return law.error();
    if (const auto set = add_set(data, request, **notice); !set) return set.error();
    const auto missing = (*notice)->missing_of(data);
    if (missing.empty()) return (*notice)->fill(data);
    std::vector<std::string> lines;
    for (const auto& name : missing) {
        const auto* known = placeholder_named(name);
        const bool is_said = known && known->from == DataFrom::person;
        lines.push_back(is_said ? fmt::format("{} (--set {}=…: {})", name, name, known->what)
                                : fmt::format("{} ({})", name, known ? known->what : ""));
    }
    return Error{Errc::invalid_argument, fmt::format("missing: {}", fmt::join(lines, "; "))};
}

} // namespace stillwatch::followup
