#include "followup/regulator.hpp"

#include "followup/written.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::followup {

namespace {

struct Authority {
    std::string_view word;
    std::string_view name;
    std::string_view where;
    std::string_view duty;   // that was not met, with its source
    std::string_view routes; // ",take-it-down,"
};

// Where each takes reports, as its own pages said on 23 November 2026.
constexpr std::array<Authority, 4> authorities{{
    {"ftc", "Federal Trade Commission", "TakeItDown.ftc.gov",
     "TAKE IT DOWN Act section 3 (47 U.S.C. 223a): removal as soon as possible, and not later than 48 hours "
     "after a "
     "valid request, with known identical copies",
     ",take-it-down,"},
    {"ofcom", "Ofcom", "the complaints form of ofcom.org.uk",
     "Online Safety Act 2023 section 10(3A) (search services: section 27): content of an intimate image "
     "content "
     "report, and the same or substantially the same content, no later than 48 hours after its receipt",
     ",osa,"},
    {"esafety", "eSafety Commissioner", "esafety.gov.au/report",
     "Online Safety Act 2021 (Australia), image-based abuse: a removal notice of the Commissioner is "
     "answered within "
     "24 hours; this pack is for the complaint that comes before it",
     ","},
    {"dsc", "Digital Services Coordinator", "the coordinator of the recipient's or of your member state",
     "Regulation (EU) 2022/2065 Article 16(6) (timely, diligent decisions on notices); complaint under "
     "Article 53",
     ",dsa16,"},
}};

std::string hours_of(std::chrono::milliseconds time)
{
    return fmt::format("{} hours", std::chrono::floor<std::chrono::hours>(time).count());
}

std::string status_of(const TimedLook& look)
{
    if (look.status < 0) return "";
    const auto text = look.status > 0 ? fmt::format("HTTP {}", look.status) : std::string("no answer");
    return look.says.empty() ? text : text + "  ";
}

std::string answer_of(const store::NoticeRow& notice)
{
    if (!notice.answered_at) return "No answer is on record.";
    if (notice.state == store::NoticeState::refused)
        return fmt::format("Refused at {}{}", minute_of(*notice.answered_at),
                           notice.reason.empty() ? "." : ": " + notice.reason);
    return fmt::format("Acknowledged at {} under the number {}", minute_of(*notice.answered_at),
                       notice.ticket);
}

} // namespace

std::string_view name_of(Regulator regulator) noexcept
{
    const auto index = static_cast<std::size_t>(regulator);
    return index < authorities.size() ? authorities[index].word : "unknown";
}

std::optional<Regulator> regulator_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(authorities, name, &Authority::word);
    if (found == authorities.end()) return std::nullopt;
    return static_cast<Regulator>(found - authorities.begin());
}

std::string regulator_names()
{
    std::vector<std::string_view> names;
    for (const auto& one : authorities)
        names.push_back(one.word);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Regulator> regulator_of(std::string_view route) noexcept
{
    for (std::size_t i = 0; i < authorities.size(); ++i) {
        const auto place = authorities[i].routes.find(route);
        if (!route.empty() && place != std::string_view::npos && place > 0 &&
            authorities[i].routes[place - 1] == ',' &&
            authorities[i].routes.substr(place + route.size(), 1) == ",")
            return static_cast<Regulator>(i);
    }
    return std::nullopt;
}

std::optional<std::string> why_not_escalated(const store::NoticeRow& notice, std::int64_t still_up,
                                             Timestamp now)
{
    if (!notice.sent_at || notice.state == store::NoticeState::draft ||
        notice.state == store::NoticeState::withdrawn)
        return fmt::format("N-{} is {}: only what was sent is escalated", notice.id.value,
                           name_of(notice.state));
    if (still_up == 0) return fmt::format("all findings of N-{} are down or dismissed", notice.id.value);
    if (notice.state == store::NoticeState::refused) return std::nullopt;
    if (!notice.deadline_at)
        return fmt::format("no time runs for N-{}: no law names one for {}", notice.id.value, notice.route);
    if (now < *notice.deadline_at)
        return fmt::format("the recipient of N-{} has time until {}", notice.id.value,
                           minute_of(*notice.deadline_at));
    return std::nullopt;
}

std::string text_of(const RegulatorPack& pack)
{
    const auto& authority = authorities.at(static_cast<std::size_t>(pack.regulator));
    const auto& notice = pack.notice;
    auto text =
        fmt::format("REPORT OF A NOTICE THAT WAS NOT FOLLOWED (N-{})\n\nFor: {} ({})\nFrom: {}, {}, {}\n"
                    "Date: {}\nDuty: {}\n\n",
                    notice.id.value, authority.name, authority.where, pack.signatory, pack.organisation,
                    pack.email, minute_of(pack.now), authority.duty);
    text += fmt::format("1. The notice\n\nRoute: {}\nService: {}\nSent: {}\nTo: {}\n", notice.route,
                        notice.host, notice.sent_at ? minute_of(*notice.sent_at) : "",
                        notice.recipient.empty() ? "(not recorded)" : notice.recipient);
    if (notice.deadline_at && *notice.deadline_at > pack.now)
        text += fmt::format("Time ends: {}; it was refused before\n", minute_of(*notice.deadline_at));
    else if (notice.deadline_at)
        text += fmt::format("Time ended: {}, {} ago\n", minute_of(*notice.deadline_at),
                            hours_of(std::max(pack.now - *notice.deadline_at, std::chrono::milliseconds(0))));
    text += fmt::format("Answer: {}\n\n2. What was seen, and when\n\n", answer_of(notice));
    if (pack.looks.empty())
        text += "Nobody looked since it was sent: `stillwatch findings check` looks now.\n";
    for (const auto& look : pack.looks)
        text += fmt::format("{}  F-{}  {}{}\n    {}\n    on {}\n", minute_of(look.at), look.finding.value,
                            status_of(look), look.says, look.image_url, look.page_url);
    if (pack.places_left_out > 0)
        text +=
            fmt::format("{} further places of these findings are not listed here: `stillwatch findings show` "
                        "lists all.\n",
                        pack.places_left_out);
    text += "\n3. Evidence\n\nSealed packages of what the server sent, each with verify_pack.py, which "
            "checks it with "
            "Python and openssl alone:\n\n";
    for (const auto& witness : pack.witnesses)
        text +=
            fmt::format("F-{}: {}\n    SHA-256 {}\n", witness.finding.value, witness.file, witness.digest);
    return text + fmt::format("\n4. The notice as it was sent\n\n----\n{}----\n", pack.text);
}

} // namespace stillwatch::followup
