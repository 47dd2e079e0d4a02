#include "core/ascii.hpp"
#include "core/url.hpp"

#include <algorithm>

// Addresses of pictures that stand inside a document.
namespace stillwatch {

namespace {

constexpr std::string_view mark = "#sha256-";
constexpr std::string_view entry_mark = "&entry=";
constexpr std::size_t fragment_bytes = mark.size() + 2 * sizeof(Sha256::bytes);
constexpr std::string_view digits = "0123456789ABCDEF";

constexpr bool stays(char c) noexcept
{
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == '/';
}

// The end of the name, which tells most, as far as there is room.
std::string written(std::string_view entry)
{
    std::string text;
    for (std::size_t at = entry.size(); at-- > 0;) {
        const auto byte = static_cast<unsigned char>(entry[at]);
        const std::size_t needed = stays(entry[at]) ? 1 : 3;
        if (text.size() + needed > Url::max_entry_bytes) break;
        if (needed == 1)
            text += entry[at];
        else // the wrong way round, as all of it is
            text.append({digits[byte & 15U], digits[byte >> 4U], '%'});
    }
    std::ranges::reverse(text);
    return text;
}

bool is_written(std::string_view entry) noexcept
{
    if (entry.empty() || entry.size() > Url::max_entry_bytes) return false;
    for (std::size_t at = 0; at < entry.size(); ++at) {
        if (stays(entry[at])) continue;
        const bool is_triplet = entry[at] == '%' && at + 2 < entry.size() &&
                                digits.find(entry[at + 1]) != std::string_view::npos &&
                                digits.find(entry[at + 2]) != std::string_view::npos;
        if (!is_triplet) return false;
        at += 2;
    }
    return true;
}

// Of a fragment as inside() writes it, and of no other.
std::optional<Sha256> picture_in(std::string_view fragment)
{
    if (!fragment.starts_with(mark) || fragment.size() < fragment_bytes) return std::nullopt;
    const auto hex = fragment.substr(mark.size(), fragment_bytes - mark.size());
    const auto rest = fragment.substr(fragment_bytes);
    if (!rest.empty() && (!rest.starts_with(entry_mark) || !is_written(rest.substr(entry_mark.size()))))
        return std::nullopt;
    Sha256 picture;
    if (!from_hex(hex, picture.bytes) || picture.hex() != hex) return std::nullopt;
    return picture;
}

} // namespace

Result<Url> Url::parse(std::string_view text)
{
    auto url = read(text, nullptr);
    const auto begin = text.find('#');
    if (!url || begin == std::string_view::npos || !picture_in(text.substr(begin))) return url;
    url->text_.append(text.substr(begin));
    return url;
}

Url Url::inside(const Url& document, const Sha256& picture, std::string_view entry)
{
    auto url = document.document();
    url.text_.append(mark).append(picture.hex());
    if (!entry.empty()) url.text_.append(entry_mark).append(written(entry));
    return url;
}

std::optional<Sha256> Url::picture_inside() const
{
    const auto begin = text_.find('#');
    return begin == std::string::npos ? std::nullopt : picture_in(std::string_view(text_).substr(begin));
}

std::string_view Url::entry_inside() const noexcept
{
    const auto begin = text_.find('#');
    const auto rest = begin == std::string::npos || text_.size() <= begin + fragment_bytes
                          ? std::string_view()
                          : std::string_view(text_).substr(begin + fragment_bytes);
    return rest.starts_with(entry_mark) ? rest.substr(entry_mark.size()) : std::string_view();
}

Url Url::named_inside(std::string_view entry) const
{
    auto url = *this;
    if (picture_inside() && entry_inside().empty() && is_written(entry))
        url.text_.append(entry_mark).append(entry);
    return url;
}

Url Url::moved_to(const Url& document) const
{
    auto url = document.document();
    if (const auto begin = text_.find('#'); begin != std::string::npos) url.text_.append(text_, begin);
    return url;
}

Url Url::document() const
{
    auto url = *this;
    if (const auto begin = text_.find('#'); begin != std::string::npos) url.text_.resize(begin);
    return url;
}

} // namespace stillwatch
