#include "config/checks.hpp"
#include "config/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

// How pictures are asked to be taken down, and what of the organisation stands in such a notice.
namespace stillwatch::config {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_line = 300;

// One line of text as it may stand in a notice.
bool is_one_line(std::string_view text)
{
    return text.size() <= longest_line && std::ranges::none_of(text, [](char letter) {
               const auto code = static_cast<unsigned char>(letter);
               return code < ' ' || code == 0x7F;
           });
}

} // namespace

void Document::read_sender(Section& section, Organisation& out)
{
    section.get("postal_address", out.postal_address);
    section.get("signatory", out.signatory);
    section.get("notice_email", out.notice_email);
    for (const auto& [key, text] :
         {std::pair{"postal_address", &out.postal_address}, std::pair{"signatory", &out.signatory}})
        if (!is_one_line(*text))
            section.complain(key, fmt::format("one line of at most {} bytes", longest_line));
    if (!out.notice_email.empty() && !is_mail_address(out.notice_email))
        section.complain("notice_email", "a bare address such as \"notices@helpline.example\"");
}

void Document::read_notices(Notices& out)
{
    const auto [found, place] = table("notices");
    Section section("notices", found, place, complaints_, known_keys_);
    for (const auto& [key, path] : {std::pair{"templates", &out.templates}, std::pair{"laws", &out.laws},
                                    std::pair{"rdap_bootstrap", &out.rdap_bootstrap}}) {
        section.get(key, *path);
        *path = from_base(*path);
        if (!path->empty() && options_.files == FileChecks::yes && ::access(path->c_str(), R_OK | X_OK) != 0)
            section.complain(key, fmt::format("{} is missing or unreadable", shown(path->string())));
    }
    section.get("language", out.language);
    const bool is_language = out.language.size() == 2 && std::ranges::all_of(out.language, [](char letter) {
                                 return letter >= 'a' && letter <= 'z';
                             });
    if (!is_language) section.complain("language", "two letters such as \"en\" or \"de\"");
    section.get("country", out.country);
    if (!out.country.empty() && !is_name(out.country))
        section.complain("country", "a word such as \"england-wales\"");
    section.get("follow_up", out.follow_up, {0ms, 365 * 24h});
    section.get("warn_before", out.warn_before, {0ms, 30 * 24h});
}

} // namespace stillwatch::config
