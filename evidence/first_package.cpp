#include "evidence/first_package.hpp"

#include <fmt/format.h>

#include <utility>

namespace stillwatch::evidence {

namespace {

const json::object* same_as(const VerifyReport& report)
{
    const auto* check = report.manifest.if_contains("check");
    const auto* told = check ? check->if_object() : nullptr;
    const auto* same = told ? told->if_contains("same_as") : nullptr;
    return same ? same->if_object() : nullptr;
}

} // namespace

std::string refers_to(const VerifyReport& check)
{
    const auto* same = same_as(check);
    return same ? text_member(*same, "package").value_or("") : "";
}

std::vector<std::string> differences_from_first(const VerifyReport& check, const VerifyReport& first)
{
    std::vector<std::string> lines;
    const auto compare = [&lines](std::string_view what, const std::string& is, const std::string& said) {
        if (is != said)
            lines.push_back(fmt::format("first package: its {} is {}, the check refers to {}", what,
                                        is.empty() ? "none" : is, said.empty() ? "none" : said));
    };
    const auto& picture = check.chains.image.back();
    if (!picture.revisit) return {"first package: the check refers to none, it holds its bytes itself"};
    const auto& holder = first.chains.image.back();
    if (holder.revisit)
        lines.emplace_back("first package: holds no picture, it refers to another one itself");
    compare("name", first.file_name(), refers_to(check));
    compare("record", holder.record, picture.revisit->record);
    compare("address", holder.fetched.url.text(), picture.revisit->url);
    compare("date", format_utc(holder.fetched.started), picture.revisit->at);
    compare("payload digest", holder.payload_digest, picture.revisit->payload_digest);
    compare("case", first.text("case"), check.text("case"));
    compare("signing key", first.signing_key.id(), check.signing_key.id());
    if (first.signing_key != check.signing_key && first.signing_key.id() == check.signing_key.id())
        lines.emplace_back("first package: is signed with another key");
    if (holder.fetched.started >= picture.fetched.started)
        lines.push_back(fmt::format("first package: its picture came at {}, not before that of the check, {}",
                                    format_utc(holder.fetched.started), format_utc(picture.fetched.started)));
    const auto made = parse_utc(first.text("recorded_at"));
    const auto checked = parse_utc(check.text("recorded_at"));
    if (!made || !checked || *made > *checked)
        lines.push_back(fmt::format("first package: it was recorded at {}, after that of the check, {}",
                                    first.text("recorded_at"), check.text("recorded_at")));
    for (const auto& difference : first.differences)
        lines.push_back("first package: " + difference);
    return lines;
}

} // namespace stillwatch::evidence
