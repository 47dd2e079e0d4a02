#pragma once

#include "core/fetch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

// One record of a WARC file, with its form, length, id and block digest checked. `block` borrows.
struct WarcRecord {
    std::vector<HeaderField> fields; // in their order, WARC-Type first
    std::string_view block;

    // The first field of that name, as write_warc spells it; empty when absent.
    std::string_view value(std::string_view name) const noexcept;
    // Values of a name that may stand more than once, in their order.
    std::vector<std::string_view> values(std::string_view name) const;
};

// Lines "Name: value" with CRLF up to the end of `text`; nothing when one has no colon.
std::optional<std::vector<HeaderField>> warc_lines(std::string_view text);

// Record `number` (from 1) of a file, clear. Errors: corrupt.
Result<WarcRecord> read_warc_record(std::string_view record, std::size_t number);

// The head of an answer as it stands in a record: its status, and its fields as they would be read back.
// Errors: corrupt (no head, a line that is none).
struct AnswerHead {
    int status = 0;
    std::string text;
    std::vector<HeaderField> fields;
};
Result<AnswerHead> read_answer_head(std::string_view block);

// The answer that a record of type "response", or without its body one of type "revisit", holds: url, head,
// status, headers, body, cut, peer as far as the record tells, started. Checks the payload digest. Errors:
// corrupt.
Result<Fetched> answer_of(const WarcRecord& response);

} // namespace stillwatch::evidence
