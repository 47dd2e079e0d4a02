#include "core/counters.hpp"

#include <fmt/format.h>

namespace stillwatch {

void Counters::add(std::string_view name, std::string_view label, std::string_view value, std::int64_t amount)
{
    auto found = series_.find(name);
    if (found == series_.end())
        found = series_.emplace(std::string(name), Series{std::string(label), {}}).first;
    found->second.values[std::string(value)] += amount;
}

std::int64_t Counters::total(std::string_view name) const
{
    std::int64_t sum = 0;
    const auto found = series_.find(name);
    if (found == series_.end()) return 0;
    for (const auto& [value, count] : found->second.values)
        sum += count;
    return sum;
}

std::map<std::string, std::int64_t> Counters::by_label(std::string_view name) const
{
    const auto found = series_.find(name);
    return found == series_.end() ? std::map<std::string, std::int64_t>{} : found->second.values;
}

std::string Counters::text() const
{
    std::string text;
    for (const auto& [name, series] : series_) {
        text += fmt::format("# TYPE stillwatch_{} counter\n", name);
        for (const auto& [value, count] : series.values) {
            if (series.label.empty())
                text += fmt::format("stillwatch_{} {}\n", name, count);
            else
                text += fmt::format("stillwatch_{}{{{}=\"{}\"}} {}\n", name, series.label, value, count);
        }
    }
    return text;
}

} // namespace stillwatch
