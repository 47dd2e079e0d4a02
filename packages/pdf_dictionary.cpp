#include "packages/pdf_dictionary.hpp"

#include <charconv>

namespace stillwatch::packages {

namespace {

constexpr std::string_view blank{" \t\r\n\f\0", 6};
constexpr std::string_view ends_name{" \t\r\n\f\0/[]<>()%", 14};

std::string_view without_blanks(std::string_view text)
{
    const auto begin = text.find_first_not_of(blank);
    return begin == text.npos ? std::string_view() : text.substr(begin);
}

} // namespace

std::string_view PdfDictionary::value(std::string_view name) const
{
    for (auto at = text_.find(name); at != text_.npos; at = text_.find(name, at + 1)) {
        const auto end = at + name.size();
        const bool is_name = at > 0 && text_[at - 1] == '/' &&
                             (end == text_.size() || ends_name.find(text_[end]) != ends_name.npos);
        if (is_name) return without_blanks(text_.substr(end));
    }
    return {};
}

std::optional<std::size_t> PdfDictionary::number(std::string_view name) const
{
    const auto text = value(name);
    std::size_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{}) return std::nullopt;
    // "12 0 R" is the number of an object.
    auto rest = without_blanks(
        std::string_view(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr)));
    const auto digits = rest.find_first_not_of("0123456789");
    if (digits != rest.npos && digits > 0 && without_blanks(rest.substr(digits)).starts_with('R'))
        return std::nullopt;
    return number;
}

std::vector<std::string_view> PdfDictionary::names(std::string_view name) const
{
    constexpr std::size_t most_names = 8;
    std::vector<std::string_view> names;
    auto rest = value(name);
    const bool is_list = rest.starts_with('[');
    if (is_list) rest = without_blanks(rest.substr(1));
    while (rest.starts_with('/') && names.size() < most_names) {
        rest.remove_prefix(1);
        const auto end = std::min(rest.find_first_of(ends_name), rest.size());
        names.push_back(rest.substr(0, end));
        rest = without_blanks(rest.substr(end));
        if (!is_list) break;
    }
    return names;
}

bool PdfDictionary::is_true(std::string_view name) const
{
    return value(name).starts_with("true");
}

} // namespace stillwatch::packages
