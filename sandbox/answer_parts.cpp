#include "sandbox/answer_parts.hpp"

#include "sandbox/message_parts.hpp"

#include <algorithm>

namespace stillwatch::sandbox {

std::string printable(std::string_view text, std::size_t max_bytes)
{
    std::string line(text.substr(0, max_bytes));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return !is_printable(c); }, '?');
    return line;
}

bool all_printable(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), is_printable);
}

void write_error(BinaryWriter& writer, const Error& error)
{
    writer.number(error_kind);
    writer.number(code_of(error.code));
    writer.text(printable(error.detail, max_detail_bytes));
}

std::optional<Error> read_error(BinaryReader& reader)
{
    const auto code = static_cast<Errc>(reader.number<std::uint8_t>());
    const auto detail = reader.text(max_detail_bytes);
    if (!reader.complete() || name_of(code) == "unknown" || !all_printable(detail)) return std::nullopt;
    return Error{code, std::string(detail)};
}

} // namespace stillwatch::sandbox
