#pragma once

#include "core/result.hpp"

#include <filesystem>

namespace stillwatch::sandbox {

// Where the worker program of this very build stands: installed beside the running program
// (../libexec/stillwatch/stillwatch-worker) or in its build tree (../sandbox/stillwatch-worker). Errors:
// not_found.
Result<std::filesystem::path> find_worker_program();
// The same of stillwatch-video. not_found also where it was not built: then no video is looked at.
Result<std::filesystem::path> find_video_program();
// The same of stillwatch-faces. not_found also where it was not built: then no face is looked for.
Result<std::filesystem::path> find_faces_program();

} // namespace stillwatch::sandbox
