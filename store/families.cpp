#include "store/families.hpp"

#include "store/trails.hpp"

#include <algorithm>
#include <vector>

namespace stillwatch::store {

namespace {

constexpr std::size_t longest_ending = 5; // ".jpeg"
constexpr std::string_view separators = "-_.,+|;~ ";

// What joins words that were chosen together, and no words of one name.
bool is_combination(std::string_view segment)
{
    if (segment.find_first_of("+,|;~") != std::string_view::npos) return true;
    return std::ranges::any_of(std::array<std::string_view, 5>{"%2B", "%2C", "%7C", "%3B", "%20"},
                               [&](auto written) { return segment.find(written) != std::string_view::npos; });
}

// "f#-f#-f#" is "f#-f#" is "f#": each word once.
std::string each_word_once(std::string_view segment)
{
    if (is_combination(segment)) return "*+";
    std::vector<std::string_view> words;
    std::string kept;
    while (!segment.empty()) {
        const auto end = std::min(segment.find_first_of(separators), segment.size());
        const auto word = segment.substr(0, end);
        if (std::ranges::find(words, word) == words.end()) {
            if (!words.empty()) kept += '-';
            kept += word;
            words.push_back(word);
        }
        segment.remove_prefix(std::min(end + 1, segment.size()));
    }
    return kept;
}

std::string page_family(std::string_view trail)
{
    std::string family;
    while (!trail.empty()) {
        const auto segment = trail.substr(0, trail.find('/'));
        family += each_word_once(segment);
        trail.remove_prefix(segment.size());
        if (trail.empty()) break;
        family += '/';
        trail.remove_prefix(1);
    }
    return family;
}

// "/attachments/2026/05/a.jpg" is "/attachments/#/#/*.jpg". A script that gives pictures is one family whatever it is
// asked for.
std::string picture_family(std::string_view target)
{
    const auto query_at = target.find('?');
    const auto path = target.substr(0, query_at);
    if (query_at != std::string_view::npos) return pattern_of(path) + '?';
    const auto name_at = path.rfind('/');
    const auto dot = path.rfind('.');
    const bool has_ending = dot != std::string_view::npos && dot > name_at && path.size() - dot <= longest_ending;
    std::string family = pattern_of(path.substr(0, name_at + 1)) + '*';
    if (has_ending) family += path.substr(dot);
    return family;
}

} // namespace

std::array<std::string, 2> families_of(std::string_view target, LinkKind kind)
{
    if (kind == LinkKind::image) return {picture_family(target), "all pictures"};
    const auto trails = trails_of(target);
    return {page_family(trails.back()), trails.size() > 1 ? trails.front() + '*' : "/*"};
}

} // namespace stillwatch::store
