#pragma once

#include "core/inspector.hpp"
#include "features/extract.hpp"
#include "sandbox/messages.hpp"

#include <optional>
#include <utility>
#include <variant>

// What the pool makes of a worker's answer.
namespace stillwatch::sandbox {

// A worker's own words become an error that Inspector promises: it may not, say, pretend that we are
// stopping.
inline Error as_told(Error error)
{
    switch (error.code) {
    case Errc::undecodable:
    case Errc::refused: // a package under a password
    case Errc::too_large:
    case Errc::malformed:
    case Errc::exists:
    case Errc::invalid_argument: return error;
    default: return Error{Errc::undecodable, std::move(error.detail)};
    }
}

// The picture that a worker keeps after this answer, as worker_main.cpp does; very large ones it may not.
inline std::optional<Sha256> kept_picture(const Request& request, const Answer& answer)
{
    const auto* work = std::get_if<FeaturesWork>(&request.work);
    const auto* features = std::get_if<PictureFeatures>(&answer);
    if (work != nullptr && features != nullptr &&
        (work->detail == Detail::query || work->detail == Detail::hashes ||
         (work->detail == Detail::coarse && is_never_coarse(features->format))))
        return features->file_digest;
    const auto* views = std::get_if<ViewsWork>(&request.work);
    if (views != nullptr && std::holds_alternative<std::vector<SignGrid>>(answer)) return views->file_digest;
    return std::nullopt;
}

inline bool is_refusal(const Result<Answer>& answer)
{
    return answer && std::holds_alternative<Refusal>(*answer);
}

// The worker is gone, or says that its memory did not do.
inline bool is_lost(const Result<Answer>& answer)
{
    if (!answer) return answer.error().code == Inspector::lost;
    const auto* refusal = std::get_if<Refusal>(&*answer);
    return refusal != nullptr && refusal->error.code == Errc::io;
}

inline Error loss_in(const Result<Answer>& answer)
{
    return {Inspector::lost, answer ? std::get<Refusal>(*answer).error.detail : answer.error().detail};
}

template <class Value>
Result<Value> value_of(Result<Answer> answer)
{
    if (!answer) return answer.error();
    if (auto* refusal = std::get_if<Refusal>(&*answer)) return as_told(std::move(refusal->error));
    return std::get<Value>(std::move(*answer));
}

} // namespace stillwatch::sandbox
