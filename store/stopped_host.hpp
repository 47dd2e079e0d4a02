#pragma once

#include "core/clock.hpp"

#include <string>

namespace stillwatch::store {

// A host that gets no request, by a person's command. Kept in `cases`, which is never lost; `frontier` has a
// copy.
struct StoppedHost {
    std::string host; // as Url::host_port()
    Timestamp since{};
    std::string stopped_by;
    std::string reason;

    friend bool operator==(const StoppedHost&, const StoppedHost&) = default;
};

} // namespace stillwatch::store
