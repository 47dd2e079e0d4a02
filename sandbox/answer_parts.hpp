#pragma once

#include "core/binary.hpp"
#include "core/result.hpp"
#include "sandbox/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What the answers of all worker programs share.
namespace stillwatch::sandbox {

constexpr std::uint32_t answer_mark = 0x31415753; // "SWA1"
constexpr std::size_t max_detail_bytes = 200;
constexpr std::uint8_t error_kind = 0;

inline bool is_printable(char c)
{
    return c >= 0x20 && c < 0x7f;
}

// At most `max_bytes` of it, what is not printable ASCII as question marks.
std::string printable(std::string_view text, std::size_t max_bytes);
bool all_printable(std::string_view text);

void write_error(BinaryWriter& writer, const Error& error);
// Behind the kind; nothing where it breaks the format.
std::optional<Error> read_error(BinaryReader& reader);

// Header and payload of an answer.
template <class WritePayload>
Bytes framed(std::uint64_t number, const WritePayload& write_payload)
{
    BinaryWriter writer;
    writer.number(answer_mark);
    writer.number(number);
    const auto length_at = writer.size();
    writer.number(std::uint32_t{0});
    write_payload(writer);
    writer.overwrite(length_at, static_cast<std::uint32_t>(writer.size() - answer_header_bytes));
    return std::move(writer).take();
}

} // namespace stillwatch::sandbox
