#include "store/tombstone_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace stillwatch::store {

namespace {

constexpr std::string_view file_name = "withdrawn";

} // namespace

Result<void> bury_in_file(const std::filesystem::path& storage, std::string_view pseudonym)
{
    const auto known = buried_in_file(storage);
    if (!known) return known.error();
    if (std::ranges::find(*known, pseudonym) != known->end()) return {};
    const auto file = storage / file_name;
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const auto line = fmt::format("{}\n", pseudonym);
    const bool is_written =
        descriptor >= 0 &&
        ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
        ::fsync(descriptor) == 0;
    const int reason = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!is_written) return Error{Errc::io, fmt::format("{}: {}", file.string(), std::strerror(reason))};
    const int folder = ::open(storage.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_named = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    if (!is_named) return Error{Errc::io, fmt::format("{}: not synced", storage.string())};
    return {};
}

Result<std::vector<std::string>> buried_in_file(const std::filesystem::path& storage)
{
    const auto file = storage / file_name;
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error) return std::vector<std::string>{};
    std::ifstream stream(file);
    if (!stream) return Error{Errc::io, fmt::format("{} cannot be read", file.string())};
    std::vector<std::string> pseudonyms;
    for (std::string line; std::getline(stream, line);)
        if (!line.empty()) pseudonyms.push_back(line);
    if (stream.bad()) return Error{Errc::io, fmt::format("{} cannot be read to its end", file.string())};
    return pseudonyms;
}

} // namespace stillwatch::store
