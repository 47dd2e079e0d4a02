#include "evidence/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace stillwatch::evidence {

namespace {

constexpr std::size_t block_size = 512;
constexpr std::size_t max_name = 99;
constexpr std::size_t max_members = 16;

// Fields of a ustar header: offset and length in bytes.
struct Field {
    std::size_t offset;
    std::size_t length;
};
constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field user_field{108, 8};
constexpr Field group_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field time_field{136, 12};
constexpr Field checksum_field{148, 8};
constexpr Field type_field{156, 1};
constexpr Field magic_field{257, 8};

void put(Bytes& header, Field field, std::string_view text)
{
    std::ranges::copy(as_bytes(text).first(std::min(text.size(), field.length)),
                      header.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

std::string octal(std::uint64_t number, Field field)
{
    return fmt::format("{:0{}o}", number, field.length - 1);
}

std::string_view text_of(ByteView block, Field field)
{
    const auto text = as_text(block.subspan(field.offset, field.length));
    return text.substr(0, text.find('\0'));
}

// 0 where the text is no octal number: the rebuilt header then differs.
std::int64_t number_of(ByteView block, Field field)
{
    const auto text = text_of(block, field);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, 8);
    return std::max<std::int64_t>(number, 0);
}

bool all_zeros(ByteView bytes)
{
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

} // namespace

Bytes tar_header(std::string_view name, std::uint64_t size, std::int64_t modified)
{
    Bytes header(block_size);
    put(header, name_field, name.substr(0, max_name));
    put(header, mode_field, octal(0600, mode_field));
    put(header, user_field, octal(0, user_field));
    put(header, group_field, octal(0, group_field));
    put(header, size_field, octal(size, size_field));
    put(header, time_field,
        octal(static_cast<std::uint64_t>(std::max<std::int64_t>(modified, 0)), time_field));
    put(header, checksum_field, "        ");
    put(header, type_field, "0");
    put(header, magic_field,
        std::string_view("ustar\0"
                         "00",
                         8));
    unsigned sum = 0;
    for (const auto byte : header)
        sum += std::to_integer<unsigned>(byte);
    put(header, checksum_field, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return header;
}

std::size_t tar_padding(std::uint64_t size) noexcept
{
    return static_cast<std::size_t>((block_size - size % block_size) % block_size);
}

Result<std::vector<TarMember>> read_tar(ByteView archive)
{
    std::vector<TarMember> members;
    for (;;) {
        const auto corrupt = [&members](std::string_view what) {
            return Error{Errc::corrupt, fmt::format("tar archive, file {}: {}", members.size() + 1, what)};
        };
        if (archive.size() < block_size) return corrupt("the archive ends early");
        const auto header = archive.first(block_size);
        if (all_zeros(header)) break;
        if (members.size() == max_members) return corrupt("too many files");
        TarMember member{std::string(text_of(header, name_field)), {}, number_of(header, time_field)};
        const auto size = static_cast<std::uint64_t>(number_of(header, size_field));
        if (!std::ranges::equal(header, tar_header(member.name, size, member.modified)))
            return corrupt("its header is damaged or not of this program");
        archive = archive.subspan(block_size);
        if (archive.size() < size || archive.size() - size < tar_padding(size))
            return corrupt(fmt::format("{} ends early", member.name));
        member.content = archive.first(size);
        if (!all_zeros(archive.subspan(size, tar_padding(size))))
            return corrupt(fmt::format("padding after {} is not zero", member.name));
        archive = archive.subspan(size + tar_padding(size));
        members.push_back(std::move(member));
    }
    if (archive.size() != tar_end || !all_zeros(archive))
        return Error{Errc::corrupt, "tar archive: its end is damaged"};
    return members;
}

} // namespace stillwatch::evidence
