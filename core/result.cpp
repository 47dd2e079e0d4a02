#include "core/result.hpp"

#include <stdexcept>

namespace stillwatch {

std::string_view name_of(Errc code) noexcept
{
    switch (code) {
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::not_found: return "not_found";
    case Errc::exists: return "exists";
    case Errc::refused: return "refused";
    case Errc::unreachable: return "unreachable";
    case Errc::timed_out: return "timed_out";
    case Errc::too_large: return "too_large";
    case Errc::malformed: return "malformed";
    case Errc::undecodable: return "undecodable";
    case Errc::corrupt: return "corrupt";
    case Errc::io: return "io";
    case Errc::cancelled: return "cancelled";
    }
    return "unknown";
}

std::string to_string(const Error& error)
{
    return std::string(name_of(error.code)) + ": " + error.detail;
}

void throw_exception_from_error(const Error& error, const boost::source_location&)
{
    throw std::runtime_error(to_string(error));
}

} // namespace stillwatch
