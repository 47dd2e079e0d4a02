#include "crawler/robots/robots.hpp"

#include "core/ascii.hpp"
#include "crawler/robots/robots_pattern.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace stillwatch::crawler {

namespace {

std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t\v\f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

enum class Key { user_agent, allow, disallow, crawl_delay, sitemap, other };

Key key_of(std::string_view name) noexcept
{
    struct Spelling {
        std::string_view begin;
        Key key;
    };
    static constexpr std::array spellings{
        Spelling{"user-agent", Key::user_agent},   Spelling{"useragent", Key::user_agent},
        Spelling{"user agent", Key::user_agent},   Spelling{"allow", Key::allow},
        Spelling{"disallow", Key::disallow},       Spelling{"dissallow", Key::disallow},
        Spelling{"dissalow", Key::disallow},       Spelling{"disalow", Key::disallow},
        Spelling{"diasllow", Key::disallow},       Spelling{"disallaw", Key::disallow},
        Spelling{"crawl-delay", Key::crawl_delay}, Spelling{"crawldelay", Key::crawl_delay},
        Spelling{"sitemap", Key::sitemap},         Spelling{"site-map", Key::sitemap},
    };
    for (const auto& spelling : spellings)
        if (same_name(name.substr(0, spelling.begin.size()), spelling.begin)) return spelling.key;
    return Key::other;
}

struct Line {
    Key key = Key::other;
    std::string_view value;
};

// "key: value # comment"; the colon may be missing where exactly two words stand on the line.
Line split(std::string_view text) noexcept
{
    text = trimmed(text.substr(0, text.find('#')));
    auto separator = text.find(':');
    if (separator == std::string_view::npos) {
        separator = text.find_first_of(" \t");
        if (separator == std::string_view::npos) return {};
        if (trimmed(text.substr(separator)).find_first_of(" \t") != std::string_view::npos) return {};
    }
    return {key_of(trimmed(text.substr(0, separator))), trimmed(text.substr(separator + 1))};
}

std::string_view without_byte_order_mark(std::string_view body) noexcept
{
    for (const char byte : {'\xEF', '\xBB', '\xBF'}) {
        if (!body.starts_with(byte)) break;
        body.remove_prefix(1);
    }
    return body;
}

// The part that can be a product token: site owners also write versions and more words.
std::string_view token_of(std::string_view value) noexcept
{
    const auto ends = [](char c) { return !((lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_'); };
    return value.substr(0, static_cast<std::size_t>(std::ranges::find_if(value, ends) - value.begin()));
}

std::optional<std::chrono::milliseconds> seconds_of(std::string_view value) noexcept
{
    double seconds = 0;
    const auto read =
        std::from_chars(value.data(), value.data() + value.size(), seconds, std::chars_format::fixed);
    if (read.ec != std::errc{} || !(seconds > 0)) return std::nullopt;
    constexpr double most = 24 * 3600;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, most) * 1000));
}

} // namespace

// Reads line by line and keeps the groups that can concern us: ours, and those of everybody.
class RobotsParser {
public:
    explicit RobotsParser(std::string_view product_token) : product_token_(product_token) {}

    void read(std::string_view body)
    {
        body = without_byte_order_mark(body);
        while (!body.empty()) {
            const auto end = body.find_first_of("\r\n");
            ++line_;
            take(split(body.substr(0, std::min(end, RobotsRules::max_line_bytes - 1))));
            if (end == std::string_view::npos) break;
            body.remove_prefix(end + (body.substr(end, 2) == "\r\n" ? 2 : 1));
        }
    }

    RobotsRules finish() &&
    {
        RobotsRules result;
        auto& group = named_ ? ours_ : everybody_;
        result.rules_ = std::move(group.rules);
        result.crawl_delay_ = group.crawl_delay;
        result.sitemaps_ = std::move(sitemaps_);
        const auto has_wildcard = [](const auto& rule) {
            return rule.pattern.find('*') != std::string::npos;
        };
        if (std::ranges::count_if(result.rules_, has_wildcard) > RobotsRules::max_wildcard_rules)
            result.rules_ = {{"/", result.rules_.back().line, false}};
        std::ranges::stable_sort(result.rules_, [](const auto& a, const auto& b) {
            if (a.pattern.size() != b.pattern.size()) return a.pattern.size() > b.pattern.size();
            return a.allow && !b.allow;
        });
        return result;
    }

private:
    struct Group {
        std::vector<RobotsRules::Rule> rules;
        std::chrono::milliseconds crawl_delay{0};
    };

    void take(const Line& line)
    {
        switch (line.key) {
        case Key::user_agent: begin_or_join(line.value); break;
        case Key::allow: add_rule(line.value, true); break;
        case Key::disallow: add_rule(line.value, false); break;
        case Key::crawl_delay:
            if (const auto delay = seconds_of(line.value)) {
                if (for_us_) ours_.crawl_delay = std::max(ours_.crawl_delay, *delay);
                if (for_everybody_) everybody_.crawl_delay = std::max(everybody_.crawl_delay, *delay);
            }
            break;
        case Key::sitemap:
            if (sitemaps_.size() < RobotsRules::max_sitemaps) sitemaps_.emplace_back(line.value);
            break;
        case Key::other: break;
        }
    }

    // Only rules end the list of names at the head of a group; other lines do not (RFC 9309 section 2.2.4).
    void begin_or_join(std::string_view value)
    {
        if (in_rules_) for_us_ = for_everybody_ = in_rules_ = false;
        const bool everybody =
            value.starts_with('*') && (value.size() == 1 || trimmed(value.substr(1, 1)).empty());
        if (everybody) for_everybody_ = true;
        if (same_name(token_of(value), product_token_)) for_us_ = named_ = true;
    }

    void add_rule(std::string_view value, bool allow)
    {
        in_rules_ = true;
        if (value.empty() || (!for_us_ && !for_everybody_)) return;
        keep(comparable_pattern(value), allow);
        const auto slash = value.rfind('/');
        if (allow && slash != std::string_view::npos && value.substr(slash).starts_with("/index.htm"))
            keep(comparable_pattern(value.substr(0, slash + 1)) + '$', allow);
    }

    void keep(std::string pattern, bool allow)
    {
        if (for_us_ && for_everybody_) everybody_.rules.push_back({pattern, line_, allow});
        (for_us_ ? ours_ : everybody_).rules.push_back({std::move(pattern), line_, allow});
    }

    std::string_view product_token_;
    Group ours_;
    Group everybody_;
    std::vector<std::string> sitemaps_;
    int line_ = 0;
    bool named_ = false; // some group is for us alone, even an empty one
    bool for_us_ = false;
    bool for_everybody_ = false;
    bool in_rules_ = false;
};

RobotsRules RobotsRules::parse(std::string_view body, std::string_view product_token)
{
    RobotsParser parser(product_token);
    parser.read(body.substr(0, max_body_bytes));
    return std::move(parser).finish();
}

std::vector<std::string> RobotsRules::lines(std::size_t most) const
{
    std::vector<const Rule*> rules;
    for (const auto& rule : rules_)
        rules.push_back(&rule);
    std::ranges::sort(rules, {}, &Rule::line);
    std::vector<std::string> result;
    for (const auto* rule : rules)
        if (result.size() < most) result.push_back((rule->allow ? "Allow: " : "Disallow: ") + rule->pattern);
    return result;
}

RobotsDecision RobotsRules::allows(std::string_view target) const
{
    constexpr std::size_t max_rule_bytes = 100;
    if (target == "/robots.txt") return {};
    const auto comparable = comparable_target(target);
    for (const auto& rule : rules_) {
        if (!matches(rule.pattern, comparable)) continue;
        const std::string_view kind = rule.allow ? "Allow: " : "Disallow: ";
        return {rule.allow, rule.line, std::string(kind) + rule.pattern.substr(0, max_rule_bytes)};
    }
    return {};
}

} // namespace stillwatch::crawler
