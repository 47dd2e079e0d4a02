#include "crawler/policy/family.hpp"

#include "crawler/policy/trail.hpp"

#include <algorithm>
#include <vector>

namespace stillwatch::crawler {

namespace {

// As many of a family's pages as one kind of them may make a folder look idle.
constexpr std::int64_t most_idle_of_one_kind = 100;
// First visits without a new picture. With those under way (a window of 64, another that was claimed before
// the results of the first are written) below 500.
constexpr std::int64_t idle_pages = 350;
// First visits that gave one of the last contents of the family; with those under way below 350.
constexpr std::int64_t same_pictures = 200;
constexpr std::int64_t same_pictures_of_host = 1024;
constexpr std::size_t contents_remembered = 4;
constexpr std::size_t bytes_of_content = 8; // of the digest: telling apart, not proving
constexpr std::int64_t day_ms = 86'400'000;

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

// "/attachments/2026/05/a.jpg" is "/attachments/#/#/*.jpg". A script that gives pictures is one family
// whatever it is asked for.
std::string picture_family(std::string_view target)
{
    const auto query_at = target.find('?');
    const auto path = target.substr(0, query_at);
    if (query_at != std::string_view::npos) return pattern_of(path) + '?';
    const auto name_at = path.rfind('/');
    const auto dot = path.rfind('.');
    const bool has_ending =
        dot != std::string_view::npos && dot > name_at && path.size() - dot <= longest_ending;
    std::string family = pattern_of(path.substr(0, name_at + 1)) + '*';
    if (has_ending) family += path.substr(dot);
    return family;
}

// Whether the content is among the last few; remembers it as the last.
bool is_recent(Bytes& recent, const Sha256& content)
{
    const auto mark = ByteView(content.bytes).first(bytes_of_content);
    for (std::size_t at = 0; at + bytes_of_content <= recent.size(); at += bytes_of_content)
        if (std::ranges::equal(ByteView(recent).subspan(at, bytes_of_content), mark)) return true;
    recent.insert(recent.begin(), mark.begin(), mark.end());
    recent.resize(std::min(recent.size(), contents_remembered * bytes_of_content));
    return false;
}

} // namespace

std::array<std::string, 2> families_of(std::string_view target, LinkKind kind)
{
    if (kind == LinkKind::image) return {picture_family(target), "all pictures"};
    if (kind == LinkKind::video) return {picture_family(target), "all videos"};
    const auto trails = trails_of(target);
    return {page_family(trails.back()), trails.size() > 1 ? trails.front() + '*' : "/*"};
}

bool Family::is_asleep(Width width) const noexcept
{
    if (kind == LinkKind::page) return idle >= idle_pages;
    return idle >= (width == Width::wide ? same_pictures_of_host : same_pictures);
}

void Family::wake() noexcept
{
    idle = 0;
    if (waiting > 0) next_at = {};
}

void Family::learn_picture(const Sha256& content)
{
    ++visits;
    if (is_recent(recent, content))
        ++idle;
    else
        wake();
}

void Family::set_aside(Timestamp now, Timestamp::duration pause) noexcept
{
    if (waiting++ == 0) next_at = now + pause;
}

void Family::take_out() noexcept
{
    waiting = std::max<std::int64_t>(waiting - 1, 0);
}

void Family::sampled(Timestamp now, Timestamp::duration pause) noexcept
{
    next_at = std::max(next_at, now - std::chrono::days(1)) + pause;
}

void learn_page(Family& narrow, Family& wide, std::int64_t new_pictures) noexcept
{
    ++narrow.visits;
    ++wide.visits;
    ++narrow.idle;
    if (narrow.idle <= most_idle_of_one_kind) ++wide.idle;
    if (new_pictures == 0) return;
    narrow.wake();
    wide.wake();
}

Timestamp::duration pause_of_samples(std::int64_t pages_a_day) noexcept
{
    return Timestamp::duration{day_ms / (std::clamp<std::int64_t>(pages_a_day, 400, 50'000) / 16)};
}

} // namespace stillwatch::crawler
