#include "core/case.hpp"

namespace stillwatch {

std::string_view name_of(Approval approval) noexcept
{
    switch (approval) {
    case Approval::none: return "none";
    case Approval::second_person: return "second_person";
    case Approval::one_person: return "one_person";
    case Approval::typed: return "typed";
    }
    return "unknown";
}

} // namespace stillwatch
