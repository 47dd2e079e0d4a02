#include "cli/evidence_extract.hpp"

#include "evidence/report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stillwatch::cli {

namespace {

Error failed(std::string_view what, const std::filesystem::path& path)
{
    const int number = errno;
    return {number == EEXIST ? Errc::exists : Errc::io,
            fmt::format("{} {}: {}", what, path.string(), std::strerror(number))};
}

} // namespace

Result<void> write_new_file(const std::filesystem::path& file, ByteView content)
{
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return failed("create", file);
    while (!content.empty()) {
        const auto written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const auto error = failed("write", file);
            (void)::close(descriptor); // the failure is told already
            return error;
        }
        content = content.subspan(static_cast<std::size_t>(written));
    }
    if (::close(descriptor) != 0) return failed("write", file);
    return {};
}

Result<std::vector<std::string>> extract_package(const evidence::VerifyReport& report,
                                                 const std::filesystem::path& directory)
{
    if (::mkdir(directory.c_str(), S_IRWXU) != 0) return failed("create the folder", directory);
    const auto bodies = evidence::bodies_of(report);
    const auto lines = evidence::report_lines(report, bodies);
    const auto text = evidence::report_text(lines);
    const auto html = evidence::report_html(lines);
    std::vector<std::string> names;
    const auto write = [&](const std::string& name, ByteView content) {
        names.push_back(name);
        return write_new_file(directory / name, content);
    };
    for (const auto& body : bodies)
        if (const auto written = write(body.name, body.bytes); !written) return written.error();
    if (const auto written = write("report.txt", as_bytes(text)); !written) return written.error();
    if (const auto written = write("report.html", as_bytes(html)); !written) return written.error();
    return names;
}

} // namespace stillwatch::cli
