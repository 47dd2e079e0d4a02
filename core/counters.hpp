#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace stillwatch {

// Counters of events since the start, each with at most one label. Loop thread only.
class Counters {
public:
    // Adds to `name{label="value"}`; name as in Prometheus' conventions without the "stillwatch_" in front.
    void add(std::string_view name, std::string_view label = {}, std::string_view value = {},
             std::int64_t amount = 1);
    std::int64_t total(std::string_view name) const; // over all labels
    // By label value.
    std::map<std::string, std::int64_t> by_label(std::string_view name) const;
    // Prometheus' text format 0.0.4, one "# TYPE" line a name.
    std::string text() const;

private:
    struct Series {
        std::string label;
        std::map<std::string, std::int64_t> values; // by label value; "" where there is no label
    };
    std::map<std::string, Series, std::less<>> series_;
};

} // namespace stillwatch
