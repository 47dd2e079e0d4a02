#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// A TOML document as plain values with their places: the border behind which toml++ stays.
namespace stillwatch::config {

// Counted from 1; 0 where the document as a whole is meant.
struct Place {
    int line = 0;
    int column = 0;
};

struct Value;
struct Entry;

struct Table {
    std::vector<Entry> entries; // in order of the keys, each key once
};

using Array = std::vector<Value>;

// Dates and times, which no setting has, are kept as what they are called.
struct OtherKind {
    std::string_view name;
};

struct Value {
    Place place;
    std::variant<std::string, std::int64_t, double, bool, Array, Table, OtherKind> content;
};

struct Entry {
    std::string key;
    Place place;
    Value value;
};

// "text", "a number", "a table" …: the kind of a value in words.
std::string_view kind_of(const Value& value) noexcept;

struct ParsedTree {
    Table table;         // empty when `error` is not
    std::string error{}; // one line, what is no TOML
    Place error_place{};
};

ParsedTree parse_tree(std::string_view text);

// `text` with control characters and line breaks made visible, cut at 160 bytes: safe in a one-line message.
std::string shown(std::string_view text);

} // namespace stillwatch::config
