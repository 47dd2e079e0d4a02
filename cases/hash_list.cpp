#include "cases/hash_list_reader.hpp"

#include "core/ascii.hpp"
#include "core/fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace stillwatch::cases {

namespace {

constexpr std::array<std::string_view, 5> format_names{"hma", "csv", "threatexchange", "stopncii", "ncmec"};

// A kind without its case and what stands between its words: "HASH_PDQ", "ImagePDQ" and "pdq" are one.
std::string bare(std::string_view word)
{
    std::string plain;
    for (const char c : word.substr(0, 64)) {
        const char small = lower(c);
        if (is_letter_or_digit(small)) plain += small;
    }
    for (const std::string_view prefix : {"hash", "image", "photo"})
        if (plain.starts_with(prefix) && plain != "photodna") plain.erase(0, prefix.size());
    return plain;
}

// Of videos, texts and addresses, or by methods that are not public.
bool is_other_kind(std::string_view plain)
{
    constexpr std::array<std::string_view, 18> others{
        "videomd5",  "videotmk", "tmk", "tmkpdqf",    "vpdq",        "videovpdq",
        "videopdqf", "photodna", "dna", "pdna",       "videntifier", "text",
        "rawtext",   "url",      "uri", "trendquery", "pdqocr",      "netclean"};
    return std::ranges::find(others, plain) != others.end() || plain.starts_with("video") ||
           plain.starts_with("texttlsh");
}

// Bits of a PDQ hash that are set: half of them, as it compares with a median. Pictures without detail give
// less or more, and all look alike.
constexpr int least_bits = 80;
constexpr int most_bits = 176;

// One record of RFC 4180; gives where the next one begins.
std::size_t read_row(std::string_view text, std::size_t at, char separator, std::vector<std::string>& fields,
                     std::size_t& lines)
{
    constexpr std::size_t most_fields = 256;
    fields.assign(1, {});
    bool is_quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') ++lines;
        if (is_quoted) {
            if (c != '"')
                fields.back() += c;
            else if (at + 1 < text.size() && text[at + 1] == '"')
                fields.back() += text[++at];
            else
                is_quoted = false;
        } else if (c == '"') {
            is_quoted = true;
        } else if (c == separator) {
            if (fields.size() < most_fields) fields.emplace_back();
        } else if (c == '\n') {
            return at + 1;
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    return at;
}

struct Columns {
    std::optional<std::size_t> kind;
    std::optional<std::size_t> hash;
    std::vector<std::pair<std::size_t, std::string>> of_kind; // a column for each kind
    std::vector<std::size_t> status;
    std::vector<std::size_t> flags; // that say that it is gone
};

Columns columns_of(const std::vector<std::string>& heading)
{
    Columns columns;
    const auto is_one_of = [](std::string_view word, std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, word) != names.end();
    };
    for (std::size_t i = 0; i < heading.size(); ++i) {
        std::string word;
        for (const char c : without_blanks(heading[i]))
            if (c != '_' && c != '-' && c != ' ') word += lower(c);
        if (word.starts_with("\xEF\xBB\xBF")) word.erase(0, 3);
        if (is_one_of(word, {"signaltype", "type", "indicatortype", "hashtype", "kind", "algorithm"}))
            columns.kind = i;
        else if (is_one_of(word, {"signal", "signalvalue", "indicator", "indicatorvalue", "hash", "hashvalue",
                                  "value"}))
            columns.hash = i;
        else if (is_one_of(word, {"status", "hashstatus", "state"}))
            columns.status.push_back(i);
        else if (is_one_of(word, {"shoulddelete", "deleted", "disabled", "withdrawn", "isdeleted"}))
            columns.flags.push_back(i);
        else if (hash_kind_from_name(bare(word)))
            columns.of_kind.emplace_back(i, bare(word));
    }
    return columns;
}

void read_csv_list(std::string_view text, HashListReader& reader)
{
    std::size_t line = 1;
    std::vector<std::string> fields;
    const auto mark = text.substr(0, text.find('\n')).find_first_of(",;\t");
    const char separator = mark == std::string_view::npos ? ',' : text[mark];
    auto at = read_row(text, 0, separator, fields, line);
    const auto columns = columns_of(fields);
    if (!(columns.kind && columns.hash) && columns.of_kind.empty()) return;
    const auto field = [&](std::size_t column) {
        return column < fields.size() ? without_blanks(fields[column]) : std::string_view();
    };
    while (at < text.size() && !reader.is_full()) {
        const auto begins = line;
        at = read_row(text, at, separator, fields, line);
        if (fields.size() == 1 && without_blanks(fields.front()).empty()) continue;
        const bool is_withdrawn =
            std::ranges::any_of(columns.status, [&](auto column) { return says_withdrawn(field(column)); }) ||
            std::ranges::any_of(columns.flags, [&](auto column) { return says_yes(field(column)); });
        if (columns.kind && columns.hash)
            reader.take(begins, field(*columns.kind), field(*columns.hash), is_withdrawn);
        for (const auto& [column, kind] : columns.of_kind)
            if (!field(column).empty()) reader.take(begins, kind, field(column), is_withdrawn);
    }
}

void read_lines(std::string_view text, HashListReader& reader)
{
    for (std::size_t number = 1; !text.empty() && !reader.is_full(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        line = without_blanks(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        const auto gap = line.find_first_of(" \t");
        if (gap == std::string_view::npos)
            reader.skip(number, "not \"KIND HEX\"");
        else
            reader.take(number, line.substr(0, gap), without_blanks(line.substr(gap)), false);
    }
}

} // namespace

std::string_view name_of(ListFormat format) noexcept
{
    const auto index = static_cast<std::size_t>(format);
    return index < format_names.size() ? format_names[index] : "unknown";
}

std::optional<ListFormat> list_format_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(format_names, name);
    if (found == format_names.end()) return std::nullopt;
    return static_cast<ListFormat>(found - format_names.begin());
}

bool is_whole_list(ListFormat format) noexcept
{
    return format == ListFormat::hma || format == ListFormat::csv;
}

std::string_view without_blanks(std::string_view text) noexcept
{
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool says_withdrawn(std::string_view word) noexcept
{
    constexpr std::array<std::string_view, 6> words{"withdrawn", "deleted", "disabled",
                                                    "removed",   "revoked", "inactive"};
    return std::ranges::any_of(words, [&](std::string_view known) { return same_name(known, word); });
}

bool says_yes(std::string_view word) noexcept
{
    constexpr std::array<std::string_view, 4> words{"true", "1", "yes", "t"};
    return std::ranges::any_of(words, [&](std::string_view known) { return same_name(known, word); });
}

std::optional<std::string_view> why_useless(const ListedHash& hash)
{
    if (hash.kind == HashKind::pdq) {
        int bits = 0;
        for (const auto byte : hash.value)
            bits += std::popcount(std::to_integer<unsigned>(byte));
        if (bits < least_bits || bits > most_bits)
            return "of a picture without detail: it would match strangers";
        return std::nullopt;
    }
    // Of no bytes at all: RFC 1321, FIPS 180-4.
    constexpr std::array<std::string_view, 3> of_nothing{
        "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};
    if (std::ranges::find(of_nothing, hash.hex()) != of_nothing.end()) return "of an empty file";
    return std::nullopt;
}

void HashListReader::skip(std::size_t line, std::string_view reason)
{
    ++list_.skipped_count;
    if (list_.skipped.size() < HashList::max_skipped_told)
        list_.skipped.push_back({line, std::string(reason)});
}

void HashListReader::take(std::size_t line, std::string_view kind, std::string_view hex, bool is_withdrawn)
{
    const auto plain = bare(kind);
    const auto known = hash_kind_from_name(plain);
    if (!known) {
        if (is_other_kind(plain))
            ++list_.other_kinds;
        else
            skip(line, "an unknown kind of hash");
        return;
    }
    const auto hash = ListedHash::from_hex(*known, hex);
    if (!hash)
        return skip(line,
                    fmt::format("not {} hexadecimal digits after {}", 2 * bytes_of(*known), name_of(*known)));
    if (const auto why = why_useless(*hash); why && !is_withdrawn) return skip(line, *why);
    records_[*hash] = {*hash, is_withdrawn, line};
}

HashList HashListReader::finish()
{
    for (const auto& [hash, record] : records_)
        list_.records.push_back(record);
    std::ranges::sort(list_.records, [](const ListedRecord& a, const ListedRecord& b) {
        return a.line != b.line ? a.line < b.line : a.hash < b.hash;
    });
    return std::move(list_);
}

Result<HashList> read_hash_list(std::string_view text, ListFormat format)
{
    if (text.size() > HashList::max_bytes)
        return Error{Errc::too_large, fmt::format("a list has at most {} bytes", HashList::max_bytes)};
    HashListReader reader;
    switch (format) {
    case ListFormat::hma: read_lines(text, reader); break;
    case ListFormat::csv: read_csv_list(text, reader); break;
    case ListFormat::threatexchange:
    case ListFormat::stopncii: read_json_list(text, format, reader); break;
    case ListFormat::ncmec: read_ncmec_list(text, reader); break;
    }
    if (reader.is_full())
        return Error{Errc::too_large, fmt::format("a list has at most {} hashes", HashList::max_records)};
    if (reader.is_empty() && !without_blanks(text).empty() && format != ListFormat::hma)
        return Error{Errc::malformed, fmt::format("there is no record of a {} list in it", name_of(format))};
    return reader.finish();
}

bool is_suspicious_loss(std::size_t known, std::size_t gone) noexcept
{
    constexpr std::size_t least = 4; // of so few it says nothing
    return gone >= least && 2 * gone > known;
}

} // namespace stillwatch::cases
