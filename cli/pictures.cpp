#include "cli/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace stillwatch::cli {

Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return Error{Errc::not_found, fmt::format("{}: no such file", path.string())};
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(status)) {
        files.push_back(path);
        return files;
    }
    std::filesystem::recursive_directory_iterator walk(path, error);
    if (error) return Error{Errc::io, fmt::format("{}: {}", path.string(), error.message())};
    for (const std::filesystem::recursive_directory_iterator end; walk != end; walk.increment(error)) {
        if (error) return Error{Errc::io, fmt::format("{}: {}", path.string(), error.message())};
        if (walk->is_regular_file()) files.push_back(walk->path());
    }
    std::ranges::sort(files);
    return files;
}

Result<Bytes> read_file(const std::filesystem::path& file, std::size_t max_bytes)
{
    std::error_code error;
    if (std::filesystem::is_directory(file, error))
        return Error{Errc::invalid_argument, fmt::format("{}: is a directory", file.string())};
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        const auto code = std::filesystem::exists(file, error) ? Errc::io : Errc::not_found;
        return Error{
            code, fmt::format("{}: {}", file.string(), code == Errc::io ? "cannot be read" : "no such file")};
    }
    Bytes bytes;
    std::vector<char> part(1U << 20U);
    while (stream.read(part.data(), static_cast<std::streamsize>(part.size())) || stream.gcount() > 0) {
        const auto view = as_bytes(std::string_view(part.data(), static_cast<std::size_t>(stream.gcount())));
        if (bytes.size() + view.size() > max_bytes)
            return Error{Errc::too_large, fmt::format("{}: larger than {} bytes", file.string(), max_bytes)};
        bytes.insert(bytes.end(), view.begin(), view.end());
    }
    if (stream.bad()) return Error{Errc::io, fmt::format("{}: cannot be read", file.string())};
    return bytes;
}

} // namespace stillwatch::cli
