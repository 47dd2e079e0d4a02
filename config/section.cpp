#include "config/section.hpp"

#include "config/nearest.hpp"
#include "core/clock.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::config {

Section::Section(std::string name, const Table* table, Place place, std::vector<Complaint>& complaints,
                 std::vector<std::string>& known_keys)
    : name_(std::move(name)), table_(table), place_(place), complaints_(complaints), known_keys_(known_keys)
{
}

Section::~Section()
{
    if (!table_) return;
    for (const auto& entry : table_->entries) {
        if (std::ranges::find(asked_, entry.key) != asked_.end()) continue;
        auto what = fmt::format("unknown key \"{}\" in [{}]", shown(entry.key), name_);
        if (const auto meant = nearest(entry.key, asked_))
            what += fmt::format(", did you mean \"{}\"?", *meant);
        complaints_.push_back({entry.place, std::move(what)});
    }
}

const Value* Section::find(std::string_view key)
{
    if (std::ranges::find(asked_, key) == asked_.end()) {
        asked_.emplace_back(key);
        known_keys_.push_back(fmt::format("{}.{}", name_, key));
    }
    if (!table_) return nullptr;
    const auto entry = std::ranges::find(table_->entries, key, &Entry::key);
    return entry == table_->entries.end() ? nullptr : &entry->value;
}

std::vector<std::pair<const Table*, Place>> Section::tables(std::string_view key)
{
    if (std::ranges::find(asked_, key) == asked_.end()) asked_.emplace_back(key);
    std::vector<std::pair<const Table*, Place>> result;
    if (!has(key)) return result;
    const auto& value = std::ranges::find(table_->entries, key, &Entry::key)->value;
    const auto* items = std::get_if<Array>(&value.content);
    if (!items) {
        complain(key, fmt::format("expected sections [[{}.{}]], with two brackets", name_, key));
        return result;
    }
    for (const auto& item : *items) {
        if (const auto* found = std::get_if<Table>(&item.content))
            result.emplace_back(found, item.place);
        else
            complain_at(item.place, key, fmt::format("expected a section [[{}.{}]]", name_, key));
    }
    return result;
}

bool Section::has(std::string_view key) const
{
    return table_ && std::ranges::find(table_->entries, key, &Entry::key) != table_->entries.end();
}

void Section::get(std::string_view key, std::string& out)
{
    const auto* value = find(key);
    if (!value) return;
    const auto* text = std::get_if<std::string>(&value->content);
    if (!text) return complain(key, fmt::format("expected text in quotes, found {}", kind_of(*value)));
    // No setting has a use for them, and they end up in headers, log lines and paths.
    const auto is_control = [](char letter) {
        const auto code = static_cast<unsigned char>(letter);
        return code < 0x20 || code == 0x7F;
    };
    if (std::ranges::any_of(*text, is_control))
        return complain(key, "holds a control character or a line break");
    out = *text;
}

void Section::get(std::string_view key, std::filesystem::path& out)
{
    auto text = out.string();
    get(key, text);
    out = text;
}

void Section::get(std::string_view key, bool& out)
{
    const auto* value = find(key);
    if (!value) return;
    const auto* flag = std::get_if<bool>(&value->content);
    if (!flag) return complain(key, fmt::format("expected true or false, found {}", kind_of(*value)));
    out = *flag;
}

void Section::get(std::string_view key, std::int64_t& out, Range<std::int64_t> range)
{
    const auto* value = find(key);
    if (!value) return;
    const auto* number = std::get_if<std::int64_t>(&value->content);
    if (!number) return complain(key, fmt::format("expected a whole number, found {}", kind_of(*value)));
    if (*number < range.least || *number > range.most)
        return complain(key, fmt::format("{} is outside {} to {}", *number, range.least, range.most));
    out = *number;
}

void Section::get(std::string_view key, int& out, Range<int> range)
{
    std::int64_t number = out;
    get(key, number, Range<std::int64_t>{range.least, range.most});
    out = static_cast<int>(number);
}

void Section::get(std::string_view key, std::chrono::milliseconds& out,
                  Range<std::chrono::milliseconds> range)
{
    const auto* value = find(key);
    if (!value) return;
    const auto* text = std::get_if<std::string>(&value->content);
    const auto duration = text ? parse_duration(*text) : std::nullopt;
    if (!text)
        return complain(key, fmt::format("expected a duration such as \"10s\", found {}", kind_of(*value)));
    if (!duration)
        return complain(
            key, fmt::format("\"{}\" is no duration; write \"90ms\", \"10s\", \"5m\", \"3h\" or \"7d\"",
                             shown(*text)));
    if (*duration < range.least || *duration > range.most)
        return complain(key, fmt::format("{} is outside {} to {}", format_duration(*duration),
                                         format_duration(range.least), format_duration(range.most)));
    out = *duration;
}

void Section::get(std::string_view key, std::vector<PlacedText>& out)
{
    const auto* value = find(key);
    if (!value) return;
    const auto* items = std::get_if<Array>(&value->content);
    if (!items)
        return complain(key, fmt::format("expected a list of texts in [ ], found {}", kind_of(*value)));
    for (const auto& item : *items) {
        if (const auto* text = std::get_if<std::string>(&item.content))
            out.push_back({item.place, *text});
        else
            complain_at(item.place, key, fmt::format("expected text in quotes, found {}", kind_of(item)));
    }
}

Complaint Section::about(std::string_view key, std::string_view what) const
{
    auto place = place_;
    if (table_) {
        const auto entry = std::ranges::find(table_->entries, key, &Entry::key);
        if (entry != table_->entries.end()) place = entry->value.place;
    }
    return {place, fmt::format("{}.{}: {}", name_, key, what)};
}

void Section::complain(std::string_view key, std::string_view what)
{
    complaints_.push_back(about(key, what));
}

void Section::complain_at(Place place, std::string_view key, std::string_view what)
{
    complaints_.push_back({place, fmt::format("{}.{}: {}", name_, key, what)});
}

} // namespace stillwatch::config
