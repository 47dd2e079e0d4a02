#include "cases/hash_list_reader.hpp"

#include "core/json.hpp"

#include <algorithm>
#include <array>

// Records of JSON files, each read for itself: one that is broken costs no other.
namespace stillwatch::cases {

namespace {

constexpr std::size_t max_record_bytes = 64U << 10U;

struct Span {
    std::string_view text;
    std::size_t line = 1;
};

// Goes through a text and tells its records: the objects of a list that stands alone or under one of `keys`
// in an object around it, or objects one after another.
class RecordScanner {
public:
    RecordScanner(std::string_view text, std::span<const std::string_view> keys) : text_(text), keys_(keys) {}

    // Nothing at the end. A record that has no end is told up to where the text ends.
    std::optional<Span> next()
    {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') ++line_;
            if (is_text_) {
                if (c == '\\')
                    ++at_;
                else if (c == '"')
                    end_text();
                continue;
            }
            if (c == '"') {
                is_text_ = true;
                text_begin_ = at_ + 1;
            } else if (c == '{' || c == '[') {
                open(c);
            } else if (c == '}' || c == ']') {
                if (auto record = close()) {
                    ++at_;
                    return record;
                }
            } else if (c == ',' && depth_ == 1) {
                key_ = {};
            }
        }
        if (begin_ == std::string_view::npos) return std::nullopt;
        return Span{text_.substr(std::exchange(begin_, std::string_view::npos)), begin_line_};
    }

    // Where the text ends inside a list or an object, between records.
    std::optional<std::size_t> cut_at() const
    {
        return depth_ > 0 && begin_ == std::string_view::npos ? std::optional(line_) : std::nullopt;
    }

private:
    void end_text()
    {
        is_text_ = false;
        if (depth_ == 1 && is_object_) key_ = text_.substr(text_begin_, at_ - text_begin_);
    }

    // The list of records is opened at depth 0, or at depth 1 behind one of the keys.
    void open(char c)
    {
        if (depth_ == 0) {
            is_object_ = c == '{';
            is_around_ = !is_object_;
            records_at_ = is_object_ ? 0 : 1;
            begin_ = is_object_ ? at_ : std::string_view::npos;
            begin_line_ = line_;
            key_ = {};
        } else if (c == '[' && depth_ == 1 && is_object_ && std::ranges::find(keys_, key_) != keys_.end()) {
            is_around_ = true;
            records_at_ = 2;
            begin_ = std::string_view::npos;
        } else if (c == '{' && is_around_ && depth_ == records_at_) {
            begin_ = at_;
            begin_line_ = line_;
        }
        ++depth_;
    }

    std::optional<Span> close()
    {
        if (depth_ == 0) return std::nullopt;
        --depth_;
        if (is_around_ && records_at_ == 2 && depth_ == 1) records_at_ = 0; // the end of the list
        const bool is_end = depth_ == records_at_ && begin_ != std::string_view::npos &&
                            (is_around_ ? records_at_ > 0 : depth_ == 0);
        if (depth_ == 0 && is_around_) is_around_ = false;
        if (!is_end) return std::nullopt;
        const auto begin = std::exchange(begin_, std::string_view::npos);
        return Span{text_.substr(begin, at_ + 1 - begin), begin_line_};
    }

    std::string_view text_;
    std::span<const std::string_view> keys_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t depth_ = 0;
    bool is_text_ = false;
    std::size_t text_begin_ = 0;
    std::string_view key_;   // of the outermost object, last read
    bool is_object_ = false; // the outermost is one
    bool is_around_ = false; // the outermost is no record, and holds them
    std::size_t records_at_ = 0;
    std::size_t begin_ = std::string_view::npos;
    std::size_t begin_line_ = 1;
};

bool has_flag(const json::object& record, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(names, [&](std::string_view name) {
        if (const auto flag = bool_member(record, name)) return *flag;
        const auto word = text_member(record, name);
        return word && says_yes(*word);
    });
}

// "Withdrawn" and "Deleted" of the hash, or of every case that brought it: a client that keeps it then is at
// fault (python-threatexchange did, comparing the hash itself with these words).
bool is_withdrawn_ncii(const json::object& record)
{
    if (says_withdrawn(text_member(record, "hashStatus").value_or(""))) return true;
    const auto* const cases = record.if_contains("caseNumbers");
    if (cases == nullptr || !cases->is_object() || cases->get_object().empty()) return false;
    return std::ranges::all_of(cases->get_object(), [](const auto& one) {
        return one.value().is_string() && says_withdrawn(std::string_view(one.value().get_string()));
    });
}

void take_ncii(const json::object& record, std::size_t line, HashListReader& reader)
{
    const auto kind = text_member(record, "signalType");
    const auto hash = text_member(record, "hashValue");
    if (!kind || !hash) return reader.skip(line, "no signalType or hashValue");
    reader.take(line, *kind, *hash, is_withdrawn_ncii(record));
}

void take_threat(const json::object& record, std::size_t line, HashListReader& reader)
{
    // An update without descriptors is a tombstone as well (facebook/ThreatExchange issue 834).
    const bool is_bare_update = record.contains("should_delete") && !record.contains("descriptors");
    const bool is_withdrawn = is_bare_update || has_flag(record, {"should_delete", "deleted", "disabled"}) ||
                              says_withdrawn(text_member(record, "status").value_or(""));
    if (const auto* signals = record.if_contains("signals"); signals != nullptr && signals->is_object()) {
        for (const auto& signal : signals->get_object())
            if (signal.value().is_string())
                reader.take(line, signal.key(), std::string_view(signal.value().get_string()), is_withdrawn);
            else
                reader.skip(line, "a signal that is no text");
        return;
    }
    auto fields = &record;
    if (const auto* inner = record.if_contains("indicator"); inner != nullptr && inner->is_object())
        fields = &inner->get_object();
    const auto first_of = [fields](std::initializer_list<std::string_view> names) {
        std::optional<std::string> text;
        for (const auto name : names)
            if (!text) text = text_member(*fields, name);
        return text;
    };
    const auto kind = first_of({"type", "signal_type"});
    const auto hash = first_of({"indicator", "signal", "signal_value"});
    if (!kind || !hash) return reader.skip(line, "no type or indicator");
    reader.take(line, *kind, *hash, is_withdrawn);
}

} // namespace

void read_json_list(std::string_view text, ListFormat format, HashListReader& reader)
{
    constexpr std::array<std::string_view, 1> ncii_keys{"hashRecords"};
    constexpr std::array<std::string_view, 3> threat_keys{"data", "content", "contents"};
    const bool is_ncii = format == ListFormat::stopncii;
    const auto keys = is_ncii ? std::span<const std::string_view>(ncii_keys)
                              : std::span<const std::string_view>(threat_keys);
    RecordScanner scanner(text, keys);
    while (!reader.is_full()) {
        const auto span = scanner.next();
        if (!span) break;
        if (span->text.size() > max_record_bytes) {
            reader.skip(span->line, "too long for a record");
            continue;
        }
        const auto value = parse_json(span->text);
        if (!value || !value->is_object())
            reader.skip(span->line, "not JSON");
        else if (is_ncii)
            take_ncii(value->get_object(), span->line, reader);
        else
            take_threat(value->get_object(), span->line, reader);
    }
    if (const auto line = scanner.cut_at()) reader.skip(*line, "the file ends early");
}

} // namespace stillwatch::cases
