#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stillwatch::html {

// What begins a file inside a document.
enum class FileMark : std::uint8_t {
    base64, // base64,
    data,   // data:image/
    jpeg,   // /9j, as base64 writes the first bytes of such files; those below likewise
    png,
    gif,
    webp,
};
constexpr std::size_t file_mark_kinds = 6;

// A set of them.
class FileMarks {
public:
    bool test(FileMark mark) const noexcept { return (bits_ & bit(mark)) != 0; }
    void set(FileMark mark) noexcept { bits_ |= bit(mark); }

private:
    static constexpr unsigned bit(FileMark mark) noexcept { return 1U << static_cast<unsigned>(mark); }
    unsigned bits_ = 0;
};

// Which of them stand in the text: one pass, since most pages have none and looking for each would cost one.
FileMarks file_marks_in(std::string_view text) noexcept;

} // namespace stillwatch::html
