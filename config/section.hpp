#pragma once

#include "config/tree.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stillwatch::config {

struct Complaint {
    Place place;
    std::string message;
};

// The smallest and the largest value accepted.
template <class T>
struct Range {
    T least;
    T most;
};

// Texts of a list, each with its place.
struct PlacedText {
    Place place;
    std::string text;
};

// Reads the keys of one table. Each get function leaves `out` as it is, with its default, when the key is
// absent, and complains when its value does not fit. The destructor complains of keys nobody asked for.
class Section {
public:
    // `name` stands in messages and before keys: "fetch", "site". `table` may be null: an absent section.
    Section(std::string name, const Table* table, Place place, std::vector<Complaint>& complaints,
            std::vector<std::string>& known_keys);
    ~Section();
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;

    bool has(std::string_view key) const;
    void get(std::string_view key, std::string& out);
    void get(std::string_view key, std::filesystem::path& out);
    void get(std::string_view key, bool& out);
    void get(std::string_view key, int& out, Range<int> range);
    void get(std::string_view key, std::int64_t& out, Range<std::int64_t> range);
    void get(std::string_view key, std::chrono::milliseconds& out, Range<std::chrono::milliseconds> range);
    void get(std::string_view key, std::vector<PlacedText>& out);
    // The sections [[name.key]] inside this one.
    std::vector<std::pair<const Table*, Place>> tables(std::string_view key);

    // Complains at the value of `key`, or at the section when it is absent: "fetch.connect: " + what.
    void complain(std::string_view key, std::string_view what);
    // What complain() would add, for a note that is no complaint.
    Complaint about(std::string_view key, std::string_view what) const;
    void complain_at(Place place, std::string_view key, std::string_view what);

private:
    const Value* find(std::string_view key);

    std::string name_;
    const Table* table_;
    Place place_;
    std::vector<Complaint>& complaints_;
    std::vector<std::string>& known_keys_;
    std::vector<std::string> asked_;
};

} // namespace stillwatch::config
