#include "core/url.hpp"

// Addresses of pictures that stand inside a document.
namespace stillwatch {

namespace {

constexpr std::string_view mark = "#sha256-";
constexpr std::size_t fragment_bytes = mark.size() + 2 * sizeof(Sha256::bytes);

// Of a fragment as inside() writes it, and of no other.
std::optional<Sha256> picture_in(std::string_view fragment)
{
    if (!fragment.starts_with(mark)) return std::nullopt;
    const auto hex = fragment.substr(mark.size());
    Sha256 picture;
    if (!from_hex(hex, picture.bytes) || picture.hex() != hex) return std::nullopt;
    return picture;
}

} // namespace

Result<Url> Url::parse(std::string_view text)
{
    auto url = read(text, nullptr);
    const auto begin = text.find('#');
    if (!url || begin == std::string_view::npos) return url;
    const auto picture = picture_in(text.substr(begin));
    return picture ? inside(*url, *picture) : url;
}

Url Url::inside(const Url& document, const Sha256& picture)
{
    auto url = document.document();
    url.text_.append(mark).append(picture.hex());
    return url;
}

std::optional<Sha256> Url::picture_inside() const
{
    const auto whole = target();
    if (whole.size() <= fragment_bytes) return std::nullopt;
    return picture_in(whole.substr(whole.size() - fragment_bytes));
}

Url Url::document() const
{
    auto url = *this;
    if (picture_inside()) url.text_.resize(text_.size() - fragment_bytes);
    return url;
}

} // namespace stillwatch
