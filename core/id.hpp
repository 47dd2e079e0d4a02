#pragma once

#include <compare>
#include <cstdint>

namespace stillwatch {

// A row's number in the store; numbers of different things do not mix. 0 means "none yet".
template <class Tag>
struct Id {
    std::int64_t value = 0;

    explicit operator bool() const noexcept { return value != 0; }
    friend auto operator<=>(const Id&, const Id&) = default;
};

using CaseId = Id<struct CaseTag>;
using ReferenceId = Id<struct ReferenceTag>;
using FindingId = Id<struct FindingTag>;
using OccurrenceId = Id<struct OccurrenceTag>;
using HostId = Id<struct HostTag>;
using UrlId = Id<struct UrlTag>;

} // namespace stillwatch
