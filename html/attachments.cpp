#include "html/attachments.hpp"

#include "core/npos.hpp"
#include "html/mark_search.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

bool has_any(std::string_view text, const auto& marks) noexcept
{
    return std::ranges::any_of(marks, [&](auto mark) { return find_name(text, mark) != npos; });
}

// vBulletin, MyBB, Invision, phpBB, SMF, WoltLab, FluxBB, Gallery, Piwigo.
constexpr std::array<std::string_view, 14> scripts{
    "attachment.php?", "attachment.php/",   "filedata/fetch?", "download/file.php?",    "action=dlattach",
    "attach_id=",      "attachmentid=",     "file/attachment", "index.php/attachment/", "/attachment/",
    "pun_attachment",  "core.downloaditem", "action.php?id=",  "module=attach"};

// "name-jpg.123", as XenForo and WoltLab write a file's name into a path.
bool has_named_ending(std::string_view path) noexcept
{
    for (const std::string_view ending : {"-jpg", "-jpeg", "-png", "-gif", "-webp", "-bmp", "-avif", "-heic"})
        for (auto at = find_name(path, ending); at != npos; at = find_name(path, ending, at + 1)) {
            const auto rest = path.substr(at + ending.size());
            if (rest.empty() || rest.front() == '.' || rest.front() == '/') return true;
        }
    return false;
}

// The longest number of a reference; two digits and more.
std::string_view number_in(std::string_view reference) noexcept
{
    std::string_view best;
    for (std::size_t at = 0; at < reference.size();) {
        auto end = at;
        while (end < reference.size() && is_digit(reference[end]))
            ++end;
        if (end - at >= 2 && end - at > best.size() && end - at < 10) best = reference.substr(at, end - at);
        at = end + 1;
    }
    return best;
}

} // namespace

bool is_attachment(std::string_view reference) noexcept
{
    // A part of each of those below: most references have none.
    static constexpr MarkSearch parts(
        std::array<SearchedMark, 4>{{{"attach"}, {"file"}, {"core."}, {"action."}}});
    if (!parts.is_any_in(reference)) return false;
    if (has_any(reference, scripts)) return true;
    const auto path = reference.substr(0, path_ends.first_in(reference));
    return find_name(path, "attachments/") != npos && has_named_ending(path);
}

bool may_lead_to_picture(const Element& anchor, std::string_view reference) noexcept
{
    if (is_attachment(reference)) return true;
    static constexpr MarkSearch shows(std::array<SearchedMark, 14>{{{"lightbox"},
                                                                    {"fancybox"},
                                                                    {"lbimage"},
                                                                    {"highslide"},
                                                                    {"colorbox"},
                                                                    {"thickbox"},
                                                                    {"pswp"},
                                                                    {"photoswipe"},
                                                                    {"lightgallery"},
                                                                    {"swipebox"},
                                                                    {"prettyphoto"},
                                                                    {"shadowbox"},
                                                                    {"venobox"},
                                                                    {"magnific"}}});
    return std::ranges::any_of(anchor.attributes, [&](const Attribute& one) {
        if (same_name(one.name, "class") || same_name(one.name, "rel")) return shows.is_any_in(one.value);
        return begins_with_name(one.name, "data-") && shows.is_any_in(one.name);
    });
}

bool is_thumbnail(const Element& img, std::string_view anchor_reference) noexcept
{
    if (!is_attachment(anchor_reference)) return true; // a script shows it over the page
    static constexpr std::array<std::string_view, 3> marks{"attach", "thumb", "file.php"};
    const auto number = number_in(anchor_reference);
    for (const auto* name : {"src", "data-src", "srcset", "data-original", "data-url"}) {
        const auto source = img.value(name);
        if (source.empty()) continue;
        if (is_attachment(source) || has_any(source, marks)) return true;
        if (!number.empty() && source.find(number) != npos) return true;
    }
    return false;
}

} // namespace stillwatch::html
