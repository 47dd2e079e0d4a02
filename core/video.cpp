#include "core/video.hpp"

namespace stillwatch {

std::string_view name_of(VideoPass pass) noexcept
{
    switch (pass) {
    case VideoPass::glance: return "glance";
    case VideoPass::look: return "look";
    }
    return "unknown";
}

std::string_view name_of(VideoBound bound) noexcept
{
    switch (bound) {
    case VideoBound::processor_time: return "processor_time";
    case VideoBound::length: return "length";
    case VideoBound::frames: return "frames";
    case VideoBound::index_entries: return "index_entries";
    case VideoBound::requests: return "requests";
    case VideoBound::not_there: return "not_there";
    }
    return "unknown";
}

} // namespace stillwatch
