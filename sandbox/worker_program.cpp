#include "sandbox/worker_program.hpp"

#include <string>
#include <system_error>

namespace stillwatch::sandbox {

Result<std::filesystem::path> find_worker_program()
{
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return Error{Errc::not_found, "/proc/self/exe: " + failed.message()};
    const auto prefix = self.parent_path().parent_path();
    const auto installed = prefix / STILLWATCH_LIBEXEC_DIR / "stillwatch-worker";
    for (const auto& program : {installed, prefix / "sandbox" / "stillwatch-worker"})
        if (std::filesystem::is_regular_file(program, failed)) return program;
    return Error{Errc::not_found, "no worker program " + installed.string()};
}

} // namespace stillwatch::sandbox
