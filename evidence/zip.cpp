#include "evidence/zip.hpp"

#include "evidence/corrupt.hpp"
#include "evidence/gzip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace stillwatch::evidence {

namespace {

constexpr std::size_t max_members = 64;
constexpr std::size_t max_name = 255;
constexpr std::size_t local_header_size = 30;
constexpr std::uint32_t local_mark = 0x04034b50;
constexpr std::uint32_t central_mark = 0x02014b50;
constexpr std::uint32_t end_mark = 0x06054b50;
constexpr std::uint16_t version = 20;       // 2.0: what stored files in folders need
constexpr std::uint16_t made_by = 3U << 8U; // Unix, so that the mode below is read
constexpr std::uint16_t names_are_utf8 = 1U << 11U;
constexpr std::uint32_t mode = 0100600U; // a plain file for its owner

// Little-endian, as everything in a ZIP archive.
class RecordWriter {
public:
    void u16(std::uint32_t value) { number(value, 2); }
    void u32(std::uint32_t value) { number(value, 4); }
    void bytes(ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

    Bytes out;

private:
    void number(std::uint32_t value, int size)
    {
        for (int i = 0; i < size; ++i)
            out.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
};

std::uint32_t read_number(ByteView archive, std::size_t at, std::size_t size)
{
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i)
        value = value << 8U | std::to_integer<std::uint32_t>(archive[at + i - 1]);
    return value;
}

struct DosTime {
    std::uint16_t date;
    std::uint16_t time;
};

DosTime dos_time(Timestamp at)
{
    using namespace std::chrono;
    const sys_seconds earliest = sys_days(year(1980) / January / 1);
    const auto seconds = std::max(floor<std::chrono::seconds>(at), earliest);
    const auto day = floor<days>(seconds);
    const year_month_day date(day);
    const hh_mm_ss clock(seconds - day);
    const auto years = static_cast<unsigned>(std::min(static_cast<int>(date.year()) - 1980, 127));
    return {static_cast<std::uint16_t>(years << 9U | static_cast<unsigned>(date.month()) << 5U |
                                       static_cast<unsigned>(date.day())),
            static_cast<std::uint16_t>(static_cast<unsigned>(clock.hours().count()) << 11U |
                                       static_cast<unsigned>(clock.minutes().count()) << 5U |
                                       static_cast<unsigned>(clock.seconds().count()) / 2)};
}

// Nothing that is no date gets through: the archive is written again with it and compared.
Timestamp time_of(DosTime packed)
{
    using namespace std::chrono;
    const unsigned date = packed.date;
    const unsigned time = packed.time;
    const sys_days day(year(1980 + static_cast<int>(date >> 9U)) / month(date >> 5U & 15U) /
                       std::chrono::day(date & 31U));
    return time_point_cast<Timestamp::duration>(day + hours(time >> 11U) + minutes(time >> 5U & 63U) +
                                                seconds((time & 31U) * 2));
}

// What stands in both headers of a file, between version and name.
void put_common(RecordWriter& out, const ZipMember& member, std::uint32_t crc, DosTime modified)
{
    const auto size = static_cast<std::uint32_t>(member.content.size());
    out.u16(version);
    out.u16(names_are_utf8);
    out.u16(0); // stored
    out.u16(modified.time);
    out.u16(modified.date);
    out.u32(crc);
    out.u32(size);
    out.u32(size);
    out.u16(static_cast<std::uint32_t>(member.name.size()));
    out.u16(0); // no extra field
}

struct Placed {
    const ZipMember* member;
    std::uint32_t crc;
    std::uint32_t offset;
};

// The directory and the end of an archive whose files are those.
Bytes directory_of(std::span<const Placed> files, std::uint32_t offset, DosTime modified)
{
    RecordWriter out;
    for (const auto& file : files) {
        out.u32(central_mark);
        out.u16(made_by | version);
        put_common(out, *file.member, file.crc, modified);
        out.u16(0); // no comment
        out.u16(0); // first disk
        out.u16(0);
        out.u32(mode << 16U);
        out.u32(file.offset);
        out.bytes(as_bytes(file.member->name));
    }
    const auto size = static_cast<std::uint32_t>(out.out.size());
    out.u32(end_mark);
    out.u32(0); // one disk
    out.u16(static_cast<std::uint32_t>(files.size()));
    out.u16(static_cast<std::uint32_t>(files.size()));
    out.u32(size);
    out.u32(offset);
    out.u16(0); // no comment
    return std::move(out.out);
}

Bytes local_header(const ZipMember& member, std::uint32_t crc, DosTime modified)
{
    RecordWriter out;
    out.u32(local_mark);
    put_common(out, member, crc, modified);
    out.bytes(as_bytes(member.name));
    return std::move(out.out);
}

Error archive_error(std::string_view what)
{
    return corrupt("zip archive", what);
}

} // namespace

Timestamp zip_time(Timestamp at)
{
    return time_of(dos_time(at));
}

Result<std::vector<Bytes>> zip_frame(std::span<const ZipMember> members, Timestamp modified)
{
    std::uint64_t total = 64;
    for (const auto& member : members) {
        if (member.name.empty() || member.name.size() > max_name)
            return Error{Errc::invalid_argument, "a file in an archive needs a name of at most 255 bytes"};
        total += member.content.size() + 2 * (local_header_size + 16 + member.name.size());
    }
    if (total > std::numeric_limits<std::uint32_t>::max())
        return Error{Errc::too_large, "a ZIP archive of more than 4 GiB"};
    const auto packed = dos_time(modified);
    std::vector<Bytes> frame;
    std::vector<Placed> files;
    std::size_t at = 0;
    for (const auto& member : members) {
        files.push_back({&member, crc32_of(member.content), static_cast<std::uint32_t>(at)});
        frame.push_back(local_header(member, files.back().crc, packed));
        at += frame.back().size() + member.content.size();
    }
    frame.push_back(directory_of(files, static_cast<std::uint32_t>(at), packed));
    return frame;
}

Result<Bytes> write_zip(std::span<const ZipMember> members, Timestamp modified)
{
    const auto frame = zip_frame(members, modified);
    if (!frame) return frame.error();
    std::size_t total = 0;
    for (const auto& piece : *frame)
        total += piece.size();
    for (const auto& member : members)
        total += member.content.size();
    Bytes archive;
    archive.reserve(total);
    const auto append = [&archive](ByteView bytes) {
        archive.insert(archive.end(), bytes.begin(), bytes.end());
    };
    for (std::size_t i = 0; i < members.size(); ++i) {
        append((*frame)[i]);
        append(members[i].content);
    }
    append(frame->back());
    return archive;
}

Result<ZipContent> read_zip(ByteView archive)
{
    if (archive.size() < local_header_size) return archive_error("it ends early");
    const DosTime packed{static_cast<std::uint16_t>(read_number(archive, 12, 2)),
                         static_cast<std::uint16_t>(read_number(archive, 10, 2))};
    ZipContent content;
    content.modified = time_of(packed);
    content.members.reserve(max_members); // `files` point into it
    std::vector<Placed> files;
    std::size_t at = 0;
    std::optional<Error> changed; // content, told only where the directory bears the header out
    while (archive.size() - at >= local_header_size && read_number(archive, at, 4) == local_mark) {
        const auto crc = read_number(archive, at + 14, 4);
        const auto size = read_number(archive, at + 22, 4);
        const auto name_size = read_number(archive, at + 26, 2);
        const auto rest = archive.subspan(at + local_header_size);
        if (content.members.size() == max_members) return archive_error("too many files");
        if (name_size == 0 || name_size > max_name || rest.size() < name_size ||
            rest.size() - name_size < size)
            return archive_error(fmt::format("file {} ends early", content.members.size() + 1));
        content.members.push_back(
            {std::string(as_text(rest.first(name_size))), rest.subspan(name_size, size)});
        const auto& member = content.members.back();
        if (!changed && crc32_of(member.content) != crc)
            changed = corrupt(member.name, "its bytes are not those that its checksum is of");
        const auto header = local_header(member, crc, packed);
        if (!std::ranges::equal(archive.subspan(at, header.size()), header))
            return archive_error(
                fmt::format("the header of {} is damaged or not of this program", content.members.size()));
        files.push_back({&member, crc, static_cast<std::uint32_t>(at)});
        at += header.size() + size;
    }
    const auto directory = directory_of(files, static_cast<std::uint32_t>(at), packed);
    if (files.empty() || !std::ranges::equal(archive.subspan(at), directory))
        return archive_error("its directory is damaged or not of this program");
    if (changed) return *changed;
    if (dos_time(content.modified).date != packed.date || dos_time(content.modified).time != packed.time)
        return archive_error("its time is none");
    return content;
}

} // namespace stillwatch::evidence
