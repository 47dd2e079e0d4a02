#include "sandbox/worker_program.hpp"

#include <string>
#include <system_error>

namespace stillwatch::sandbox {

namespace {

Result<std::filesystem::path> find_program(const std::string& name)
{
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return Error{Errc::not_found, "/proc/self/exe: " + failed.message()};
    const auto prefix = self.parent_path().parent_path();
    const auto installed = prefix / STILLWATCH_LIBEXEC_DIR / name;
    for (const auto& program : {installed, prefix / "sandbox" / name})
        if (std::filesystem::is_regular_file(program, failed)) return program;
    return Error{Errc::not_found, "no program " + installed.string()};
}

} // namespace

Result<std::filesystem::path> find_worker_program()
{
    return find_program("stillwatch-worker");
}

Result<std::filesystem::path> find_video_program()
{
    return find_program("stillwatch-video");
}

Result<std::filesystem::path> find_faces_program()
{
    return find_program("stillwatch-faces");
}

} // namespace stillwatch::sandbox
